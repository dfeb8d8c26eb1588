import OpenAI from 'openai';
import { afterEach, describe, expect, it, vi } from 'vitest';
import GatewayOpenAI, { createGatewayClient } from '../../src/index.js';

const BASE = { apiKey: 'key-1', baseURL: 'https://one.example/v1', maxRetries: 0 };

type Fetch = (url: string, init: RequestInit) => unknown;

const answer = (): Response =>
  Response.json(
    { object: 'chat.completion', choices: [{ message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }] },
    { headers: { 'x-request-id': 'req-1' } },
  );

const ask = (client: OpenAI, options?: OpenAI.RequestOptions, extra: object = {}): Promise<unknown> =>
  client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...extra }, options);

/** A far end that answers as it is told. */
class FarEnd {
  readonly asked: { readonly url: unknown; readonly init: RequestInit }[] = [];
  answer: Fetch = answer;

  readonly fetch = ((url: string, init: RequestInit) => {
    this.asked.push({ url, init });
    return this.answer(url, init);
  }) as OpenAI['fetch'];
}

/** Each client has asked twice before, so that the gateway's next request is sent past the SDK wherever it may be. */
async function warm(client: OpenAI, farEnd: FarEnd): Promise<OpenAI> {
  await ask(client);
  await ask(client);
  farEnd.asked.length = 0;
  return client;
}

const CLIENTS: Readonly<Record<string, (fetch: OpenAI['fetch'], extra: object) => OpenAI>> = {
  'the client itself': (fetch, extra) => createGatewayClient({ ...BASE, ...extra, fetch, env: false }),
  'an endpoint of its own': (fetch, extra) =>
    createGatewayClient({
      endpoints: [
        { name: 'spare', ...BASE, fetch, tier: 2 },
        { name: 'used', ...BASE, ...extra, fetch, tier: 1 },
      ],
      maxRetries: 0,
      env: false,
    }).with({ fallback: false }),
  'a clone': (fetch, extra) => createGatewayClient({ ...BASE, ...extra, fetch, env: false }).withOptions({}),
};

const plainClient = (fetch: OpenAI['fetch'], extra: object): OpenAI => new OpenAI({ ...BASE, ...extra, fetch });

function seenBy({ asked }: FarEnd): unknown[] {
  return asked.map(({ url, init }) => ({
    url,
    // Redirects are followed by the gateway itself.
    fields: Object.keys(init).filter((name) => name !== 'redirect'),
    headers: [...(init.headers as Headers)],
    isHeaders: init.headers instanceof Headers,
    method: init.method,
    body: init.body instanceof ReadableStream ? 'stream' : init.body,
    live: init.signal instanceof AbortSignal && !init.signal.aborted,
  }));
}

function describeEnd(error: unknown): object {
  if (!(error instanceof Error)) return { returned: error };
  const { name, message, cause, stack } = error;
  const { status, code, type, param, requestID, headers } = error as Partial<InstanceType<typeof OpenAI.APIError>>;
  const inner = cause instanceof Error ? `${cause.name}: ${cause.message}` : cause;
  const kind = error.constructor.name;
  return {
    ...{ kind, name, message, cause: inner, status, code, type, param, requestID, headers: headers && [...headers] },
    hasStack: stack !== undefined,
  };
}

async function play(
  make: (fetch: OpenAI['fetch'], extra: object) => OpenAI,
  step: (client: OpenAI) => Promise<unknown>,
  far: Fetch = answer,
  extra: object = {},
): Promise<object> {
  const farEnd = new FarEnd();
  const client = await warm(make(farEnd.fetch, extra), farEnd);
  farEnd.answer = far;
  const ended = await step(client).catch((error: unknown) => error);
  return { ended: describeEnd(ended), seen: seenBy(farEnd) };
}

const kinds = Object.entries(CLIENTS);

