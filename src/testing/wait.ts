import type { Clock } from '../clock.js';

/**
 * Resolves after `ms` milliseconds of `clock`, or rejects with `signal.reason` as soon as `signal` aborts.
 * Zero or less resolves without a timer, so that instant replies stay instant under fake timers.
 */
export function wait(
  clock: Pick<Clock, 'setTimer' | 'clearTimer'>,
  ms: number,
  signal?: AbortSignal | null,
): Promise<void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  if (!(ms > 0)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clock.clearTimer(timer);
      reject(signal?.reason);
    };
    const timer = clock.setTimer(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** What `promise` gives, unless `signal` aborts first: then it rejects with `signal.reason`. */
export function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal | null): Promise<T> {
  if (signal === null || signal === undefined) return promise;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Pending until `signal` aborts, then rejects with its reason. Without a signal it is pending for ever. */
export function waitForAbort(signal?: AbortSignal | null): Promise<never> {
  return untilAborted(new Promise<never>(() => {}), signal);
}
