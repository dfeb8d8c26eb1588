import { DEFAULT_RETRY_QUOTA, type RetryQuotaSettings } from './quota-settings.js';

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