describe('a request that is sent past the SDK is the request that the SDK sends', () => {
  const post = (body: () => unknown) => (client: OpenAI) =>
    client.post('/chat/completions', { body: body() as object }) as Promise<unknown>;
  it.each<[string, (client: OpenAI) => Promise<unknown>, object?]>([
    ['the same again', ask],
    [
      'a body that is changed just after the call',
      (client) => {
        const body: Record<string, unknown> = { model: 'm' };
        const asked = client.post('/chat/completions', { body });
        body['user'] = 'late';
        return asked;
      },
    ],
    [
      'a date, a map, a half character and things that JSON leaves out',
      post(() => ({ at: new Date(0), map: new Map(), half: '\ud800', none: undefined, call() {} })),
    ],
    ['keys that name prototypes', post(() => JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":1}}'))],
    ['a body without a prototype', post(() => Object.assign(Object.create(null), { model: 'm' }))],
    [
      'an instance of a class',
      post(
        () =>
          new (class {
            model = 'm';
          })(),
      ),
    ],
    ['a list', post(() => [1, 2])],
    ['a body that writes itself as nothing', post(() => ({ toJSON: () => undefined }))],
    ['a body that cannot be written', post(() => ({ big: 5n }))],
    [
      'a body with a getter that throws',
      post(() => ({
        get x() {
          throw new Error('no');
        },
      })),
    ],
    [
      'an object that is read like a stream',
      post(() => ({
        async *[Symbol.asyncIterator]() {
          yield 'x';
        },
      })),
    ],
    [
      'an object that is an iterator',
      post(() => ({
        [Symbol.iterator]() {
          return this;
        },
        next: () => ({ done: true, value: 'x' }),
      })),
    ],
    ['a body that sends nothing', post(() => undefined)],
    ['an idempotency key', (client) => ask(client, { idempotencyKey: 'i' })],
    ['default headers with lists', ask, { defaultHeaders: { 'x-list': ['a', 'b'] } }],
  ] as const)('%s', async (_name, step, extra) => {
    const plain = await play(plainClient, step, answer, extra);
    for (const [name, make] of kinds)
      expect({ [name]: await play(make, step, answer, extra) }).toEqual({ [name]: plain });
  });
});

describe('an answer to a request that was sent past the SDK is what the SDK makes of it', () => {
  const failing = (error: unknown) => () => Promise.reject(error);
  const caused = (message: string, code: string) =>
    new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });
  const body = '{"error":{"message":"bad","type":"t","code":"c","param":"p"}}';
  it.each<[string, Fetch]>([
    ['a plain object', async () => ({ ok: true })],
    ['an error object', async () => new Error('as a value')],
    ['nothing', () => undefined],
    ['a text', async () => 'text'],
    ['a network error', async () => Response.error()],
    // biome-ignore lint/suspicious/noThenProperty: whatever can be waited for will do.
    ['a thenable', () => ({ then: (resolve: (response: Response) => void) => resolve(answer()) })],
    [
      'a response whose `ok` throws',
      () =>
        Object.defineProperty(answer(), 'ok', {
          get: () => {
            throw new Error('no');
          },
        }),
    ],
    [
      'a failure that is no `Response`',
      async () => ({ ok: false, status: 500, headers: new Headers(), text: async () => body }),
    ],
    ['a failure that cannot be read', async () => ({ ok: false, status: 500, headers: new Headers() })],
    [
      'an error body that was read',
      async () => {
        const response = new Response(body, { status: 400 });
        await response.text();
        return response;
      },
    ],
    [
      'an error body that breaks',
      () =>
        new Response(new ReadableStream({ start: (controller) => controller.error(new Error('cut')) }), {
          status: 400,
        }),
    ],
    ['a page', () => new Response('<html></html>', { status: 400, headers: { 'content-type': 'text/html' } })],
    ...[400, 401, 403, 404, 409, 422, 429, 500, 503, 599].map((status): [string, Fetch] => [
      `status ${status}`,
      () => new Response(body, { status, headers: { 'x-request-id': 'q' } }),
    ]),
    [
      'what is thrown',
      () => {
        throw new Error('at once');
      },
    ],
    ['a text as an error', failing('text')],
    ['nothing as an error', failing(undefined)],
    ['an object as an error', failing({ a: 1 })],
    [
      'an error that throws when it is looked at',
      failing(
        new Proxy(
          {},
          {
            get: () => {
              throw new Error('no');
            },
          },
        ),
      ),
    ],
    ['an abort of its own', failing(new DOMException('This operation was aborted', 'AbortError'))],
    ['a time-out of its own', failing(new DOMException('timed out', 'TimeoutError'))],
    ['a lost connection', failing(caused('read ECONNRESET', 'ECONNRESET'))],
    ['a connection that took too long', failing(caused('Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT'))],
    ['an error of the SDK', failing(new OpenAI.RateLimitError(429, { message: 'x' }, 'x', new Headers()))],
    ["the SDK's error for aborted calls", failing(new OpenAI.APIUserAbortError())],
  ])('%s', async (_name, far) => {
    const plain = await play(plainClient, ask, far);
    for (const [name, make] of kinds) expect({ [name]: await play(make, ask, far) }).toEqual({ [name]: plain });
  });
});

