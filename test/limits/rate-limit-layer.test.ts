import { APIError, APIUserAbortError } from 'openai';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/domain/call.js';
import type { Failure, Outcome } from '../../src/domain/outcome.js';
import { ShuttingDownError } from '../../src/errors.js';
import { type Handler, surround } from '../../src/layers/layer.js';
import { rateLimit } from '../../src/layers/rate-limit.js';
import { QueueFullError, QueueTimeoutError, RequestTooLargeError } from '../../src/state/limit-errors.js';
import { type LimitEffect, LimiterAdmission } from '../../src/state/limiter-admission.js';
import { TokenEstimator } from '../../src/state/limiter-estimator.js';
import { type EndpointLimits, LimiterRegistry } from '../../src/state/limiter-registry.js';
import type { TagLimits } from '../../src/state/limiter-tag-rules.js';
import { answer, attemptOf, callOf, failed, openAnswer, targetOf } from './attempt-of.js';
import { VirtualClock } from './virtual-clock.js';

/** The layer with its state, around a scripted `next`. */
function layerOf(
  limits: Readonly<Record<string, EndpointLimits>>,
  { tags, unavailable = [] }: { tags?: readonly TagLimits[]; unavailable?: readonly string[] } = {},
) {
  const clock = new VirtualClock();
  const endpoints = Object.entries(limits).map(([name, each]) => ({ name, limits: each }));
  const registry = new LimiterRegistry({ clock, endpoints, tags });
  const effects: LimitEffect[] = [];
  const admission = new LimiterAdmission({
    clock,
    registry,
    estimator: new TokenEstimator(),
    isAvailable: (target) => !unavailable.includes(target.endpoint),
    onEffect: (_attempt, effect) => effects.push(effect),
  });
  const bracket = rateLimit(admission, clock.now);
  const layer = (attempt: Attempt, next: Handler<Attempt>) => surround([bracket], next)(attempt);
  const sent: Attempt[] = [];
  const run = (attempt: Attempt, outcome: Outcome | Promise<Outcome>) =>
    layer(attempt, async (each) => {
      sent.push(each);
      return outcome;
    });
  const state = (name: string) => registry.snapshot().find((each) => each.name === name);
  return { clock, registry, run, sent, effects, state, layer };
}

const usage = (inputTokens: number, outputTokens: number) =>
  ({ ending: 'complete', usage: { inputTokens, outputTokens, source: 'reported' } }) as const;

const error = (status: number, headers: Record<string, string> = {}) =>
  new APIError(status, { message: 'no' }, 'no', new Headers(headers));

