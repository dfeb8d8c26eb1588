/** Sizes of a {@link RetryQuota}, in tokens of its own. */
export interface RetryQuotaSettings {
  /** What it holds at most, and at the start. */
  readonly capacity: number;
  /** Price of asking again after an answer. */
  readonly cost: number;
  /** Price of asking again after no answer at all, which costs everybody more. */
  readonly noResponseCost: number;
  /** What a success pays in. */
  readonly refund: number;
}

/** The numbers of the AWS SDKs' standard retry mode: under 20 % faults nobody notices, in an outage retries end at once. */
export const DEFAULT_RETRY_QUOTA: RetryQuotaSettings = { capacity: 500, cost: 5, noResponseCost: 10, refund: 1 };

/**
 * Keeps retries from multiplying an outage: a purse per endpoint that repeat visits pay from and successes pay into.
 * First visits are free and need no question. It knows no time: an endpoint that never succeeds again never gets another retry
 * once the purse is empty, while first visits go on and refill it as soon as they succeed.
 */
export class RetryQuota {
  readonly #settings: RetryQuotaSettings;
  #available: number;

  constructor(settings: RetryQuotaSettings = DEFAULT_RETRY_QUOTA) {
    this.#settings = settings;
    this.#available = settings.capacity;
  }

  /** What is left. */
  get available(): number {
    return this.#available;
  }

  /**
   * Pays for a repeat visit, or says that there is not enough left; then nothing is taken.
   * @param noResponse whether the visit before got no answer at all
   */
  tryTake(noResponse: boolean): boolean {
    const cost = this.#cost(noResponse);
    if (cost > this.#available) return false;
    this.#available -= cost;
    return true;
  }

  /** An attempt at this endpoint succeeded. */
  succeeded(): void {
    this.#put(this.#settings.refund);
  }

  /** Gives back what {@link tryTake} took: the visit was not made after all, or it succeeded. */
  refund(noResponse: boolean): void {
    this.#put(this.#cost(noResponse));
  }

  #cost(noResponse: boolean): number {
    return noResponse ? this.#settings.noResponseCost : this.#settings.cost;
  }

  #put(tokens: number): void {
    this.#available = Math.min(this.#settings.capacity, this.#available + tokens);
  }
}
