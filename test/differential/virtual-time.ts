import { vi } from 'vitest';

/** Fixed draw: the SDK's jitter becomes a known number, so that waits can be compared to the millisecond. */
export const DRAW = 0.4;
/** `min(0.5 * 2^n, 8) s` shortened by `DRAW` times a quarter. */
export const BACKOFF_MS = [450, 900, 1800, 3600, 7200, 7200];

/** Where virtual time begins. */
export const START_AT = Date.UTC(2026, 0, 1);

/** Still pending when no timer is left that could change anything. */
export const PENDING = Symbol('pending');

/** Fake timers and a fixed `Math.random`; undone by {@link leaveVirtualTime}. */
export function enterVirtualTime(): void {
  vi.useFakeTimers({ now: START_AT });
  vi.spyOn(Math, 'random').mockReturnValue(DRAW);
}

export function leaveVirtualTime(): void {
  vi.useRealTimers();
  vi.restoreAllMocks();
}

/** The real one, taken before any test puts a fake in its place. */
const { setImmediate: nextTurn } = globalThis;

/** A turn of the event loop that fake timers do not hold back. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(resolve);
  });
}

/** Turns after which nothing but a timer can bring a promise on; forms and blobs are read over several. */
const QUIET_TURNS = 40;
/** A day: whatever waits longer waits for ever. */
const LIMIT_MS = 86_400_000;

/**
 * Runs timers, one after another and only when nothing else moves, until `promise` settles.
 * @returns its value, or {@link PENDING}
 */
export async function settle<T>(promise: Promise<T>): Promise<T | typeof PENDING> {
  let settled = false;
  const watched = promise.finally(() => {
    settled = true;
  });
  watched.catch(() => {});
  const started = Date.now();
  for (;;) {
    for (let count = 0; count < QUIET_TURNS && !settled; count++) await turn();
    if (settled) return watched;
    if (vi.getTimerCount() === 0 || Date.now() - started > LIMIT_MS) return PENDING;
    vi.advanceTimersToNextTimer();
  }
}
