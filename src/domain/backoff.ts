/** First wait of the SDK, in milliseconds. */
const INITIAL_MS = 500;
/** Longest wait of the SDK before jitter, in milliseconds. */
const MAX_MS = 8000;

/**
 * The SDK's own wait before a retry, in milliseconds: `min(0.5 * 2^n, 8) s`, shortened by up to a quarter
 * (`calculateDefaultRetryTimeoutMillis` of the `openai` package).
 *
 * @param retryIndex 0 before the first retry; nonsense counts as 0
 * @param random a draw in [0, 1)
 */
export function sdkBackoffMs(retryIndex: number, random: number): number {
  return Math.min(INITIAL_MS * 2 ** exponent(retryIndex), MAX_MS) * (1 - random * 0.25);
}

/**
 * Full jitter: anywhere between nothing and `min(base * 2^n, cap)` milliseconds, so that many clients that failed together do not
 * come back together (M. Brooker, "Exponential Backoff And Jitter", 2015).
 *
 * @param retryIndex 0 before the first retry; nonsense counts as 0
 * @param random a draw in [0, 1)
 */
export function fullJitterMs(retryIndex: number, random: number, baseMs = INITIAL_MS, capMs = MAX_MS): number {
  return Math.min(baseMs * 2 ** exponent(retryIndex), capMs) * random;
}

/**
 * `base * 2^n` up to `cap`, spread by `jitter` to both sides, in milliseconds. For pauses that one side keeps to (an open circuit,
 * a cool-down), where nobody queues behind and a lower bound is wanted.
 *
 * @param level 0 for the first pause; nonsense counts as 0
 * @param random a draw in [0, 1)
 * @param jitter share of the pause, e.g. `0.1` for plus or minus 10 %
 */
export function doublingMs(level: number, random: number, baseMs: number, capMs: number, jitter: number): number {
  return Math.min(baseMs * 2 ** exponent(level), capMs) * (1 + (random * 2 - 1) * jitter);
}

/** Above 2^1023 a double is infinite, and infinity times a zero jitter is no number. */
function exponent(level: number): number {
  return level > 0 ? Math.min(Math.floor(level), 64) : 0;
}
