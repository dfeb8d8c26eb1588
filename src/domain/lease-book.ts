/** Part of a lease that is not good yet: it matures from an instant on, at the rate of the refill. */
interface Unripe {
  amount: number;
  from: number;
}

/**
 * What one process has leased from a supply it shares with others, and may spend without asking. A lease that was granted
 * before there was enough is reserved all the same: it matures when what is owed to the supply has come back.
 */
export class LeaseBook {
  readonly #perMs: number;
  /** Good now; negative while more was used than had been reserved. */
  #good = 0;
  /** In order of time. */
  readonly #unripe: Unripe[] = [];

  /** @param perMs refill of the whole supply per millisecond. */
  constructor(perMs: number) {
    this.#perMs = perMs;
  }

  /** What may be spent at `now`. */
  good(now: number): number {
    for (let first = this.#unripe[0]; first !== undefined && first.from < now; first = this.#unripe[0]) {
      const ripe = Math.min(first.amount, (now - first.from) * this.#perMs);
      this.#good += ripe;
      first.amount -= ripe;
      first.from = now;
      if (first.amount > 0) break;
      this.#unripe.shift();
    }
    return this.#good;
  }

  /** What was leased and not spent, good or not yet. */
  total(now: number): number {
    return this.#unripe.reduce((sum, { amount }) => sum + amount, this.good(now));
  }

  /** Spends `amount`, or with a negative one puts back what was not used after all. */
  spend(amount: number, now: number): void {
    this.#good = this.good(now) - amount;
  }

  /** Enters a lease of `amount`, after which `left` was left of the supply; below zero so much is owed to it. */
  enter(amount: number, left: number, now: number): void {
    const owed = Math.max(0, -left);
    const later = Math.min(amount, owed);
    this.#good = this.good(now) + amount - later;
    // What is owed for older leases, ours or others', comes back first.
    if (later > 0) this.#unripe.push({ amount: later, from: now + (owed - later) / this.#perMs });
  }

  /** Milliseconds until `amount` is good, if nothing is spent before; what is not leased is taken to come after all that is. */
  waitMs(amount: number, now: number): number {
    let missing = amount - this.good(now);
    if (missing <= 0) return 0;
    let at = now;
    for (const lease of this.#unripe) {
      at = Math.max(at, lease.from) + Math.min(missing, lease.amount) / this.#perMs;
      missing -= lease.amount;
      if (missing <= 0) return at - now;
    }
    return at - now + missing / this.#perMs;
  }

  /** Gives up all but `kept`, whole units only, what matures last first. @returns how much. */
  shed(kept: number, now: number): number {
    const spare = Math.floor(this.total(now) - kept);
    if (spare < 1) return 0;
    let left = spare;
    for (let last = this.#unripe.at(-1); last !== undefined && left > 0; last = this.#unripe.at(-1)) {
      const part = Math.min(left, last.amount);
      last.amount -= part;
      left -= part;
      if (last.amount > 0) break;
      this.#unripe.pop();
    }
    this.#good -= left;
    return spare;
  }

  clear(): void {
    this.#good = 0;
    this.#unripe.length = 0;
  }
}
