/** Replies that are remembered. */
const MEMORY = 64;
/** Replies before what is remembered counts. */
const ENOUGH = 8;
/** The share of replies that a reservation should cover; what a longer one used on top is settled afterwards. */
const COVERED = 0.9;

/** Remembers how long the last replies to one kind of call were, so that calls without `max_tokens` have a size too. */
export class OutputSize {
  readonly #inOrder = new Float64Array(MEMORY);
  /** The same, kept sorted: sorting anew for every call would cost more than all the rest of a limit. */
  readonly #sorted = new Float64Array(MEMORY);
  #count = 0;
  #next = 0;

  /** A reply had `tokens` output tokens, reasoning included. */
  learn(tokens: number): void {
    if (!(tokens >= 0)) return;
    if (this.#count === MEMORY) this.#forget(this.#inOrder[this.#next] as number);
    const place = this.#placeOf(tokens);
    this.#sorted.copyWithin(place + 1, place, this.#count);
    this.#sorted[place] = tokens;
    this.#count += 1;
    this.#inOrder[this.#next] = tokens;
    this.#next = (this.#next + 1) % MEMORY;
  }

  /** What nine of ten replies stay under; `undefined` until there have been eight. */
  get usual(): number | undefined {
    if (this.#count < ENOUGH) return undefined;
    return this.#sorted[Math.min(this.#count - 1, Math.floor(this.#count * COVERED))];
  }

  #forget(tokens: number): void {
    const place = this.#placeOf(tokens);
    this.#sorted.copyWithin(place, place + 1, this.#count);
    this.#count -= 1;
  }

  /** Of the first one that is not shorter. */
  #placeOf(tokens: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] as number) < tokens) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
