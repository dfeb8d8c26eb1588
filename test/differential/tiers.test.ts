/** What a call may do with several endpoints, and what it must never do. */
import type { OpenAI } from 'openai';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createGatewayClient } from '../../src/create-gateway-client.js';
import { type MockReply, type MockTransport, mockTransport, reply, seededRandom, sse } from '../../src/testing.js';
import { MESSAGES, nameOfError, STREAMING } from './behaviour.js';
import { KEY_A, KEY_B, makePair } from './clients.js';
import { enterVirtualTime, leaveVirtualTime, PENDING, settle, turn } from './virtual-time.js';

const A = 'https://a.test/v1';
const B = 'https://b.test/v1';
const always = (what: MockReply) => [{ reply: what }];
const HEALTHY = always(reply.chat('ok'));

function pair(first: MockTransport, second: MockTransport, options: object = {}) {
  return makePair({ baseURL: A, fetch: first.fetch }, { baseURL: B, fetch: second.fetch }, options);
}
async function settled<T>(promise: Promise<T>): Promise<T> {
  const value = await settle(promise);
  if (value === PENDING) throw new Error('The call never ended.');
  return value;
}
const quiet = async () => {
  for (let count = 0; count < 40; count++) await turn();
};

beforeEach(enterVirtualTime);
afterEach(leaveVirtualTime);

describe('attempts', () => {
  test.each([
    [0, 1, 1],
    [1, 2, 2],
    [2, 2, 2],
    [5, 3, 3],
    [20, 4, 4],
  ])(
    'with maxRetries %i two failing endpoints get %i and %i requests, whatever else retries (F109)',
    async (maxRetries, first, second) => {
      const [a, b] = [mockTransport(always(reply.error(500))), mockTransport(always(reply.error(500)))];
      expect(
        await nameOfError(settled(pair(a, b, { maxRetries, circuit: false }).chat.completions.create(MESSAGES))),
      ).toBe('InternalServerError');
      expect([a.requests.length, b.requests.length]).toEqual([first, second]);
    },
  );

  test('the retry count that is sent goes on counting at the next endpoint (F128)', async () => {
    const [a, b] = [mockTransport([reply.error(500)]), mockTransport(HEALTHY)];
    await settled(pair(a, b).chat.completions.create(MESSAGES));
    expect(b.requests[0]?.headers['x-stainless-retry-count']).toBe('1');
  });

  test("the error is the SDK's own of the last attempt, with all attempts beside it and no secrets in them (F127)", async () => {
    const [a, b] = [
      mockTransport(always(reply.error(500, { message: 'first' }, { headers: { 'x-request-id': 'ra' } }))),
      mockTransport(always(reply.error(503, { message: 'second' }))),
    ];
    const error = (await settled(
      pair(a, b, { maxRetries: 0 })
        .chat.completions.create(MESSAGES)
        .catch((reason: unknown) => reason),
    )) as Error & { status: number; attempts: readonly object[] };
    expect(error).toMatchObject({ status: 503, message: '503 second' });
    expect(Object.keys(error)).not.toContain('attempts');
    expect(error.attempts).toMatchObject([
      { number: 1, endpoint: 'first', ok: false, kind: 'server_error', status: 500, requestId: 'ra' },
      { number: 2, endpoint: 'second', ok: false, status: 503 },
    ]);
    expect(JSON.stringify(error.attempts)).not.toMatch(/canary/);
  });
});

