/** Reads that are over sooner need no progress. */
const QUIET_MS = 500;

/** Shows how far a long read has come: on one line in a terminal, every quarter elsewhere. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #what: string;
  readonly #total: number;
  readonly #startedAt = performance.now();
  #shown = false;
  #quarter = 0;

  /** @param what What is being done, e.g. `Reading`. */
  constructor(stream: NodeJS.WriteStream, what: string, total: number) {
    this.#stream = stream;
    this.#what = what;
    this.#total = total;
  }

  /** So many of the records are done. */
  show(done: number): void {
    if (performance.now() - this.#startedAt < QUIET_MS) return;
    const share = this.#total === 0 ? 1 : done / this.#total;
    const text = `${this.#what} ${done.toLocaleString('en-US')} of ${this.#total.toLocaleString('en-US')} records (${Math.floor(share * 100)} %)`;
    const quarter = Math.floor(share * 4);
    if (this.#stream.isTTY) this.#stream.write(`\r${text}`);
    else if (quarter > this.#quarter) this.#stream.write(`${text}\n`);
    this.#quarter = quarter;
    this.#shown = true;
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown && this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }
}
