/** A limit on how many calls are in flight at once. */
export interface Gauge {
  /** `Infinity` when there is none. */
  readonly limit: number;
  readonly inFlight: number;
  admits(): boolean;
  take(): void;
  /** @param heldMs how long the place was taken, in milliseconds. */
  free(heldMs: number): void;
  /** How long until a place is free for one behind `ahead` others, guessed from how long calls last. */
  waitMs(ahead: number): number;
}

/** Counts nobody. */
export const UNCOUNTED: Gauge = Object.freeze({
  limit: Number.POSITIVE_INFINITY,
  inFlight: 0,
  admits: () => true,
  take() {},
  free() {},
  waitMs: () => 0,
});

/** Weight of one call in the running mean of how long calls last. */
const WEIGHT = 1 / 16;

/** Counts the calls of this process. */
export class LocalGauge implements Gauge {
  readonly limit: number;
  #inFlight = 0;
  #meanHeldMs = Number.NaN;

  /** @param limit a fraction is rounded down, but not to nothing; absent means no limit. */
  constructor(limit: number | undefined) {
    this.limit = limit === undefined ? Number.POSITIVE_INFINITY : limit > 0 ? Math.max(1, Math.floor(limit)) : 0;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  admits(): boolean {
    return this.#inFlight < this.limit;
  }

  take(): void {
    this.#inFlight += 1;
  }

  free(heldMs: number): void {
    this.#inFlight -= 1;
    const mean = this.#meanHeldMs;
    this.#meanHeldMs = Number.isNaN(mean) ? heldMs : mean + WEIGHT * (heldMs - mean);
  }

  /** @param places as if the limit were this. */
  waitMs(ahead: number, places = this.limit): number {
    if (places < 1) return Number.POSITIVE_INFINITY;
    const missing = this.#inFlight + ahead + 1 - places;
    return missing <= 0 ? 0 : (missing * (this.#meanHeldMs || 0)) / places;
  }
}