describe('an endpoint that has asked for rest gets it', () => {
  test.each([
    ['a rate limit with Retry-After', reply.error(429, {}, { headers: { 'retry-after': '7' } }), 7000],
    ['an overload', reply.error(529, {}, { headers: { 'retry-after': '3' } }), 3000],
    ['a dead key (F033)', reply.error(401), 60_000],
    ['a used-up quota (F035)', reply.error(429, { code: 'insufficient_quota' }), 300_000],
  ])('%s', async (_name, failure, restMs) => {
    const [a, b] = [mockTransport([failure, { reply: reply.chat('ok') }]), mockTransport(HEALTHY)];
    const client = pair(a, b);
    await settled(client.chat.completions.create(MESSAGES));
    const began = performance.now();
    while (a.requests.length === 1 && performance.now() - began < 2 * restMs) {
      vi.advanceTimersByTime(restMs / 20);
      await settled(client.chat.completions.create(MESSAGES));
    }
    const rested = (a.requests[1]?.at ?? Number.NaN) - began;
    expect(rested).toBeGreaterThanOrEqual(restMs * 0.99);
    expect(rested).toBeLessThanOrEqual(restMs * 1.1);
  });

  test('a 403 and a missing model rest only when a second call confirms them (F034, F036)', async () => {
    for (const failure of [reply.error(403), reply.error(404, { code: 'model_not_found' })]) {
      const [a, b] = [mockTransport(always(failure)), mockTransport(HEALTHY)];
      const client = pair(a, b);
      for (let call = 0; call < 4; call++) await settled(client.chat.completions.create(MESSAGES));
      expect([a.requests.length, b.requests.length]).toEqual([2, 4]);
    }
  });

  test('an endpoint that gave no answer stands last until one call has tried it again', async () => {
    const [a, b] = [mockTransport([reply.hang(), { reply: reply.chat('ok') }]), mockTransport(HEALTHY)];
    const client = pair(a, b, { timeout: 1000 });
    const results = [client.chat.completions.create(MESSAGES)];
    await settled(Promise.all(results));
    await settled(Promise.all(Array.from({ length: 5 }, () => client.chat.completions.create(MESSAGES))));
    expect([a.requests.length, b.requests.length]).toEqual([1, 6]);
  });
});

test('an endpoint that comes and goes costs no call and few extra attempts (F017)', async () => {
  const up = () => Math.floor(performance.now() / 200) % 2 === 1;
  const a = mockTransport([], { otherwise: (request) => (up() ? reply.chat('ok')(request) : reply.refused()) });
  const b = mockTransport(HEALTHY);
  const client = pair(a, b);
  for (let call = 0; call < 200; call++) {
    vi.advanceTimersByTime(20);
    const completion = await settled(client.chat.completions.create(MESSAGES));
    expect(completion.choices[0]?.message.content).toBe('ok');
  }
  expect(a.requests.length + b.requests.length).toBeLessThan(1.6 * 200);
});

describe('a caller who leaves is not served by anybody (F110)', () => {
  test.each([
    ['before the headers', reply.hang(), MESSAGES],
    ['inside the body', reply.json({ id: 'x' }, { deliver: { bytes: 3 }, ending: 'stall' }), MESSAGES],
    ['before the first content of a stream', reply.stream([sse.comment()], { ending: 'stall' }), STREAMING],
  ])('%s', async (_name, stuck, body) => {
    const [a, b] = [mockTransport(always(stuck)), mockTransport(HEALTHY)];
    const controller = new AbortController();
    const call = pair(a, b).chat.completions.create(body as typeof MESSAGES, { signal: controller.signal });
    const outcome = nameOfError(call);
    await quiet();
    controller.abort(new Error('enough'));
    expect(await settled(outcome)).toBe('APIUserAbortError');
    await quiet();
    expect([a.requests.length, b.requests.length]).toEqual([1, 0]);
    expect(a.requests[0]?.state).toBe('aborted');
  });

  test('during a wait, when everybody has failed once', async () => {
    const [a, b] = [mockTransport(always(reply.error(500))), mockTransport(always(reply.error(500)))];
    const controller = new AbortController();
    const outcome = nameOfError(pair(a, b).chat.completions.create(MESSAGES, { signal: controller.signal }));
    await quiet();
    controller.abort();
    expect(await settled(outcome)).toBe('APIUserAbortError');
    expect([a.requests.length, b.requests.length]).toEqual([1, 1]);
  });
});

