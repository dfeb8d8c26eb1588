const SLOTS = 10;

/** Attempts and failures of the last while, in ten slots of equal length: writing costs the same however many there are. */
export interface FailureWindow {
  readonly slotMs: number;
  /** Which stretch of time each slot counts at present. */
  readonly stretches: Float64Array;
  readonly attempts: Float64Array;
  readonly failures: Float64Array;
}

/** @param windowMs length of the whole window in milliseconds; what it holds spans nine to ten tenths of it */
export function createFailureWindow(windowMs: number): FailureWindow {
  return {
    slotMs: windowMs / SLOTS,
    stretches: new Float64Array(SLOTS).fill(Number.NaN),
    attempts: new Float64Array(SLOTS),
    failures: new Float64Array(SLOTS),
  };
}

/** Counts one attempt. @param now monotonic time in milliseconds */
export function countAttempt(window: FailureWindow, failed: boolean, now: number): void {
  const stretch = Math.floor(now / window.slotMs);
  const slot = ((stretch % SLOTS) + SLOTS) % SLOTS;
  if (window.stretches[slot] !== stretch) {
    window.stretches[slot] = stretch;
    window.attempts[slot] = 0;
    window.failures[slot] = 0;
  }
  (window.attempts[slot] as number) += 1;
  if (failed) (window.failures[slot] as number) += 1;
}

/** What was counted within the window that ends now. */
export function sumWindow(
  window: FailureWindow,
  now: number,
): { readonly attempts: number; readonly failures: number } {
  const stretch = Math.floor(now / window.slotMs);
  let attempts = 0;
  let failures = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    if (!((window.stretches[slot] as number) > stretch - SLOTS)) continue;
    attempts += window.attempts[slot] as number;
    failures += window.failures[slot] as number;
  }
  return { attempts, failures };
}

/** Forgets everything. */
export function clearWindow(window: FailureWindow): void {
  window.stretches.fill(Number.NaN);
}
