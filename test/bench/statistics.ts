/** The few sums that every bench rests on. */

/** The value in the middle; the mean of the two in the middle for an even count. `NaN` for no values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The value below which a share of the values lies, interpolated between neighbours (type 7 of Hyndman and Fan, as R and
 * NumPy do by default). `NaN` for no values.
 * @param share from 0 to 1
 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * share;
  const low = Math.floor(place);
  const below = sorted[low] as number;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return below + (above - below) * (place - low);
}

/** Value by value, `values` over `base`: what was measured in one round is compared with its own round only. */
export function ratios(values: readonly number[], base: readonly number[]): number[] {
  if (values.length !== base.length) throw new Error(`${values.length} values cannot be paired with ${base.length}.`);
  return values.map((value, index) => value / (base[index] as number));
}

/** Value by value, `values` minus `base`. */
export function differences(values: readonly number[], base: readonly number[]): number[] {
  if (values.length !== base.length) throw new Error(`${values.length} values cannot be paired with ${base.length}.`);
  return values.map((value, index) => value - (base[index] as number));
}

/** The lanes of one round: forwards in even rounds, backwards in odd ones, so that no lane always follows the same other. */
export function orderOf<Lane>(lanes: readonly Lane[], round: number): Lane[] {
  return round % 2 === 0 ? [...lanes] : [...lanes].reverse();
}

/** Rounded to three decimals, as figures are printed. */
export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
