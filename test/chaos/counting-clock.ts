import type { Clock } from 'llm-gateway-client';

/** A clock that knows how many of its timers are pending. */
export function countingClock(clock: Clock): Clock & { readonly pending: number } {
  const pending = new Set<unknown>();
  return {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    random: () => clock.random(),
    get pending() {
      return pending.size;
    },
    setTimer(callback, delayMs, background) {
      const handle: unknown = clock.setTimer(
        () => {
          pending.delete(handle);
          callback();
        },
        delayMs,
        background,
      );
      pending.add(handle);
      return handle;
    },
    clearTimer(handle) {
      pending.delete(handle);
      clock.clearTimer(handle);
    },
  };
}
