import type { Clock } from '../clock.js';
import type { Call } from '../domain/call.js';
import type { Outcome } from '../domain/outcome.js';
import { DeadlineExceededError } from '../errors.js';
import { Follower } from '../signals.js';
import type { Handler, Layer } from './layer.js';
import { releaseAfter } from './release.js';

/**
 * Ends the whole call, waits and streams included, when its deadline passes. Calls without a deadline pass untouched.
 * A stream that was handed out keeps its deadline until it ends.
 */
export function deadline(parts: { readonly clock: Clock }): Layer<Call> {
  const { clock } = parts;
  return function keepDeadline(call, next) {
    const { deadlineMs } = call.settings;
    const { deadlineAt } = call;
    return deadlineMs === undefined || deadlineAt === undefined
      ? next(call)
      : within(call, deadlineMs, deadlineAt, next);
  };

  async function within(call: Call, deadlineMs: number, deadlineAt: number, next: Handler<Call>): Promise<Outcome> {
    const controller = new AbortController();
    const follower = call.signal === undefined ? undefined : new Follower(call.signal, controller);
    const timer = clock.setTimer(
      () => controller.abort(new DeadlineExceededError(deadlineMs)),
      deadlineAt - clock.now(),
    );
    const outcome = await next({ ...call, signal: controller.signal });
    releaseAfter(outcome, { follower, release: () => clock.clearTimer(timer) });
    return outcome;
  }
}
