import { noteResult } from './call-info.js';
import type { Call } from './domain/call.js';

/** Puts what happened beside an error: nothing of it is enumerable, so that logs stay as they were. */
export function markError(error: object, call: Call, retryAfterMs?: number): void {
  if (!Object.isExtensible(error)) return;
  const attempts = Object.freeze([...call.trace.attempts]);
  Object.defineProperty(error, 'attempts', { value: attempts, configurable: true, writable: true });
  if (call.trace.retriesWithheld)
    Object.defineProperty(error, 'retriesWithheld', { value: true, configurable: true, writable: true });
  if (retryAfterMs !== undefined && !Object.hasOwn(error, 'retryAfterMs')) {
    Object.defineProperty(error, 'retryAfterMs', { value: retryAfterMs, configurable: true, writable: true });
  }
  noteResult(error, call);
}
