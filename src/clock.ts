/** Time and randomness in one injectable place: everything that waits or draws takes a {@link Clock}. */

/** A pending timer of a {@link Clock}; opaque to everyone but that clock. */
export type TimerHandle = unknown;

/**
 * Source of time, timers and randomness. Pass your own as `createGatewayClient({ clock })` to make a test deterministic;
 * `llm-gateway-client/testing` has one that you move by hand.
 */
export interface Clock {
  /** Monotonic time in milliseconds; only differences mean anything. */
  now(): number;
  /** Wall-clock time in milliseconds since the epoch; only for HTTP dates, records and calendar budgets. */
  wallNow(): number;
  /** A number in [0, 1). */
  random(): number;
  /**
   * Calls `callback` once after `delayMs`.
   * @param background `true` lets the process exit while the timer is pending (default `false`: someone waits for it).
   */
  setTimer(callback: () => void, delayMs: number, background?: boolean): TimerHandle;
  /** Forgets a timer; harmless when it has fired already. */
  clearTimer(handle: TimerHandle): void;
}

/** Largest delay `setTimeout` can hold; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * The runtime's own clock. Globals are looked up at each call and never captured, so that fake timers
 * (`vi.useFakeTimers()`) installed before or after import are respected.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  random: () => Math.random(),
  setTimer(callback, delayMs, background = false) {
    const handle = setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_DELAY_MS));
    if (background) handle.unref?.();
    return handle;
  },
  clearTimer(handle) {
    clearTimeout(handle as ReturnType<typeof setTimeout>);
  },
};