describe('an attempt at a limited target', () => {
  it('takes its estimate, holds a place until the body has ended, and settles with the usage', async () => {
    const { clock, run, state } = layerOf({ a: { requestsPerMinute: 60, tokensPerMinute: 60_000, maxConcurrency: 1 } });
    const call = callOf(clock, { body: { messages: [{ role: 'user', content: 'one two three' }], max_tokens: 500 } });
    const { outcome, settle } = openAnswer();
    expect(await run(attemptOf(clock, call), outcome)).toBe(outcome);
    expect(state('a')).toMatchObject({
      inFlight: 1,
      rates: { tokensPerMinute: { available: 10_000 - 507, reserved: 507 } },
    });
    settle(usage(8, 40));
    await clock.run(0);
    expect(state('a')).toMatchObject({
      inFlight: 0,
      rates: { tokensPerMinute: { available: 10_000 - 48, reserved: 0 }, requestsPerMinute: { available: 9 } },
    });
  });

  it('passes untouched where nothing is limited, and where provider state is only managed', async () => {
    const { clock, run, sent, state } = layerOf({ a: { maxConcurrency: 0 }, b: {} });
    const free = attemptOf(clock, callOf(clock, { groups: [[targetOf('b')]] }));
    const files = attemptOf(clock, callOf(clock, { path: '/files' }));
    await run(free, answer(usage(1, 1)));
    await run(files, answer({ ending: 'complete' }));
    expect(sent).toEqual([free, files]);
    expect(sent[0]).toBe(free);
    expect(state('a')?.inFlight).toBe(0);
  });

  it('waits for its turn, and the time in the queue counts as waiting and not as latency', async () => {
    const { clock, run, sent, effects } = layerOf({ a: { requestsPerMinute: 60, burst: 1 } });
    const [first, second] = [callOf(clock), callOf(clock)];
    await run(attemptOf(clock, first), answer(usage(1, 1)));
    const waiting = run(attemptOf(clock, second), answer(usage(1, 1)));
    await clock.run(2_000);
    await waiting;
    expect(second.trace.waitedMs).toBe(1_000);
    expect(sent[1]?.startedAt).toBe(1_000);
    expect(first.trace.waitedMs).toBe(0);
    expect(effects).toEqual(['queued']);
  });

  it('lets a higher priority go first', async () => {
    const { clock, run, sent } = layerOf({ a: { requestsPerMinute: 60, burst: 1 } });
    const attempts = [0, -1, 5].map((priority) => attemptOf(clock, callOf(clock, { priority })));
    const all = attempts.map((attempt) => run(attempt, answer(usage(1, 1))));
    await clock.run(5_000);
    await Promise.all(all);
    expect(sent.map(({ call }) => call.priority)).toEqual([0, 5, -1]);
  });

  it.each([
    [0, ['first', 'waiting', 'repeated']],
    [3, ['first', 'repeated', 'waiting']],
  ])(
    'lets a repeated attempt go before first ones only if told so: retryPriority %i (F106)',
    async (retryPriority, order) => {
      const { clock, run, sent } = layerOf({ a: { requestsPerMinute: 60, burst: 1, retryPriority } });
      const all = ['first', 'waiting', 'repeated'].map((id) =>
        run(attemptOf(clock, callOf(clock, { id }), { visit: id === 'repeated' ? 1 : 0 }), answer(usage(1, 1))),
      );
      await clock.run(5_000);
      await Promise.all(all);
      expect(sent.map(({ call }) => call.id)).toEqual(order);
    },
  );

  it.each([
    ['a provider that refuses', { kind: 'rate_limited', error: error(429), status: 429 }, 9, 10_000],
    ['a server error', { kind: 'server_error', error: error(500), status: 500 }, 9, 10_000],
    ['a bad request', { kind: 'invalid_request', error: error(400), status: 400 }, 9, 10_000],
    [
      'a timeout that may be billed',
      { kind: 'timeout', error: error(408), noResponse: true, possiblyBilled: true },
      9,
      8_993,
    ],
    ['an abort after sending', { kind: 'cancelled', error: new APIUserAbortError(), possiblyBilled: true }, 9, 8_993],
    ['a refused connection', { kind: 'unreachable', error: new Error(), noResponse: true }, 10, 10_000],
    ['a circuit that opened meanwhile', { kind: 'unavailable', error: new Error() }, 10, 10_000],
    ['a missing key', { kind: 'credentials', error: new Error() }, 10, 10_000],
  ] as const)(
    'after %s keeps what providers count and gives the rest back (F101)',
    async (_name, failure, requests, tokens) => {
      const { clock, run, state } = layerOf({
        a: { requestsPerMinute: 60, tokensPerMinute: 60_000, tokensPerDay: 1e6, maxConcurrency: 2 },
      });
      const outcome = failed(failure as Failure);
      expect(await run(attemptOf(clock, callOf(clock)), outcome)).toBe(outcome);
      const after = state('a');
      expect(after?.inFlight).toBe(0);
      expect(after?.rates['requestsPerMinute']).toMatchObject({ reserved: 0 });
      expect(after?.rates['tokensPerDay']?.available).toBe(1e6 - 10_000 + tokens);
      // A refusal for pace empties what was saved up for a burst.
      if (failure.kind !== 'rate_limited') expect(after?.rates['requestsPerMinute']?.available).toBe(requests);
      else expect(after?.rates['requestsPerMinute']?.available).toBe(0);
    },
  );

  it('frees its place also when a layer further in has a bug', async () => {
    const { clock, layer, state } = layerOf({ a: { maxConcurrency: 1 } });
    const broken = layer(attemptOf(clock, callOf(clock)), () => Promise.reject(new TypeError('a bug')));
    await expect(broken).rejects.toThrow('a bug');
    expect(state('a')?.inFlight).toBe(0);
  });

  it('keeps the estimate when a stream ends without usage', async () => {
    const { clock, run, state } = layerOf({ a: { tokensPerMinute: 60_000 } });
    await run(attemptOf(clock, callOf(clock)), answer({ ending: 'aborted' }));
    expect(state('a')?.rates['tokensPerMinute']).toMatchObject({ available: 8_993, reserved: 0 });
  });

  it('is not sent when it was aborted in the queue or in the moment of its turn, and takes nothing then (F087, F088)', async () => {
    const { clock, run, sent, state, registry } = layerOf({ a: { requestsPerMinute: 60, burst: 1 } });
    await run(attemptOf(clock, callOf(clock)), answer(usage(1, 1)));
    const [queued, lucky, early] = [0, 1, 2].map(() => attemptOf(clock, callOf(clock))) as [Attempt, Attempt, Attempt];
    early.controller.abort('before');
    const outcomes = [
      run(queued, answer(usage(1, 1))),
      run(lucky, answer(usage(1, 1))),
      run(early, answer(usage(1, 1))),
    ];
    queued.controller.abort(new Error('left'));
    clock.setTimer(() => undefined, 1_000);
    const turn = clock.run(1_000);
    // The permit has been given by now, and whoever waits for it has not been told yet.
    await Promise.resolve();
    lucky.controller.abort(new Error('late'));
    await turn;
    for (const outcome of await Promise.all(outcomes)) {
      expect(outcome).toMatchObject({ ok: false, failure: { kind: 'cancelled' } });
    }
    expect(sent).toHaveLength(1);
    expect(state('a')).toMatchObject({ inFlight: 0, waiting: 0 });
    expect(registry.queue.closed).toBe(false);
    expect(clock.pending).toBe(0);
  });
});

