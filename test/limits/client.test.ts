import { APIUserAbortError } from 'openai';
import { describe, expect, it, vi } from 'vitest';
import type { RateLimitedEvent } from '../../src/events.js';
import { createGatewayClient } from '../../src/index.js';
import type { GatewayOptions } from '../../src/options/options.js';
import { QueueFullError, QueueTimeoutError, RequestTooLargeError } from '../../src/state/limit-errors.js';
import { manualClock } from '../../src/testing/manual-clock.js';
import { startMockProvider } from '../../src/testing/mock-provider.js';
import { mockTransport } from '../../src/testing/mock-transport.js';
import { reply } from '../../src/testing/reply.js';
import { seededRandom } from '../../src/testing/seeded-random.js';
import { simulatedProvider } from '../../src/testing/simulated-provider.js';

const base = { apiKey: 'test', baseURL: 'https://llm.example/v1', env: false as const, maxRetries: 0 };
const body = { model: 'm', messages: [{ role: 'user' as const, content: 'one two three' }] };

/** A client on a scripted `fetch`, with time moved by hand. */
function clientOf(options: Partial<GatewayOptions>, transport = mockTransport()) {
  const clock = manualClock();
  const client = createGatewayClient({ ...base, fetch: transport.fetch, clock, ...options });
  return { client, transport, clock };
}

