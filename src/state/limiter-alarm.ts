import type { Clock, TimerHandle } from '../clock.js';

/** One timer for whatever comes next. Somebody waits for it, so it keeps the process alive. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: TimerHandle | undefined;
  #at = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /**
   * Rings at `at` at the latest; an alarm that is set for earlier stays, because whoever it wakes looks again anyway.
   * @param at monotonic milliseconds; `Infinity` rings never again.
   */
  set(at: number, now: number): void {
    if (this.#timer !== undefined && this.#at <= at && at !== Number.POSITIVE_INFINITY) return;
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#at = at;
    if (at === Number.POSITIVE_INFINITY) return;
    const ring = () => {
      this.#timer = undefined;
      this.#ring();
    };
    // Rounded up: a timer that fires a fraction too early would find nothing and be set again.
    this.#timer = this.#clock.setTimer(ring, Math.max(1, Math.ceil(at - now)));
  }
}