describe('when the turn does not come', () => {
  it('refuses with the typed error, so that another target can be asked (F092, F093, F094)', async () => {
    const { clock, run, sent, effects } = layerOf({
      a: { maxConcurrency: 1, maxQueue: 1, maxQueueMs: 50, tokensPerMinute: 5_000, onLimit: 'wait' },
    });
    const hold = openAnswer();
    void run(attemptOf(clock, callOf(clock)), hold.outcome);
    await clock.run(0);
    const late = run(attemptOf(clock, callOf(clock)), answer(usage(1, 1)));
    const full = await run(attemptOf(clock, callOf(clock)), answer(usage(1, 1)));
    const heavy = await run(
      attemptOf(clock, callOf(clock, { body: { messages: [], max_tokens: 6_000 } })),
      answer(usage(1, 1)),
    );
    await clock.run(100);
    const refusals = [await late, full, heavy].map((outcome) => (outcome.ok ? undefined : outcome.failure));
    expect(refusals.map((failure) => failure?.kind)).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(refusals[0]?.error).toBeInstanceOf(QueueTimeoutError);
    expect(refusals[1]?.error).toBeInstanceOf(QueueFullError);
    expect(refusals[2]?.error).toBeInstanceOf(RequestTooLargeError);
    expect(sent).toHaveLength(1);
    expect(effects).toEqual(['queued', 'refused', 'refused', 'refused']);
  });

  it('does not wait with onLimit reject', async () => {
    const { clock, run } = layerOf({ a: { requestsPerMinute: 60, burst: 1, onLimit: 'reject' } });
    await run(attemptOf(clock, callOf(clock)), answer(usage(1, 1)));
    const outcome = await run(attemptOf(clock, callOf(clock)), answer(usage(1, 1)));
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'unavailable', retryAfterMs: 1_000 } });
    expect(clock.pending).toBe(0);
  });

  it('refuses everybody for all targets once the gateway is closed', async () => {
    const { clock, run, registry } = layerOf({ a: { maxConcurrency: 1 } });
    const hold = openAnswer();
    void run(attemptOf(clock, callOf(clock)), hold.outcome);
    await clock.run(0);
    const waiting = run(attemptOf(clock, callOf(clock)), answer(usage(1, 1)));
    registry.close();
    const outcome = await waiting;
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'refused' } });
    expect(!outcome.ok && outcome.failure.error).toBeInstanceOf(ShuttingDownError);
  });
});

