import type { Unit } from './limits.js';

/** What one limit says about itself. */
export interface MeterSnapshot {
  readonly limit: number;
  /** What could be taken now; negative while more was used than had been reserved. */
  readonly available: number;
  /** Taken by calls that have not ended. */
  readonly reserved: number;
}

/** One limit on one unit: says whether an amount may be used now, and is told what became of it. Amounts are never negative. */
export interface Meter {
  readonly name: string;
  readonly unit: Unit;
  readonly limit: number;
  /** The most that is ever admitted at once, however long one waits. */
  readonly heaviest: number;
  /** Whether `amount` can never be admitted. */
  refuses(amount: number): boolean;
  admits(amount: number, now: number): boolean;
  /** Reserves an amount that {@link admits} allowed. */
  take(amount: number, now: number): void;
  /** Undoes a reservation made at `at`: nothing was sent, or the provider did not count it. */
  giveBack(amount: number, at: number, now: number): void;
  /** The call that had reserved `reserved` at `at` really used `used`. */
  settle(reserved: number, used: number, at: number, now: number): void;
  /** The call ended and nobody knows what it used: what was reserved counts. */
  keep(reserved: number): void;
  /**
   * Milliseconds until `amount` can go, if nothing is given back; `Infinity` if only an event can change that.
   * @param ahead what others take before that.
   */
  waitMs(amount: number, now: number, ahead?: number): number;
  /** The same if everything reserved were given back at once: no call can go sooner than this. */
  soonestMs(amount: number, now: number): number;
  /** Milliseconds of this limit's time that `amount` costs in the long run. */
  costMs(amount: number): number;
  /** Whether a new meter in its place would do the same: nothing of what was used counts any more. */
  isFresh(now: number): boolean;
  snapshot(now: number): MeterSnapshot;
}
