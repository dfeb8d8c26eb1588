import type { Clock } from '../clock.js';
import { disposition } from '../domain/disposition.js';
import type { Outcome } from '../domain/outcome.js';

/** Aborts the slower leg of a hedged call. */
export class HedgeLost extends Error {}

/**
 * How many hedges a gateway may start: a share of its calls, earned call by call and not saved up, so that a general
 * slowdown cannot double the load (Finagle's BackupRequestFilter: own budget, zero reserve).
 */
export class HedgeBudget {
  readonly #share: number;
  #credit = 0;

  constructor(share: number) {
    this.#share = share;
  }

  /** One more call was made. */
  earn(): void {
    this.#credit = Math.min(this.#credit + this.#share, MAX_CREDIT);
  }

  /** Pays for one hedge, if enough was earned. */
  tryTake(): boolean {
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }
}

/** Enough that hedges of calls made together do not wait for each other; nothing that a slowdown could live on. */
const MAX_CREDIT = 5;

/** One leg of a hedged call. */
export interface Leg {
  readonly outcome: Promise<Outcome>;
  cancel(reason: HedgeLost): void;
}

/**
 * Waits for `first`; if it takes longer than `delayMs`, starts a second leg beside it. The first good answer wins and the
 * other leg is cancelled. A failure that would hold for every target ends both; any other leaves the field to the other leg.
 * @param start Starts the second leg, or says that there is none to start.
 */
export async function hedge(clock: Clock, first: Leg, delayMs: number, start: () => Leg | undefined): Promise<Outcome> {
  const early = await within(clock, first.outcome, delayMs);
  if (early !== undefined) return early;
  const second = start();
  if (second === undefined) return first.outcome;
  const legs: Leg[] = [first, second];
  const settled = await Promise.race(legs.map(async (leg) => ({ leg, outcome: await leg.outcome })));
  const other = settled.leg === first ? second : first;
  const ends = settled.outcome.ok || !disposition(settled.outcome.failure.kind).nextTarget;
  if (!ends) return other.outcome;
  other.cancel(new HedgeLost());
  // The loser is part of the record; an abort makes it end at once.
  await other.outcome;
  return settled.outcome;
}

function within(clock: Clock, outcome: Promise<Outcome>, delayMs: number): Promise<Outcome | undefined> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => resolve(undefined), delayMs);
    void outcome.then((value) => {
      clock.clearTimer(timer);
      resolve(value);
    });
  });
}
