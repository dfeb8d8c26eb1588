import type { Clock } from '../clock.js';
import type { Call } from '../domain/call.js';
import { type Failure, onSettled, type Settlement } from '../domain/outcome.js';
import type { CallEnd } from '../domain/trace.js';
import type { CallEvent, Emitter } from '../events.js';
import type { Bracket } from './layer.js';

/** What every event says about its call. */
export function describeCall(call: Call, clock: Clock): CallEvent {
  return {
    callId: call.id,
    operation: call.operation.name,
    requestedModel: call.requestedModel,
    alias: call.alias,
    stream: call.stream,
    tags: call.tags,
    at: clock.wallNow(),
  };
}

/** Writes down how a call begins and ends, and tells the observers. Outermost, so that nothing escapes it. */
export function callRecorder(parts: { readonly clock: Clock; readonly emitter: Emitter }): Bracket<Call, void> {
  const { clock, emitter } = parts;
  return {
    enter(call) {
      if (emitter.listens('onCallStarted')) emitter.emit('onCallStarted', describeCall(call, clock));
    },
    leave(call, outcome) {
      if (!outcome.ok) settle(call, endOf(call, outcome.failure));
      else onSettled(outcome, (settlement) => settle(call, endWith(call, settlement)));
    },
  };

  function settle(call: Call, end: CallEnd): void {
    call.trace.ended = end;
    if (!emitter.listens('onCallSettled')) return;
    const last = call.trace.attempts.at(-1);
    emitter.emit('onCallSettled', {
      ...describeCall(call, clock),
      status: end.status,
      kind: end.failure?.kind,
      endpoint: last?.endpoint,
      model: last?.model,
      responseModel: end.responseModel,
      attempts: Object.freeze([...call.trace.attempts]),
      usage: end.usage,
      durationMs: end.durationMs,
      firstEventMs: end.firstEventMs,
      waitedMs: call.trace.waitedMs,
      retriesWithheld: call.trace.retriesWithheld,
    });
  }

  function endOf(call: Call, failure: Failure): CallEnd {
    return {
      status: failure.kind === 'cancelled' ? 'aborted' : 'failed',
      ending: undefined,
      failure,
      usage: undefined,
      responseModel: undefined,
      responseId: undefined,
      durationMs: clock.now() - call.startedAt,
      firstEventMs: undefined,
    };
  }

  function endWith(call: Call, settlement: Settlement): CallEnd {
    const { ending } = settlement;
    return {
      status: ending === 'aborted' ? 'aborted' : ending === 'interrupted' ? 'interrupted' : 'ok',
      ending,
      failure: settlement.failure,
      usage: settlement.usage ?? call.trace.estimatedUsage,
      responseModel: settlement.responseModel,
      responseId: settlement.responseId,
      durationMs: clock.now() - call.startedAt,
      firstEventMs: settlement.firstEventMs,
    };
  }
}
