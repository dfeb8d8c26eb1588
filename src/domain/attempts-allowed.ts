/** Most attempts of one call, whatever is configured. */
const MAX_ATTEMPTS = 8;

/**
 * How many attempts a call has: with one target `1 + maxRetries`, as the SDK; with several
 * `max(4, 1 + maxRetries, targets)`, at most 8. Without retries every target is asked once.
 */
export function attemptsAllowed(targetCount: number, maxRetries: number): number {
  if (targetCount <= 1) return 1 + maxRetries;
  if (maxRetries === 0) return Math.min(MAX_ATTEMPTS, targetCount);
  return Math.min(MAX_ATTEMPTS, Math.max(4, 1 + maxRetries, targetCount));
}
