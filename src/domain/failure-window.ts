const SLOTS = 10;

/** Fields of a slot, padded to half a line of the processor's cache. */
const STRETCH = 0;
const ATTEMPTS = 1;
const FAILURES = 2;
const FIELDS = 4;

/** Attempts and failures of the last while, in ten slots of equal length: writing costs the same however many there are. */
export interface FailureWindow {
  readonly slotMs: number;
  /** Slot after slot: which stretch of time it counts at present, attempts, failures. In one piece, since every call writes there. */
  readonly slots: Float64Array;
}

/** @param windowMs length of the whole window in milliseconds; what it holds spans nine to ten tenths of it */
export function createFailureWindow(windowMs: number): FailureWindow {
  const window = { slotMs: windowMs / SLOTS, slots: new Float64Array(SLOTS * FIELDS) };
  clearWindow(window);
  return window;
}

/** Counts one attempt. @param now monotonic time in milliseconds */
export function countAttempt({ slotMs, slots }: FailureWindow, failed: boolean, now: number): void {
  const stretch = Math.floor(now / slotMs);
  const at = (((stretch % SLOTS) + SLOTS) % SLOTS) * FIELDS;
  if (slots[at + STRETCH] !== stretch) {
    slots[at + STRETCH] = stretch;
    slots[at + ATTEMPTS] = 0;
    slots[at + FAILURES] = 0;
  }
  (slots[at + ATTEMPTS] as number) += 1;
  if (failed) (slots[at + FAILURES] as number) += 1;
}

/** What was counted within the window that ends now. */
export function sumWindow(
  { slotMs, slots }: FailureWindow,
  now: number,
): { readonly attempts: number; readonly failures: number } {
  const stretch = Math.floor(now / slotMs);
  let attempts = 0;
  let failures = 0;
  for (let at = 0; at < slots.length; at += FIELDS) {
    if (!((slots[at + STRETCH] as number) > stretch - SLOTS)) continue;
    attempts += slots[at + ATTEMPTS] as number;
    failures += slots[at + FAILURES] as number;
  }
  return { attempts, failures };
}

/** Forgets everything. */
export function clearWindow({ slots }: FailureWindow): void {
  for (let at = 0; at < slots.length; at += FIELDS) slots[at + STRETCH] = Number.NaN;
}