describe('what is sent to the next endpoint', () => {
  test("its own name of the model, and the caller's object stays as it was (F116)", async () => {
    const [a, b] = [mockTransport(always(reply.error(500))), mockTransport(HEALTHY)];
    const client = createGatewayClient({
      env: false,
      endpoints: [
        { name: 'first', baseURL: A, apiKey: KEY_A, fetch: a.fetch, tier: 1, models: { fast: 'a/fast' } },
        { name: 'second', baseURL: B, apiKey: KEY_B, fetch: b.fetch, tier: 2, models: { fast: 'b/fast' } },
      ],
    }) as unknown as OpenAI;
    const body = Object.freeze({ ...structuredClone(MESSAGES), model: 'fast', temperature: 0.3, seed: 7 });
    const before = structuredClone(body);
    await settled(client.chat.completions.create(body));
    expect(a.requests[0]?.body).toEqual({ ...before, model: 'a/fast' });
    expect(b.requests[0]?.body).toEqual({ ...before, model: 'b/fast' });
    expect(body).toEqual(before);
  });

  test('options of the gateway are never sent, nor is anything in the body taken for one (F175)', async () => {
    const [a, b] = [mockTransport(HEALTHY), mockTransport(HEALTHY)];
    const extra = { ...MESSAGES, base_url: 'https://evil.test', api_base: 'https://evil.test', endpoint: 'second' };
    await settled(
      pair(a, b).chat.completions.create(extra, { gateway: { tags: { project: 'x' }, deadlineMs: 5000 } } as object),
    );
    expect([a.requests.length, b.requests.length]).toEqual([1, 0]);
    expect(a.requests[0]?.body).toEqual(extra);
    expect(JSON.stringify(a.requests[0]?.headers)).not.toContain('deadlineMs');
  });

  test("credentials that the caller put into a call's headers go to the first endpoint only", async () => {
    const [a, b] = [mockTransport(always(reply.error(500))), mockTransport(HEALTHY)];
    const headers = { 'api-key': 'mine', 'OpenAI-Organization': 'org', cookie: 'c=1', 'x-trace': 't' };
    await settled(pair(a, b).chat.completions.create(MESSAGES, { headers }));
    expect(a.requests[0]?.headers).toMatchObject({ 'api-key': 'mine', 'x-trace': 't' });
    expect(b.requests[0]?.headers).toMatchObject({ 'x-trace': 't', authorization: `Bearer ${KEY_B}` });
    for (const name of ['api-key', 'openai-organization', 'cookie'])
      expect(b.requests[0]?.headers).not.toHaveProperty(name);
  });

  test('hooks of a subclass see the attempts at every endpoint, once each (F209)', async () => {
    const { OpenAI: Gateway } = await import('../../src/openai.js');
    const [a, b] = [mockTransport(always(reply.error(500))), mockTransport(HEALTHY)];
    const seen: string[] = [];
    class Hooked extends Gateway {
      protected override async prepareOptions(options: { path: string }): Promise<void> {
        seen.push(options.path);
      }
      protected override async prepareRequest(request: RequestInit, context: { url: string }): Promise<void> {
        seen.push(new URL(context.url).host);
        (request.headers as Headers).set('x-hooked', new URL(context.url).host);
      }
    }
    const client = new Hooked({
      env: false,
      endpoints: [
        { name: 'first', baseURL: A, apiKey: KEY_A, fetch: a.fetch, tier: 1 },
        { name: 'second', baseURL: B, apiKey: KEY_B, fetch: b.fetch, tier: 2 },
      ],
    });
    await settled(client.chat.completions.create(MESSAGES));
    expect(seen).toEqual(['/chat/completions', 'a.test', '/chat/completions', 'b.test']);
    expect(b.requests[0]?.headers['x-hooked']).toBe('b.test');
  });
});