describe('a client with limits', () => {
  it('holds back what is over them, and tells how it stands', async () => {
    const events: RateLimitedEvent[] = [];
    const { client, transport, clock } = clientOf({
      limits: { requestsPerMinute: 60, burst: 2 },
      hooks: { onRateLimited: (event) => events.push(event) },
    });
    const calls = Array.from({ length: 5 }, () => client.chat.completions.create(body));
    await clock.settle();
    expect(transport.requests).toHaveLength(2);
    expect(client.gateway.limits()).toMatchObject([
      { name: 'llm.example', waiting: 3, waitMs: 4_000, rates: { requestsPerMinute: { limit: 60 } } },
    ]);
    await clock.advance(3_000);
    await Promise.all(calls);
    expect(transport.requests).toHaveLength(5);
    expect(events.map(({ effect, endpoint }) => [effect, endpoint])).toEqual(Array(3).fill(['queued', 'llm.example']));
    expect(client.gateway.limits()).toMatchObject([{ waiting: 0, inFlight: 0 }]);
  });

  it.each([
    ['QueueFullError', { maxConcurrency: 1, maxQueue: 0 }, QueueFullError],
    ['QueueTimeoutError', { maxConcurrency: 1, maxQueueMs: 0 }, QueueTimeoutError],
    ['RequestTooLargeError', { tokensPerMinute: 100 }, RequestTooLargeError],
  ])(
    'rejects with %s as it is: not retried, not wrapped, nothing sent (F092, F093, F094)',
    async (_name, limits, kind) => {
      const transport = mockTransport([], { otherwise: reply.stream([], { ending: 'stall' }) });
      const { client, clock } = clientOf({ limits, maxRetries: 5 }, transport);
      const controller = new AbortController();
      const first =
        'maxConcurrency' in limits ? client.chat.completions.create(body, { signal: controller.signal }) : undefined;
      first?.catch(() => undefined);
      await clock.settle();
      const sent = transport.requests.length;
      await expect(client.chat.completions.create({ ...body, max_tokens: 500 })).rejects.toBeInstanceOf(kind);
      expect(transport.requests).toHaveLength(sent);
      controller.abort();
      await expect(first ?? Promise.reject(new APIUserAbortError())).rejects.toBeInstanceOf(APIUserAbortError);
    },
  );

  it('stops waiting when the caller does, at once and with the reason, and spends nothing (F087)', async () => {
    const { client, transport, clock } = clientOf({ limits: { requestsPerMinute: 60, burst: 1 } });
    await client.chat.completions.create(body);
    const controller = new AbortController();
    const reason = new Error('enough');
    const waiting = client.chat.completions.create(body, { signal: controller.signal });
    const next = client.chat.completions.create(body);
    waiting.catch(() => undefined);
    await clock.settle();
    controller.abort(reason);
    await expect(waiting).rejects.toMatchObject({ cause: reason });
    await expect(waiting).rejects.toBeInstanceOf(APIUserAbortError);
    await clock.advance(1_000);
    await next;
    expect(transport.requests).toHaveLength(2);
  });

  it('starts the clock of an attempt when it is sent, and the deadline covers the queue (F093)', async () => {
    const { client, clock } = clientOf({ limits: { requestsPerMinute: 60, burst: 1 } });
    await client.chat.completions.create(body);
    const patient = client.chat.completions.create(body, { timeout: 300 });
    await clock.advance(1_000);
    await expect(patient).resolves.toBeDefined();
    const hurried = client.chat.completions.create(body, { gateway: { deadlineMs: 300 } } as object);
    hurried.catch(() => undefined);
    await clock.advance(300);
    await expect(hurried).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  it('gives its place in flight free during a wait between two attempts (F106)', async () => {
    const transport = mockTransport([reply.error(500), reply.chat('late'), reply.chat('early')]);
    const { client, clock } = clientOf({ limits: { maxConcurrency: 1 }, maxRetries: 1 }, transport);
    const retried = client.chat.completions.create(body);
    await clock.settle();
    const other = client.chat.completions.create({ ...body, model: 'other' });
    await clock.settle();
    await clock.settle();
    expect((await other).choices[0]?.message.content).toBe('late');
    await clock.advance(1_000);
    expect((await retried).choices[0]?.message.content).toBe('early');
  });

  it('asks the next endpoint when that one is sooner free', async () => {
    const { client, transport, clock } = clientOf({
      baseURL: undefined,
      apiKey: undefined,
      endpoints: [
        { name: 'a', baseURL: 'https://a.example/v1', apiKey: 'ka', tier: 1, requestsPerMinute: 60, burst: 1 },
        { name: 'b', baseURL: 'https://b.example/v1', apiKey: 'kb', tier: 2 },
      ],
    });
    await Promise.all(Array.from({ length: 4 }, () => client.chat.completions.create(body)));
    expect(transport.requests.map(({ url }) => new URL(url).host)).toEqual([
      'a.example',
      'b.example',
      'b.example',
      'b.example',
    ]);
    await clock.advance(1_000);
    await client.chat.completions.create(body);
    expect(transport.requests.at(-1)?.url).toContain('a.example');
  });

  it('divides a crowd that arrives in one step among the endpoints, instead of sending all of it to the second', async () => {
    const endpoint = { apiKey: 'test', requestsPerMinute: 60, burst: 1, tier: 1 };
    const { transport, clock } = clientOf({});
    const client = createGatewayClient({
      endpoints: [
        { ...endpoint, name: 'one', baseURL: 'https://one.example/v1', fetch: transport.fetch },
        { ...endpoint, name: 'two', baseURL: 'https://two.example/v1', fetch: transport.fetch, tier: 2 },
      ],
      env: false,
      clock,
    });
    const calls = Array.from({ length: 20 }, () => client.chat.completions.create(body));
    await clock.advance(9_000);
    await Promise.all(calls);
    const hosts = transport.requests.map(({ url }) => new URL(url).host);
    expect(hosts.filter((host) => host === 'one.example')).toHaveLength(10);
    expect(client.gateway.limits()).toMatchObject([{ waiting: 0 }, { waiting: 0, waitMs: 1_000 }]);
  });

  it('counts the tokens a stream reports, asks for them, and hides that from callers who did not', async () => {
    const { client, transport } = clientOf({ limits: { tokensPerMinute: 60_000 } });
    const chunks = [];
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) chunks.push(chunk);
    expect(transport.requests[0]?.body).toMatchObject({ stream_options: { include_usage: true } });
    expect(chunks.some(({ usage }) => usage != null)).toBe(false);
    const [state] = client.gateway.limits();
    const used = 10_000 - (state?.rates['tokensPerMinute']?.available as number);
    expect(used).toBeGreaterThan(5);
    expect(used).toBeLessThan(500);
    expect(state?.rates['tokensPerMinute']?.reserved).toBe(0);
  });

  it('takes limits of models and of tags, and a counter of tokens, from its options', async () => {
    const { client, clock } = clientOf({
      limits: { models: { small: { maxConcurrency: 1 } } },
      tagLimits: [{ each: 'user', requestsPerMinute: 60, burst: 1 }],
      countTokens: (model) => (model === 'small' ? 40 : undefined),
    });
    const tagged = { gateway: { tags: { user: 'ann' } } } as object;
    await client.chat.completions.create({ ...body, model: 'small' }, tagged);
    const again = client.chat.completions.create(body, tagged);
    await clock.settle();
    expect(client.gateway.limits().map(({ name, waiting }) => [name, waiting])).toEqual([
      ['llm.example/small', 0],
      ['user=ann', 1],
    ]);
    await clock.advance(1_000);
    await again;
    expect(() => clientOf({ tagLimits: [{ each: 'user', requestsPerMinute: -1 }] })).toThrow(
      /tagLimits\[0\].requestsPerMinute/,
    );
    expect(() => clientOf({ limits: { models: { m: { onLimit: 'wait' } } } as object })).toThrow(/limits.models/);
  });

  it('keeps the place of a reply whose caller reads the body himself, until all of it is here or given up', async () => {
    await using provider = await startMockProvider();
    const { baseURL } = provider;
    const client = createGatewayClient({ ...base, baseURL, limits: { maxConcurrency: 1 } });
    const inFlight = () => client.gateway.limits()[0]?.inFlight;
    const events = reply.stream(['data: {"choices":[]}\n\n'], { ending: 'stall' });
    const stream = () => client.chat.completions.create({ ...body, stream: true }).asResponse();
    provider.add(events);
    const given = await stream();
    expect(inFlight()).toBe(1);
    await given.body?.cancel();
    expect(inFlight()).toBe(0);
    provider.add(events);
    await (await stream()).body?.cancel();
    provider.add(reply.chat('read by nobody'));
    const unread = await client.chat.completions.create(body).asResponse();
    await vi.waitFor(() => expect(inFlight()).toBe(0));
    expect(await unread.json()).toMatchObject({ object: 'chat.completion' });
    provider.add(reply.stream(['data: 1\n\n'], { ending: 'reset' }));
    await (await stream()).text().catch(() => undefined);
    expect(inFlight()).toBe(0);
    await client.gateway.close();
  });

  it('leaves no call behind when it is closed', async () => {
    const transport = mockTransport([], { otherwise: reply.stream([], { ending: 'stall' }) });
    const { client, clock } = clientOf({ limits: { maxConcurrency: 1 } }, transport);
    const calls = [1, 2].map(() => client.chat.completions.create(body).catch((error: unknown) => error));
    await clock.settle();
    const closing = client.gateway.close();
    await clock.advance(60_000);
    await closing;
    for (const call of calls) expect(await call).toMatchObject({ code: 'shutting_down' });
    expect(transport.requests).toHaveLength(1);
    expect(clock.pending.foreground).toBe(0);
  });
});

describe('calls in flight, as the provider sees them', () => {
  it('never exceed the limit over thousands of mixed calls of a client and its clones together (F102, F104)', {
    timeout: 60_000,
  }, async () => {
    const random = seededRandom(9);
    const provider = simulatedProvider();
    const transport = mockTransport([], {
      keep: 10,
      otherwise: async (request) => {
        const chance = random();
        if (chance < 0.05) return reply.error(500);
        if (chance < 0.08) return reply.error(429, { code: 'rate_limit_exceeded' });
        if (chance < 0.1) return reply.fault('reset');
        return provider(request);
      },
    });
    const limits = { maxConcurrency: 10, maxQueue: 30_000 };
    const client = createGatewayClient({
      ...base,
      fetch: transport.fetch,
      limits,
      circuit: false,
      retry: { quota: false },
    });
    const clients = [
      client,
      client.withOptions({ timeout: 50_000 }),
      client.withOptions({ maxRetries: 0 }),
      client.with({ tags: { project: 'x' } }),
    ];
    let ended = 0;
    const call = async (number: number) => {
      const own = clients[number % clients.length] as typeof client;
      const controller = new AbortController();
      try {
        const chance = random();
        if (chance < 0.2) setTimeout(() => controller.abort(), random() * 50);
        if (chance < 0.4) {
          const stream = await own.chat.completions.create({ ...body, stream: true }, { signal: controller.signal });
          for await (const _chunk of stream) if (random() < 0.1) break;
        } else if (chance < 0.5)
          await own.embeddings.create({ model: 'e', input: 'text' }, { signal: controller.signal });
        else await own.chat.completions.create(body, { signal: controller.signal });
      } catch {
        // Aborted or failed: what matters is that its place came free.
      }
      ended += 1;
    };
    await Promise.all(Array.from({ length: 4_000 }, (_, number) => call(number)));
    expect(ended).toBe(4_000);
    expect(transport.maxInFlight).toBeLessThanOrEqual(10);
    expect(transport.maxInFlight).toBe(10);
    expect(client.gateway.limits()).toMatchObject([{ inFlight: 0, waiting: 0 }]);
  });
});
