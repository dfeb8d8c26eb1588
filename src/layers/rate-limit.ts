import { BODY_ARRIVED, tellsItsEnd } from '../domain/body-end.js';
import type { Attempt } from '../domain/call.js';
import { type Failure, onSettled, type Reply, type Settlement } from '../domain/outcome.js';
import type { Bracket, Refused } from './layer.js';

/** An attempt that may be sent: told how it ended, once. */
export interface LimitedAttempt {
  /** Milliseconds it waited for its turn. */
  readonly waitedMs: number;
  /** An answer has begun; its headers are here, its body may be under way. */
  answered(reply: Reply): void;
  /** The answer's body has been read, dropped or lost. */
  settle(settlement: Settlement): void;
  /** There was no answer. */
  fail(failure: Failure): void;
}

/** The limits, as far as an attempt touches them. */
export interface RateLimitGate {
  /** Waits for the attempt's turn; `undefined`: nothing limits it. Synchronous unless it has to wait. */
  admit(attempt: Attempt): LimitedAttempt | Refused | undefined | Promise<LimitedAttempt | Refused>;
}

/**
 * Holds an attempt until it fits the limits of its target. A place in flight is taken until the body has ended, and never
 * during a wait between two attempts.
 */
export function rateLimit(limits: RateLimitGate, now: () => number): Bracket<Attempt, LimitedAttempt | undefined> {
  return {
    enter(attempt) {
      const admission = limits.admit(attempt);
      return admission instanceof Promise ? admission.then((admitted) => waited(attempt, admitted)) : admission;
    },
    leave(_attempt, outcome, admission) {
      if (admission === undefined) return;
      if (!outcome.ok) return admission.fail(outcome.failure);
      const { response, settled } = outcome.reply;
      admission.answered(outcome.reply);
      // A body that the caller reads by himself is under way until it is here; where nobody tells, until its head is.
      if ('ending' in settled && settled.ending === 'unread' && tellsItsEnd(response))
        response[BODY_ARRIVED](() => admission.settle(settled));
      else onSettled(outcome, (settlement) => admission.settle(settlement));
    },
  };

  function waited(attempt: Attempt, admission: LimitedAttempt | Refused): LimitedAttempt | Refused {
    if ('refused' in admission) return admission;
    attempt.call.trace.waitedMs += admission.waitedMs;
    // Time in the queue is nobody's latency.
    if (admission.waitedMs > 0) attempt.startedAt = now();
    return admission;
  }
}