describe('calls that name or create state stay where the state is (F117)', () => {
  const calls: readonly [string, (client: OpenAI) => PromiseLike<unknown>][] = [
    ['retrieving a file', (client) => client.files.retrieve('file-1')],
    ['deleting a file', (client) => client.files.delete('file-1')],
    ['listing files', (client) => client.files.list()],
    ['a second page', (client) => client.files.list({ after: 'file-1' })],
    [
      'uploading a form (F119)',
      async (client) => client.files.create({ file: new File(['x'], 'x'), purpose: 'batch' }),
    ],
    [
      'creating a batch',
      (client) =>
        client.batches.create({ input_file_id: 'f', endpoint: '/v1/chat/completions', completion_window: '24h' }),
    ],
    ['retrieving a response', (client) => client.responses.retrieve('resp-1')],
    [
      'going on from a response',
      (client) => client.responses.create({ model: 'm', input: 'Hi', previous_response_id: 'resp-1' }),
    ],
    ['a stored response', (client) => client.responses.create({ model: 'm', input: 'Hi', store: true })],
    [
      'a response in the background',
      (client) => client.responses.create({ model: 'm', input: 'Hi', background: true }),
    ],
    ['a conversation', (client) => client.responses.create({ model: 'm', input: 'Hi', conversation: 'conv-1' })],
    ['a vector store', (client) => client.vectorStores.retrieve('vs-1')],
    ['the list of models', (client) => client.models.list()],
    ['anything unknown', (client) => client.post('/own/route', { body: { a: 1 } })],
  ];

  test.each(calls)('%s', async (_name, call) => {
    const [a, b] = [mockTransport(always(reply.error(503))), mockTransport(HEALTHY)];
    const outcome = await nameOfError(settled(Promise.resolve(call(pair(a, b)))));
    expect(outcome).toBe('InternalServerError');
    expect([a.requests.length, b.requests.length]).toEqual([3, 0]);
  });

  test('a body that can be read once is sent once, to nobody else, and is closed', async () => {
    const [a, b] = [mockTransport(always(reply.error(503))), mockTransport(HEALTHY)];
    let closed = false;
    async function* source() {
      try {
        yield new TextEncoder().encode('{"model":"m"}');
      } finally {
        closed = true;
      }
    }
    await nameOfError(settled(pair(a, b).post('/chat/completions', { body: source() as never })));
    expect([a.requests.length, b.requests.length, closed]).toEqual([1, 0, true]);
  });
});

describe('keys', () => {
  test('a key never reaches another origin than its own, over thousands of failing and moving calls (F161, F165)', async () => {
    const random = seededRandom(161);
    const faults: readonly MockReply[] = [
      reply.error(500),
      reply.error(429),
      reply.error(401),
      reply.reset(),
      reply.html(),
      reply.error(503),
      reply.redirect('https://e0.test/v1/x'),
    ];
    const endpoints = Array.from({ length: 5 }, (_, index) => {
      const transport = mockTransport([], {
        otherwise: (request) => (random() < 0.4 ? pick(faults, request) : pick([reply.chat('ok')], request)),
      });
      return {
        name: `e${index}`,
        baseURL: `https://e${index}.test/v1`,
        apiKey: `sk-canary-${index}`,
        organization: `org-${index}`,
        transport,
      };
    });
    const pick = (
      from: readonly MockReply[],
      request: Parameters<Extract<MockReply, (...args: never) => unknown>>[0],
    ) => {
      const chosen = from[Math.floor(random() * from.length)] as MockReply;
      return typeof chosen === 'function' ? chosen(request) : chosen;
    };
    const client = createGatewayClient({
      env: false,
      logLevel: 'off',
      circuit: false,
      endpoints: endpoints.map(({ transport, ...rest }, index) => ({
        ...rest,
        tier: 1 + (index % 2),
        fetch: transport.fetch,
      })),
    }) as unknown as OpenAI;
    for (let round = 0; round < 20; round++) {
      const calls = Array.from({ length: 100 }, (_, index) =>
        nameOfError(client.chat.completions.create(index % 3 === 0 ? (STREAMING as never) : MESSAGES)),
      );
      await settled(Promise.all(calls));
      expect([client.apiKey, client.baseURL]).toEqual(['sk-canary-0', 'https://e0.test/v1']);
    }
    let total = 0;
    for (const [index, { transport, baseURL, apiKey }] of endpoints.entries()) {
      total += transport.requests.length;
      for (const { url, headers } of transport.requests) {
        expect(url.startsWith(baseURL)).toBe(true);
        expect(headers['authorization']).toBe(`Bearer ${apiKey}`);
        expect(headers['openai-organization']).toBe(`org-${index}`);
      }
    }
    expect(total).toBeGreaterThan(2000);
  });
});
