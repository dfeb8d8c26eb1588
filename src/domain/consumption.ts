/** How much is used up per millisecond, averaged over about the last two seconds. */
export class Consumption {
  #perMs = 0;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** When something was used last. */
  get lastAt(): number {
    return this.#at;
  }

  add(amount: number, now: number): void {
    this.#perMs = this.perMs(now) + amount / MEMORY_MS;
    this.#at = now;
  }

  perMs(now: number): number {
    return this.#perMs * Math.exp((this.#at - now) / MEMORY_MS);
  }
}

const MEMORY_MS = 2_000;