describe('what somebody has put in place of a method is called as often as by the SDK', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const METHODS = [
    'authHeaders',
    'bearerAuth',
    'buildBody',
    'buildHeaders',
    'buildRequest',
    'buildURL',
    'fetchWithAuth',
    'fetchWithTimeout',
    'getUserAgent',
    'makeRequest',
    'makeStatusError',
    'prepareOptions',
    'prepareRequest',
    'shouldRetry',
    'validateHeaders',
  ];
  /** What is only asked about failures; the SDK is asked about those in any case. */
  const JUDGING = ['makeStatusError', 'shouldRetry'];

  /** How often it was called for one more request of a client that has sent two. */
  async function callsOf(
    make: typeof plainClient,
    target: (client: OpenAI) => object,
    method: string,
  ): Promise<number> {
    const farEnd = new FarEnd();
    const client = await warm(make(farEnd.fetch, {}), farEnd);
    const spy = vi.spyOn(target(client) as Record<string, () => void>, method);
    if (JUDGING.includes(method)) farEnd.answer = () => new Response('{}', { status: 400 });
    await ask(client).catch(() => {});
    const { length } = spy.mock.calls;
    spy.mockRestore();
    return length;
  }

  it.each(METHODS)('%s', async (method) => {
    const itself = CLIENTS['the client itself'] as typeof plainClient;
    const onPlain = await callsOf(plainClient, (client) => client, method);
    expect(onPlain).toBeGreaterThan(0);
    expect(await callsOf(itself, (client) => client, method)).toBe(onPlain);
    const ofClass = await callsOf(plainClient, () => OpenAI.prototype, method);
    const own = CLIENTS['an endpoint of its own'] as typeof plainClient;
    expect(await callsOf(itself, () => OpenAI.prototype, method)).toBe(ofClass);
    // An endpoint's client has hooks of its own.
    if (!method.startsWith('prepare')) expect(await callsOf(own, () => OpenAI.prototype, method)).toBe(ofClass);
    if (Object.getPrototypeOf(GatewayOpenAI.prototype)[method] === undefined) return;
    expect(await callsOf(itself, (client) => Object.getPrototypeOf(client) as object, method)).toBe(ofClass);
  });
});

describe('a call ends although an error body does not', () => {
  const endless: Fetch = () => new Response(new ReadableStream(), { status: 500 });
  it.each(kinds)('%s', async (_name, make) => {
    const farEnd = new FarEnd();
    const client = await warm(make(farEnd.fetch, {}), farEnd);
    farEnd.answer = endless;
    const late = ask(client, { gateway: { deadlineMs: 20 } } as OpenAI.RequestOptions);
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' });
    const controller = new AbortController();
    const aborted = ask(client, { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    await expect(aborted).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
  });
});

describe('in the environments that browsers and test tools make', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('failures are judged where the SDK asks for leave to run', async () => {
    vi.stubGlobal('window', { document: {} });
    vi.resetModules();
    const { sdkVerdict } = await import('../../src/sdk-verdict.js');
    await expect(sdkVerdict(() => Promise.resolve(new Response('{}', { status: 429 })))).rejects.toMatchObject({
      status: 429,
    });
  });

  it('requests with a signal are sent where signals cannot be joined', async () => {
    const farEnd = new FarEnd();
    const client = await warm((CLIENTS['the client itself'] as typeof plainClient)(farEnd.fetch, {}), farEnd);
    const { any } = AbortSignal;
    Object.defineProperty(AbortSignal, 'any', { value: undefined, configurable: true, writable: true });
    try {
      await ask(client, { signal: new AbortController().signal });
    } finally {
      Object.defineProperty(AbortSignal, 'any', { value: any, configurable: true, writable: true });
    }
    expect(seenBy(farEnd)).toHaveLength(1);
  });
});