describe('spilling to another target', () => {
  const [a, b, c] = [targetOf('a'), targetOf('b'), targetOf('c')];
  const saturated = { requestsPerMinute: 60, burst: 1 };

  async function second(
    limits: Parameters<typeof layerOf>[0],
    options: Parameters<typeof layerOf>[1] = {},
    changes: Partial<Attempt> = {},
    calls = 3,
  ) {
    const made = layerOf(limits, options);
    const { clock, run } = made;
    for (let count = 0; count < calls; count += 1) {
      const call = callOf(clock, { groups: [[a], [b], [c]] });
      void run(attemptOf(clock, call, { target: a, last: true }), answer(usage(1, 1)));
    }
    await clock.run(0);
    const call = callOf(clock, { groups: [[a], [b], [c]] });
    const outcome = run(attemptOf(clock, call, { target: a, last: false, ...changes }), answer(usage(1, 1)));
    await clock.run(10_000);
    return { ...made, outcome: await outcome, call };
  }

  it('leaves the turn when another one would serve the call sooner', async () => {
    const { outcome, effects, state } = await second({ a: saturated, b: saturated });
    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: 'unavailable', error: { code: 'queue_timeout', waitedMs: 0 } },
    });
    expect(effects.at(-1)).toBe('spilled');
    expect(state('a')?.waiting).toBe(0);
  });

  it.each([
    ['waiting is chosen', { a: { ...saturated, onLimit: 'wait' as const }, b: {} }, {}, {}],
    ['no other target is left', { a: saturated, b: {} }, {}, { last: true }],
    ['all others are out', { a: saturated, b: {} }, { unavailable: ['b', 'c'] }, {}],
  ])('waits when %s', async (_name, limits, options, changes) => {
    const { outcome, effects } = await second(limits, options, changes);
    expect(outcome.ok).toBe(true);
    expect(effects.at(-1)).toBe('queued');
  });

  it('waits when the others would not be sooner, or only by a moment', async () => {
    const busy = { requestsPerMinute: 60, burst: 1 };
    const { clock, run, effects } = layerOf({ a: busy, b: busy, c: { requestsPerMinute: 1200, burst: 1 } });
    for (const target of [a, b, c]) void run(attemptOf(clock, callOf(clock), { target }), answer(usage(1, 1)));
    const call = (groups: (typeof a)[][], target: typeof a) =>
      run(attemptOf(clock, callOf(clock, { groups }), { target, last: false }), answer(usage(1, 1)));
    const outcomes = [call([[a], [b]], a), call([[c], [targetOf('d')]], c)];
    await clock.run(3_000);
    for (const outcome of await Promise.all(outcomes)) expect(outcome.ok).toBe(true);
    expect(effects).toEqual(['queued', 'queued']);
  });

  it('does not go back to a target that the call has tried', async () => {
    const { clock, run, effects } = layerOf({ a: saturated, b: {} });
    void run(attemptOf(clock, callOf(clock)), answer(usage(1, 1)));
    const call = callOf(clock, { groups: [[a], [b]] });
    call.trace.attempts.push({
      number: 1,
      endpoint: 'b',
      model: 'm',
      tier: 2,
      ok: false,
      durationMs: 1,
      waitedMs: 0,
      possiblyBilled: false,
    });
    const outcome = run(attemptOf(clock, call, { target: a, last: false }), answer(usage(1, 1)));
    await clock.run(3_000);
    expect((await outcome).ok).toBe(true);
    expect(effects).toEqual(['queued']);
  });
});

