/** How long a target takes, as the choice between targets and the delay of a hedge need to know it. Changed in place. */
export interface Latency {
  /** Peak-sensitive moving average in milliseconds, as of `at`; undefined until something was observed. */
  average: number | undefined;
  at: number;
  /** Attempts under way. */
  inFlight: number;
  /** The last observations, a ring; absent where nobody asks for a quantile. */
  readonly samples: Float32Array | undefined;
  /** Observations so far. */
  count: number;
  /** The quantile computed last, and for how many observations it holds. */
  cached: { readonly quantile: number; readonly value: number; readonly until: number } | undefined;
}

/** Age at which an observation has lost 63 % of its weight (Finagle's peak EWMA uses 10 s as well). */
const DECAY_MS = 10_000;
/** Observations kept: enough for a 95th percentile, few enough to sort now and then. */
const RING = 256;
/** A quantile is computed anew after this many further observations. */
const REFRESH = 16;
/** What an attempt under way is taken to cost where nothing has been observed yet: the first calls spread evenly. */
const UNKNOWN_MS = 1;

/**
 * Nothing observed.
 * @param keepsSamples for {@link latencyQuantile}
 */
export function createLatency(keepsSamples = true): Latency {
  const samples = keepsSamples ? new Float32Array(RING) : undefined;
  return { average: undefined, at: 0, inFlight: 0, samples, count: 0, cached: undefined };
}

/** An attempt was sent. */
export function latencyStarted(latency: Latency): void {
  latency.inFlight++;
}

/** An attempt ended, however. */
export function latencyEnded(latency: Latency): void {
  if (latency.inFlight > 0) latency.inFlight--;
}

/**
 * Takes an observation: time to the first event of a stream, or to the whole of another reply. Only of answers: a target
 * that fails fast must not look fast.
 *
 * @param ms negative and non-finite ones are ignored
 * @param now monotonic time in milliseconds
 */
export function observeLatency(latency: Latency, ms: number, now: number): void {
  if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) return;
  if (latency.samples !== undefined) latency.samples[latency.count % RING] = ms;
  latency.count++;
  const before = latency.average;
  // A slower answer counts in full at once, a faster one by and by: bad news travels first.
  if (before === undefined || ms > before) latency.average = ms;
  else latency.average = ms + (before - ms) * remaining(latency, now);
  latency.at = now;
}

/**
 * What sending one more call there costs: the average, which fades while nothing is observed so that a target that was slow
 * once is tried again, times the calls it would be serving (Finagle's `PeakEwma`).
 */
export function latencyCost(latency: Latency, now: number): number {
  const average = latency.average === undefined ? UNKNOWN_MS : latency.average * remaining(latency, now);
  return average * (latency.inFlight + 1);
}

function remaining(latency: Latency, now: number): number {
  return Math.exp(-Math.max(0, now - latency.at) / DECAY_MS);
}

/**
 * The cheaper of two; the draw decides between equals.
 * @param random a draw in [0, 1)
 */
export function pickOfTwo<T>(a: T, b: T, cost: (candidate: T) => number, random: number): T {
  const difference = cost(a) - cost(b);
  if (difference === 0) return random < 0.5 ? a : b;
  return difference < 0 ? a : b;
}

/**
 * Two different candidates at random, the cheaper one of them: nearly as good as the cheapest of all, without the herd that
 * follows when everybody picks that one (M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001).
 *
 * @param candidates at least one
 * @param random a draw in [0, 1)
 */
export function pickByLatency<T>(candidates: readonly T[], cost: (candidate: T) => number, random: number): T {
  const { length } = candidates;
  if (length < 2) return candidates[0] as T;
  // One draw is cut into an ordered pair and a coin.
  const scaled = random * length * (length - 1);
  const pair = Math.floor(scaled);
  const first = Math.floor(pair / (length - 1));
  const second = (first + 1 + (pair % (length - 1))) % length;
  return pickOfTwo(candidates[first] as T, candidates[second] as T, cost, scaled - pair);
}

/**
 * The nearest-rank quantile of the last 256 observations, in milliseconds; `undefined` while there are fewer than
 * `minimumSamples` (at most 256 are asked for). Up to 16 observations old.
 *
 * @param quantile above 0 and up to 1, e.g. `0.95`
 */
export function latencyQuantile(latency: Latency, quantile: number, minimumSamples = 100): number | undefined {
  const { count, cached, samples } = latency;
  if (samples === undefined || count === 0 || count < Math.min(minimumSamples, RING)) return undefined;
  if (cached !== undefined && cached.quantile === quantile && count < cached.until) return cached.value;
  const sorted = samples.slice(0, Math.min(count, RING)).sort();
  const value = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] as number;
  latency.cached = { quantile, value, until: count + REFRESH };
  return value;
}
