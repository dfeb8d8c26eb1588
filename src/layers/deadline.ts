import type { Clock } from '../clock.js';
import type { Call } from '../domain/call.js';
import { onSettled } from '../domain/outcome.js';
import { DeadlineExceededError } from '../errors.js';
import { followSignal } from '../signals.js';
import type { Layer } from './layer.js';

/**
 * Ends the whole call, waits and streams included, when its deadline passes. Calls without a deadline pass untouched.
 * A stream that was handed out keeps its deadline until it ends.
 */
export function deadline(parts: { readonly clock: Clock }): Layer<Call> {
  const { clock } = parts;
  return async function keepDeadline(call, next) {
    const { deadlineMs } = call.settings;
    if (deadlineMs === undefined || call.deadlineAt === undefined) return next(call);
    const controller = new AbortController();
    const unfollow = followSignal(call.signal, controller);
    const timer = clock.setTimer(
      () => controller.abort(new DeadlineExceededError(deadlineMs)),
      call.deadlineAt - clock.now(),
    );
    const release = () => {
      clock.clearTimer(timer);
      unfollow();
    };
    const outcome = await next({ ...call, signal: controller.signal });
    if (outcome.ok) onSettled(outcome, release);
    else release();
    return outcome;
  };
}
