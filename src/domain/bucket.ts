/**
 * A token bucket with continuous refill. It starts full. Its level may go below zero when more was used than had been
 * reserved; nothing more is admitted until the refill has repaid that.
 */
export class Bucket {
  /** Most that can be taken at once; also the level at the start. */
  readonly capacity: number;
  readonly #perMs: number;
  #level: number;
  #refilledAt: number;

  /**
   * @param perMs refill per millisecond.
   * @param now monotonic milliseconds.
   */
  constructor(capacity: number, perMs: number, now: number) {
    this.capacity = capacity;
    this.#perMs = perMs;
    this.#level = capacity;
    this.#refilledAt = now;
  }

  /** What is in the bucket at `now`; negative while a debt is being repaid. */
  level(now: number): number {
    const elapsed = now - this.#refilledAt;
    // A clock that steps back neither refills nor empties.
    if (elapsed > 0) {
      this.#level = Math.min(this.capacity, this.#level + elapsed * this.#perMs);
      this.#refilledAt = now;
    }
    return this.#level;
  }

  /** Whether `amount` may go now. More than the capacity goes when the bucket is full, and leaves a debt. */
  admits(amount: number, now: number): boolean {
    const wanted = Math.min(amount, this.capacity);
    return this.level(now) >= wanted - tolerance(wanted);
  }

  take(amount: number, now: number): void {
    this.#level = this.level(now) - amount;
  }

  /** Puts `amount` back (negative: takes what was used on top). The bucket never holds more than its capacity. */
  give(amount: number, now: number): void {
    this.#level = Math.min(this.capacity, this.level(now) + amount);
  }

  /** Empties the bucket: somebody else used what was thought to be there. A debt stays. */
  drain(now: number): void {
    this.#level = Math.min(this.level(now), 0);
  }

  /** Milliseconds until `amount` could go, if nobody else takes anything; `credit` is counted as if it were in already. */
  waitMs(amount: number, now: number, credit = 0): number {
    const missing = Math.min(amount, this.capacity) - this.level(now) - credit;
    return missing <= tolerance(amount) ? 0 : missing / this.#perMs;
  }
}

/** Refill in many small steps loses a few units in the last place; they must not cost a wait. */
function tolerance(amount: number): number {
  return 1e-9 * (amount + 1);
}