describe('what replies teach', () => {
  it('makes a target pause as long as its provider asks, and no other target of the account (F022)', async () => {
    const { clock, run } = layerOf({ a: { requestsPerMinute: 6_000 } });
    const [x, y] = [targetOf('a', 'x'), targetOf('a', 'y')];
    const refusal = failed({
      kind: 'rate_limited',
      error: error(429),
      status: 429,
      retryAfterMs: 5_000,
      limit: 'tokens',
    });
    await run(attemptOf(clock, callOf(clock), { target: x }), refusal);
    let xAt = -1;
    void run(attemptOf(clock, callOf(clock), { target: x }), answer(usage(1, 1))).then(() => {
      xAt = clock.now();
    });
    expect((await run(attemptOf(clock, callOf(clock), { target: y }), answer(usage(1, 1)))).ok).toBe(true);
    await clock.run(20_000);
    expect(xAt).toBe(5_000);
  });

  it('does not pause for a fault of one request, nor for more than an hour', async () => {
    const { clock, run, registry } = layerOf({ a: { requestsPerMinute: 6_000 } });
    const one = failed({ kind: 'rate_limited', error: error(429), status: 429, retryAfterMs: 5_000, scope: 'request' });
    await run(attemptOf(clock, callOf(clock)), one);
    await clock.run(1_000);
    expect((await run(attemptOf(clock, callOf(clock)), answer(usage(1, 1)))).ok).toBe(true);
    const long = failed({ kind: 'overloaded', error: error(529), status: 529, retryAfterMs: 1e12 });
    await run(attemptOf(clock, callOf(clock)), long);
    expect(registry.of(targetOf('a'), {})?.pauses.snapshot(clock.now()).pausedMs).toBe(3_600_000);
  });

  it('saves nothing up for a burst after a refusal, unless that was about calls at once or about money', async () => {
    const left = async (limit: Failure['limit']) => {
      const { clock, run, state } = layerOf({ a: { requestsPerMinute: 600 } });
      const refusal = failed({ kind: 'rate_limited', error: error(429), status: 429, limit });
      await run(attemptOf(clock, callOf(clock)), refusal);
      return state('a')?.rates['requestsPerMinute']?.available;
    };
    expect(await left('requests')).toBe(0);
    expect(await left(undefined)).toBe(0);
    expect(await left('tokens')).toBe(99);
    expect(await left('concurrency')).toBe(99);
    expect(await left('spend')).toBe(99);
  });

  it('reads the limits in the headers of answers and of refusals', async () => {
    const { clock, run, state } = layerOf({ a: { requestsPerMinute: 600 } });
    const headers = (remaining: number) => ({
      'x-ratelimit-limit-requests': '300',
      'x-ratelimit-remaining-requests': String(remaining),
      'x-ratelimit-reset-requests': '1s',
    });
    await run(attemptOf(clock, callOf(clock)), answer(usage(1, 1), headers(299)));
    expect(state('a')?.rates['requestsPerMinute']?.limit).toBe(300);
    await run(
      attemptOf(clock, callOf(clock)),
      failed({ kind: 'server_error', status: 500, error: error(500, headers(7)) }),
    );
    expect(state('a')?.rates['requestsPerMinute']?.available).toBe(7);
  });

  it('reserves max_tokens in full where the provider reports token limits, and what replies need elsewhere', async () => {
    const body = { messages: [{ role: 'user', content: 'one two three' }], max_tokens: 4_000 };
    const reservedAfter = async (headers: Record<string, string>) => {
      const { clock, run, state } = layerOf({ a: { tokensPerMinute: 1e6 } });
      for (let count = 0; count < 10; count += 1)
        await run(attemptOf(clock, callOf(clock, { body })), answer(usage(7, 100), headers));
      void run(attemptOf(clock, callOf(clock, { body })), openAnswer().outcome);
      await clock.run(0);
      return state('a')?.rates['tokensPerMinute']?.reserved;
    };
    expect(await reservedAfter({})).toBe(107);
    expect(await reservedAfter({ 'x-ratelimit-limit-tokens': '1000000' })).toBe(4_007);
  });
});

