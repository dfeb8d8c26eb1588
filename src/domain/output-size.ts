/** Replies that are remembered. */
const MEMORY = 64;
/** Replies before what is remembered counts. */
const ENOUGH = 8;
/** The share of replies that a reservation should cover; what a longer one used on top is settled afterwards. */
const COVERED = 0.9;

/** Remembers how long the last replies to one kind of call were, so that calls without `max_tokens` have a size too. */
export class OutputSize {
  readonly #recent: number[] = [];
  #next = 0;
  #usual: number | undefined;

  /** A reply had `tokens` output tokens, reasoning included. */
  learn(tokens: number): void {
    if (!(tokens >= 0)) return;
    this.#recent[this.#next] = tokens;
    this.#next = (this.#next + 1) % MEMORY;
    this.#usual = undefined;
  }

  /** What nine of ten replies stay under; `undefined` until there have been eight. */
  get usual(): number | undefined {
    const { length } = this.#recent;
    if (length < ENOUGH) return undefined;
    if (this.#usual === undefined) {
      const sorted = Float64Array.from(this.#recent).sort();
      this.#usual = sorted[Math.min(length - 1, Math.floor(length * COVERED))] as number;
    }
    return this.#usual;
  }
}
