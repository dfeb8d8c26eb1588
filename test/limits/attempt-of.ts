import type { Clock } from '../../src/clock.ts';
import type { Attempt, Call } from '../../src/domain/call.ts';
import { operationOf } from '../../src/domain/operation.ts';
import type { Failure, Outcome, Settlement } from '../../src/domain/outcome.ts';
import type { Target } from '../../src/domain/route.ts';
import { newTrace } from '../../src/domain/trace.ts';

export function targetOf(endpoint: string, model = 'm', tier = 1): Target {
  return { key: `${endpoint}/${model}`, endpoint, model, tier, weight: 1 };
}

/** A call as the rate limit layer sees it. */
export function callOf(
  clock: Clock,
  changes: Partial<Call> & { readonly body?: unknown; readonly path?: string } = {},
): Call {
  const {
    body = { model: 'm', messages: [{ role: 'user', content: 'one two three' }] },
    path = '/chat/completions',
    ...rest
  } = changes;
  return {
    id: 'call-1',
    operation: operationOf('post', path),
    options: { method: 'post', path, body },
    stream: false,
    requestedModel: 'm',
    alias: undefined,
    route: undefined,
    groups: [[targetOf('a')]],
    movable: true,
    settings: {},
    maxRetries: 2,
    tags: {},
    priority: 0,
    hedge: false,
    intent: { known: 'body', wait: () => Promise.resolve('body') },
    port: () => {
      throw new Error('not sent');
    },
    wantsUsage: true,
    signal: undefined,
    startedAt: clock.now(),
    deadlineAt: undefined,
    trace: newTrace(),
    ...rest,
  } as Call;
}

export function attemptOf(clock: Clock, call: Call, changes: Partial<Attempt> = {}): Attempt {
  return {
    call,
    number: 1,
    target: call.groups[0]?.[0] as Target,
    visit: 0,
    waitedMs: 0,
    last: true,
    asSuspect: false,
    forced: false,
    controller: new AbortController(),
    startedAt: clock.now(),
    after: undefined,
    ...changes,
  } as Attempt;
}

/** A good answer whose body ends when `settle` is called. */
export function openAnswer(headers: Record<string, string> = {}) {
  let settle: (settlement: Settlement) => void = () => undefined;
  const settled = new Promise<Settlement>((resolve) => {
    settle = resolve;
  });
  const outcome: Outcome = { ok: true, reply: { response: new Response('', { headers }), value: {}, settled } };
  return { outcome, settle };
}

/** A good answer that has ended. */
export function answer(settlement: Settlement, headers: Record<string, string> = {}): Outcome {
  return { ok: true, reply: { response: new Response('', { headers }), value: {}, settled: settlement } };
}

export function failed(failure: Failure): Outcome {
  return { ok: false, failure };
}