describe('who shares a limiter', () => {
  it('endpoints of one group, with the lowest of their limits', async () => {
    const { clock, run, state } = layerOf({
      a: { requestsPerMinute: 60, maxConcurrency: 5, limitGroup: 'account' },
      b: { requestsPerMinute: 600, maxConcurrency: 2, limitGroup: 'account' },
      c: { maxConcurrency: 1 },
    });
    void run(attemptOf(clock, callOf(clock), { target: targetOf('a') }), openAnswer().outcome);
    void run(attemptOf(clock, callOf(clock), { target: targetOf('b') }), openAnswer().outcome);
    await clock.run(0);
    expect(state('account')).toMatchObject({
      inFlight: 2,
      maxConcurrency: 2,
      rates: { requestsPerMinute: { limit: 60 } },
    });
    expect(state('c')?.inFlight).toBe(0);
  });

  it('a model with limits of its own besides those of its endpoint', async () => {
    const { clock, run, state } = layerOf({ a: { maxConcurrency: 9, models: { small: { maxConcurrency: 1 } } } });
    void run(attemptOf(clock, callOf(clock), { target: targetOf('a', 'small') }), openAnswer().outcome);
    void run(attemptOf(clock, callOf(clock), { target: targetOf('a', 'small') }), openAnswer().outcome);
    void run(attemptOf(clock, callOf(clock), { target: targetOf('a', 'large') }), openAnswer().outcome);
    await clock.run(0);
    expect(state('a')?.inFlight).toBe(2);
    expect(state('a/small')).toMatchObject({ inFlight: 1, waiting: 1 });
  });

  it('calls with the same tags, each value apart if told so', async () => {
    const tags: TagLimits[] = [
      { match: { feature: 'batch' }, maxConcurrency: 1 },
      { each: 'user', maxConcurrency: 2 },
    ];
    const { clock, run, state } = layerOf({ a: {} }, { tags });
    const start = (labels: Record<string, string>) =>
      void run(attemptOf(clock, callOf(clock, { tags: labels })), openAnswer().outcome);
    for (let count = 0; count < 3; count += 1) start({ user: 'ann' });
    start({ user: 'bob', feature: 'batch' });
    start({ feature: 'batch' });
    start({});
    await clock.run(0);
    expect(state('user=ann')).toMatchObject({ inFlight: 2, waiting: 1 });
    expect(state('user=bob')).toMatchObject({ inFlight: 1, waiting: 0 });
    expect(state('feature=batch')).toMatchObject({ inFlight: 1, waiting: 1 });
  });

  it('gives calls a place in the queue by their tags, where they name none themselves', async () => {
    const tags: TagLimits[] = [
      { match: { feature: 'batch' }, priority: -5 },
      { match: { feature: 'chat' }, priority: 5 },
      { each: 'user', priority: 9 },
    ];
    const { clock, run, sent, state } = layerOf({ a: { requestsPerMinute: 60, burst: 1 } }, { tags });
    const calls: [string | undefined, number][] = [
      [undefined, 0],
      ['batch', 0],
      [undefined, 0],
      ['chat', 0],
      ['batch', 1],
    ];
    const all = calls.map(([feature, priority]) => {
      const call = callOf(clock, { tags: feature === undefined ? {} : { feature }, priority });
      return run(attemptOf(clock, call), answer(usage(1, 1)));
    });
    await clock.run(10_000);
    await Promise.all(all);
    const order = sent.map(({ call }) => `${call.tags['feature'] ?? 'none'} ${call.priority}`);
    expect(order).toEqual(['none 0', 'chat 0', 'batch 1', 'none 0', 'batch 0']);
    // A rule without limits is no limiter.
    expect(state('feature=batch')).toBeUndefined();
  });

  it('keeps a bounded number of tag values and models', async () => {
    const { clock, run, registry } = layerOf(
      { a: { maxConcurrency: 5 } },
      { tags: [{ each: 'user', maxConcurrency: 2 }] },
    );
    for (let count = 0; count < 2_500; count += 1) {
      const call = callOf(clock, { tags: { user: `user ${count}` } });
      await run(attemptOf(clock, call, { target: targetOf('a', `model ${count}`) }), answer(usage(1, 1)));
    }
    expect(registry.snapshot().length).toBeLessThanOrEqual(1_001);
  });

  it('forgets no tag value whose limit still counts, and the oldest when there are far too many', async () => {
    const rule = { each: 'user', requestsPerMinute: 1, maxQueueMs: Number.POSITIVE_INFINITY };
    const { clock, run, registry, state } = layerOf({ a: {} }, { tags: [rule] });
    const ask = (user: number) =>
      run(attemptOf(clock, callOf(clock, { tags: { user: `${user}` } })), answer(usage(1, 1)));
    for (let user = 0; user < 5_000; user += 1) await ask(user);
    const again = ask(0);
    expect(state('user=0')).toMatchObject({ waiting: 1 });
    for (let user = 5_000; user < 12_000; user += 1) await ask(user);
    expect(registry.snapshot()).toHaveLength(10_000);
    await clock.run(61_000);
    expect((await again).ok).toBe(true);
    await clock.run(130_000);
    for (let user = 0; user < 3_000; user += 1) await ask(user);
    expect(registry.snapshot().length).toBeLessThan(4_500);
  });

  it('knows whether anything is limited at all', () => {
    expect(layerOf({ a: {} }).registry.limitsAnything).toBe(false);
    expect(layerOf({ a: { maxConcurrency: 1 } }).registry.limitsAnything).toBe(true);
  });
});
