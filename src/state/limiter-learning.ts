import { MINUTE_MS, type Unit } from '../domain/limits.js';
import type { Meter } from '../domain/meter.js';
import type { RateHint } from '../domain/rate-limit-headers.js';
import { RateMeter } from '../domain/rate-meter.js';

/** What was left of each limit when a call was admitted. */
export type Availability = ReadonlyMap<RateMeter, number>;

/** What others use of a limit is forgotten after an hour at most: a wrong header must not stop a service. */
const MAX_CHARGE_MS = 3_600_000;

/** Compares our own count with what a provider reports of its own, and takes the worse of the two. */
export class LimiterLearning {
  readonly #meters: readonly RateMeter[];
  #heard = false;

  constructor(meters: readonly Meter[]) {
    this.#meters = meters.filter((meter) => meter instanceof RateMeter);
  }

  /** Whether there is anything to learn for. */
  get useful(): boolean {
    return this.#meters.length > 0;
  }

  /** What is left of each limit, to compare with later; nothing while the provider has not reported anything. */
  availability(now: number): Availability | undefined {
    if (!this.#heard) return undefined;
    return new Map(this.#meters.map((meter) => [meter, meter.available(now)]));
  }

  /**
   * Takes over a lower limit, or that less is left than this process knows of.
   * @param before what was left when the call was admitted: the provider counted at some time since, so the smaller of then
   * and now is compared.
   */
  learn(hints: readonly RateHint[], before: Availability | undefined, now: number): void {
    for (const hint of hints) {
      for (const meter of this.#meters) {
        if (meter.unit !== hint.unit || meter.windowMs !== hint.windowMs) continue;
        this.#heard = true;
        if (hint.limit !== undefined) meter.lowerLimit(hint.limit, now);
        const then = before?.get(meter);
        if (hint.remaining === undefined || then === undefined) continue;
        const ours = Math.min(then, meter.available(now));
        meter.charge(ours - hint.remaining, Math.min(hint.resetMs ?? MINUTE_MS, MAX_CHARGE_MS), now);
      }
    }
  }

  /** The provider refused a call because of `unit`, or did not say why (`undefined`): nothing is saved up for a burst. */
  exhausted(unit: Unit | undefined, now: number): void {
    for (const meter of this.#meters) if (unit === undefined || meter.unit === unit) meter.exhaust(now);
  }
}
