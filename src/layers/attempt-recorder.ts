import type { Clock } from '../clock.js';
import type { Attempt } from '../domain/call.js';
import type { Outcome } from '../domain/outcome.js';
import type { AttemptSummary } from '../domain/trace.js';
import type { Usage } from '../domain/usage.js';
import type { AttemptEvent, Emitter } from '../events.js';
import { describeCall } from './call-recorder.js';
import type { Bracket } from './layer.js';

/** Writes down every attempt, and tells the observers. Outermost of the attempt, so that local refusals are seen too. */
export function attemptRecorder(parts: { readonly clock: Clock; readonly emitter: Emitter }): Bracket<Attempt, void> {
  const { clock, emitter } = parts;
  return {
    enter(attempt) {
      if (emitter.listens('onAttemptStarted')) emitter.emit('onAttemptStarted', describe(attempt));
    },
    leave(attempt, outcome) {
      const { trace } = attempt.call;
      const settled = outcome.ok ? outcome.reply.settled : undefined;
      const summary = summarize(attempt, outcome, settled instanceof Promise ? undefined : settled?.usage);
      const index = trace.attempts.push(summary) - 1;
      trace.waitedMs += attempt.waitedMs;
      if (settled instanceof Promise) {
        void settled.then(({ usage }) => {
          if (usage !== undefined) trace.attempts[index] = Object.freeze({ ...summary, usage });
        });
      } else if (!outcome.ok && emitter.listens('onAttemptFailed')) {
        const { kind, status, code, requestId, retryAfterMs } = outcome.failure;
        emitter.emit('onAttemptFailed', {
          ...describe(attempt),
          kind,
          status,
          code,
          requestId,
          retryAfterMs,
          durationMs: summary.durationMs,
        });
      }
    },
  };

  function describe(attempt: Attempt): AttemptEvent {
    const { target } = attempt;
    return {
      ...describeCall(attempt.call, clock),
      attempt: attempt.number,
      endpoint: target.endpoint,
      model: target.model === '' ? undefined : target.model,
      tier: target.tier,
    };
  }

  function summarize(attempt: Attempt, outcome: Outcome, usage: Usage | undefined): AttemptSummary {
    const { target } = attempt;
    const failure = outcome.ok ? undefined : outcome.failure;
    const summary = {
      number: attempt.number,
      endpoint: target.endpoint,
      model: target.model === '' ? undefined : target.model,
      tier: target.tier,
      ok: outcome.ok,
      kind: failure?.kind,
      status: outcome.ok ? outcome.reply.response.status : failure?.status,
      code: failure?.code,
      requestId: outcome.ok ? (outcome.reply.response.headers.get('x-request-id') ?? undefined) : failure?.requestId,
      durationMs: clock.now() - attempt.startedAt,
      waitedMs: attempt.waitedMs,
      possiblyBilled: outcome.ok || failure?.possiblyBilled === true,
    };
    return Object.freeze(usage === undefined ? summary : { ...summary, usage });
  }
}
