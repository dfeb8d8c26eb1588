/** Each step is this much longer than the one before, so that a percentile is within 2 % of the truth. */
const STEP = 1.04;
const LOG_STEP = Math.log(STEP);

/** Counts durations in steps that grow with them: percentiles of a million calls in a few hundred numbers. */
export class Histogram {
  readonly #counts = new Map<number, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** @param value At least 0; what is below a hundredth counts as that. */
  add(value: number): void {
    const step = Math.round(Math.log(Math.max(value, 0.01)) / LOG_STEP);
    this.#counts.set(step, (this.#counts.get(step) ?? 0) + 1);
    this.#total += 1;
  }

  /** The value that a share of all stay under; `undefined` when there are none. */
  percentile(share: number): number | undefined {
    if (this.#total === 0) return undefined;
    let seen = 0;
    const steps = [...this.#counts].sort(([a], [b]) => a - b);
    for (const [step, count] of steps) {
      seen += count;
      if (seen >= share * this.#total) return Math.exp(step * LOG_STEP);
    }
    return undefined;
  }
}
