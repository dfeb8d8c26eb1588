/** Linked abort signals whose listeners are always removed again. */
import type { Failure } from './domain/outcome.js';
import { DeadlineExceededError, ShuttingDownError, userAbortError } from './errors.js';

/** Follows `parent` with `controller` until the returned function is called. */
export function followSignal(parent: AbortSignal | null | undefined, controller: AbortController): () => void {
  if (parent === null || parent === undefined) return nothing;
  if (parent.aborted) {
    controller.abort(parent.reason);
    return nothing;
  }
  const abort = () => controller.abort(parent.reason);
  parent.addEventListener('abort', abort, { once: true });
  return () => parent.removeEventListener('abort', abort);
}

function nothing(): void {}

/** What {@link raceSignal} rejects with. */
export class Interrupted extends Error {}

/**
 * Settles as `work` does, or rejects with {@link Interrupted} as soon as `signal` aborts: for work that does not listen to
 * the signal itself (hooks, key functions, a scripted `fetch`).
 */
export function raceSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(nothing);
    return Promise.reject(new Interrupted());
  }
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(new Interrupted());
    signal.addEventListener('abort', abort, { once: true });
    work.then(
      (value) => {
        signal.removeEventListener('abort', abort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', abort);
        reject(error);
      },
    );
  });
}

/** The failure of a call whose own signal aborted, by what it aborted for. */
export function stopFailure(reason: unknown): Failure {
  if (reason instanceof DeadlineExceededError) return { kind: 'timeout', error: reason };
  return { kind: 'cancelled', error: reason instanceof ShuttingDownError ? reason : userAbortError(reason) };
}
