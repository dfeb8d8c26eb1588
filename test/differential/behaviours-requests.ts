/** What is sent, with whose key, and what a subclass can do about it. */
import type { ClientOptions } from 'openai';
import { vi } from 'vitest';
import { reply } from '../../src/testing.js';
import { type Behaviour, MESSAGES, nameOfError } from './behaviour.js';
import type { Bench } from './bench.js';
import { KEY_A } from './clients.js';

const FAILING = [{ reply: reply.error(500) }];
/** Versions of SDK and runtime, which differ between machines. */
const known = (name: string, value: string) =>
  /^(user-agent|x-stainless-(package-version|runtime-version))$/.test(name) ? value.replace(/[\d.v]+.*/, 'N') : value;
const platform = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, known(name, value)]));

/** The environment as given and nothing else of the SDK's, around one observation. */
async function withEnvironment<T>(environment: Record<string, string>, act: () => Promise<T>): Promise<T> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  try {
    return await act();
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Where a client of the environment alone goes, and as whom. */
async function goesTo(bench: Bench, environment: Record<string, string>, options: ClientOptions = {}) {
  return withEnvironment(environment, async () => {
    const transport = bench.transport();
    const { apiKey: _key, baseURL: _url, ...rest } = bench.options({ fetch: transport.fetch, ...options });
    // The environment is the point here.
    const { env: _env, ...given } = { ...rest, ...options } as ClientOptions & { env?: unknown };
    const client = new bench.Client(given);
    await client.chat.completions.create(MESSAGES);
    const [request] = transport.requests;
    const { headers, url } = request ?? { headers: {} as Record<string, string>, url: undefined };
    return {
      url,
      key: headers['authorization'],
      organization: headers['openai-organization'],
      project: headers['openai-project'],
      custom: headers['x-custom'],
    };
  });
}

export const REQUEST_BEHAVIOURS: readonly Behaviour[] = [
  {
    id: 'S21',
    name: 'the headers of a request and of its repetition',
    async observe(bench) {
      const transport = bench.transport(FAILING);
      await nameOfError(
        bench.settle(
          bench
            .client(transport, { maxRetries: 1, organization: 'org', project: 'proj' })
            .chat.completions.create(MESSAGES, { headers: { 'x-mine': '1', 'X-Stainless-Lang': null } }),
        ),
      );
      return transport.requests.map(({ headers }) => platform(headers));
    },
    sdk: [0, 1].map((count) => ({
      accept: 'application/json',
      authorization: `Bearer ${KEY_A}`,
      'content-type': 'application/json',
      'openai-organization': 'org',
      'openai-project': 'proj',
      'user-agent': 'OpenAI/JS N',
      'x-mine': '1',
      'x-stainless-arch': process.arch,
      'x-stainless-os': 'Linux',
      'x-stainless-package-version': 'N',
      'x-stainless-retry-count': String(count),
      'x-stainless-runtime': 'node',
      'x-stainless-runtime-version': 'N',
    })),
  },
  {
    id: 'S21b',
    name: 'the user agent can be replaced, and a timeout of the call is told',
    async observe(bench) {
      const transport = bench.transport();
      const client = bench.client(transport, { defaultHeaders: { 'User-Agent': 'mine/1' } });
      await client.chat.completions.create(MESSAGES, { timeout: 5000 });
      await client.chat.completions.create(MESSAGES);
      return transport.requests.map(({ headers }) => [headers['user-agent'], headers['x-stainless-timeout']]);
    },
    sdk: [
      ['mine/1', '5'],
      ['mine/1', undefined],
    ],
  },
  {
    id: 'S22',
    name: 'no idempotency key is sent, not even a given one',
    async observe(bench) {
      const transport = bench.transport();
      await bench.client(transport).chat.completions.create(MESSAGES, { idempotencyKey: 'once' });
      return Object.keys(transport.requests[0]?.headers ?? {}).filter((name) => name.includes('idempotency'));
    },
    sdk: [],
  },
  {
    id: 'S23',
    name: 'the body is written anew for every try, and the caller keeps it as it was',
    async observe(bench) {
      const transport = bench.transport(FAILING);
      const body = structuredClone(MESSAGES);
      const call = bench.client(transport, { maxRetries: 1 }).chat.completions.create(body);
      await bench.quiet();
      (body.messages[0] as { content: string }).content = 'changed';
      await nameOfError(bench.settle(call));
      return {
        sent: transport.requests.map((request) => (request.body as typeof MESSAGES).messages[0]?.content),
        body,
      };
    },
    sdk: { sent: ['Hi', 'changed'], body: { model: 'm', messages: [{ role: 'user', content: 'changed' }] } },
  },
  {
    id: 'S24',
    name: 'a body that can be read once is sent once; a form is sent again',
    async observe(bench) {
      const transport = bench.transport(FAILING);
      const client = bench.client(transport, { maxRetries: 1 });
      await nameOfError(bench.settle(client.post('/anything', { body: new Blob(['streamed']).stream() as never })));
      const streamed = transport.requests.length;
      let closed = false;
      async function* source() {
        try {
          yield new TextEncoder().encode('one');
          yield new TextEncoder().encode('two');
        } finally {
          closed = true;
        }
      }
      await nameOfError(bench.settle(client.post('/anything', { body: source() as never })));
      const iterated = transport.requests.length - streamed;
      const file = await bench.sdk.toFile(Buffer.from('12345'), 'a.txt');
      await nameOfError(bench.settle(client.files.create({ file, purpose: 'user_data' })));
      return { streamed, iterated, form: transport.requests.length - streamed - iterated, closed };
    },
    sdk: { streamed: 1, iterated: 1, form: 2, closed: true },
  },
  {
    id: 'S25',
    name: 'a key may be a function, asked for every try',
    async observe(bench) {
      const transport = bench.transport(FAILING);
      let asked = 0;
      const client = bench.client(transport, { apiKey: async () => `key-${++asked}` });
      await nameOfError(bench.settle(client.chat.completions.create(MESSAGES)));
      const failing = bench.client(transport, {
        apiKey: async () => {
          throw new RangeError('no key');
        },
      });
      const error = (await bench.settle(
        failing.chat.completions.create(MESSAGES).catch((reason: unknown) => reason),
      )) as Error;
      return {
        keys: transport.requests.map(({ headers }) => headers['authorization']),
        error: error.constructor.name,
        cause: (error.cause as Error | undefined)?.message,
      };
    },
    sdk: { keys: ['Bearer key-1', 'Bearer key-2', 'Bearer key-3'], error: 'OpenAIError', cause: 'no key' },
  },
  {
    id: 'S25b',
    name: 'a key that is changed later is used from then on',
    async observe(bench) {
      const transport = bench.transport();
      const client = bench.client(transport);
      await client.chat.completions.create(MESSAGES);
      client.apiKey = 'later';
      client.baseURL = 'https://later.test/v1';
      await client.chat.completions.create(MESSAGES);
      return transport.requests.map(({ headers, url }) => [headers['authorization'], url]);
    },
    sdk: [
      [`Bearer ${KEY_A}`, 'https://a.test/v1/chat/completions'],
      ['Bearer later', 'https://later.test/v1/chat/completions'],
    ],
  },
  {
    id: 'S26',
    name: 'withOptions makes another client of the same class with what was given and what was there',
    async observe(bench) {
      const transport = bench.transport(FAILING);
      class Mine extends bench.Client {}
      const client = new Mine(
        bench.options({ fetch: transport.fetch, defaultHeaders: { 'x-kept': '1' }, maxRetries: 3 }),
      );
      const clone = client.withOptions({ maxRetries: 0, defaultHeaders: { 'x-new': '2' } });
      await nameOfError(bench.settle(clone.chat.completions.create(MESSAGES)));
      const [{ headers } = { headers: {} as Record<string, string> }] = transport.requests;
      const elsewhere = client.withOptions({ baseURL: 'https://b.test/v1', apiKey: 'other' });
      await nameOfError(bench.settle(elsewhere.chat.completions.create(MESSAGES, { maxRetries: 0 })));
      return {
        isMine: clone instanceof Mine,
        attempts: transport.requests.length,
        kept: headers['x-kept'],
        added: headers['x-new'],
        parent: client.maxRetries,
        elsewhere: [transport.requests[1]?.url, transport.requests[1]?.headers['authorization']],
      };
    },
    sdk: {
      isMine: true,
      attempts: 2,
      kept: undefined,
      added: '2',
      parent: 3,
      elsewhere: ['https://b.test/v1/chat/completions', 'Bearer other'],
    },
  },
  {
    id: 'S27',
    name: 'lists are read page by page, awaited or not',
    async observe(bench) {
      const page = (data: string[], has_more: boolean) =>
        reply.json({ object: 'list', data: data.map((id) => ({ id })), has_more });
      const script = [page(['a', 'b'], true), page(['c'], false)];
      const transport = bench.transport([...script, ...script, ...script]);
      const client = bench.client(transport);
      const walked: string[] = [];
      for await (const file of client.files.list({ limit: 2 })) walked.push(file.id);
      const first = await client.files.list({ limit: 2 });
      const next = await first.getNextPage();
      const pages: number[] = [];
      for await (const each of (await client.files.list({ limit: 2 })).iterPages()) pages.push(each.data.length);
      return {
        walked,
        first: first.data.length,
        more: [first.hasNextPage(), next.hasNextPage()],
        next: next.data.map(({ id }) => id),
        pages,
        queries: transport.requests.map(({ query }) => query.toString()),
      };
    },
    sdk: {
      walked: ['a', 'b', 'c'],
      first: 2,
      more: [true, false],
      next: ['c'],
      pages: [2, 1],
      queries: ['limit=2', 'limit=2&after=b', 'limit=2', 'limit=2&after=b', 'limit=2', 'limit=2&after=b'],
    },
  },
  {
    id: 'S27b',
    name: 'a list has a response, a raw response and errors as every call has',
    async observe(bench) {
      const transport = bench.transport([
        reply.json({ object: 'list', data: [{ id: 'a' }], has_more: false }, { headers: { 'x-request-id': 'r' } }),
        reply.json({ object: 'list', data: [], has_more: false }),
        { reply: reply.error(503) },
      ]);
      const client = bench.client(transport, { maxRetries: 1 });
      const { data, response, request_id } = await client.files.list().withResponse();
      const raw = await client.files.list().asResponse();
      const failed = await nameOfError(bench.settle(client.files.list() as Promise<unknown>));
      return {
        ids: data.data.map(({ id }) => id),
        status: response.status,
        request_id,
        raw: raw.bodyUsed,
        failed,
        requests: transport.requests.length,
      };
    },
    sdk: { ids: ['a'], status: 200, request_id: 'r', raw: false, failed: 'InternalServerError', requests: 4 },
  },
  {
    id: 'S28',
    name: 'the hooks of a subclass run for every try, in order, and their errors arrive as they are',
    async observe(bench) {
      const transport = bench.transport(FAILING);
      const log: string[] = [];
      class Hooked extends bench.Client {
        protected override async prepareOptions(options: { path: string }): Promise<void> {
          log.push(`options ${options.path}`);
        }
        protected override async prepareRequest(request: RequestInit, context: { url: string }): Promise<void> {
          log.push(`request ${context.url} ${String(request.method)}`);
          (request.headers as Headers).set('x-hooked', 'yes');
        }
      }
      const options = bench.options({ fetch: transport.fetch, maxRetries: 1 });
      await nameOfError(bench.settle(new Hooked(options).chat.completions.create(MESSAGES)));
      class Refusing extends bench.Client {
        protected override async prepareRequest(): Promise<void> {
          throw new RangeError('not today');
        }
      }
      const before = transport.requests.length;
      const error = await nameOfError(bench.settle(new Refusing(options).chat.completions.create(MESSAGES)));
      return {
        log,
        hooked: transport.requests.map(({ headers }) => headers['x-hooked']),
        error,
        afterwards: transport.requests.length - before,
      };
    },
    sdk: {
      log: [
        'options /chat/completions',
        'request https://a.test/v1/chat/completions post',
        'options /chat/completions',
        'request https://a.test/v1/chat/completions post',
      ],
      hooked: ['yes', 'yes'],
      error: 'RangeError',
      afterwards: 0,
    },
  },
  {
    id: 'S33',
    name: 'a debug log holds neither key nor prompt nor completion',
    onlyNewest: true,
    async observe(bench) {
      const transport = bench.transport([reply.error(500), reply.chat('canary completion')]);
      const lines: string[] = [];
      const note = (...parts: unknown[]) => lines.push(JSON.stringify(parts));
      const logger = { error: note, warn: note, info: note, debug: note };
      const client = bench.client(transport, { logLevel: 'debug', logger });
      await bench.settle(
        client.chat.completions.create({ ...MESSAGES, messages: [{ role: 'user', content: 'canary prompt' }] }),
      );
      const log = lines.join('\n');
      return {
        isWritten: lines.length > 0,
        key: log.includes(KEY_A),
        prompt: log.includes('canary prompt'),
        completion: log.includes('canary completion'),
      };
    },
    sdk: { isWritten: true, key: false, prompt: false, completion: false },
  },
  {
    id: 'S34a',
    name: 'parts of a path are encoded, and a model name stays in the body',
    async observe(bench) {
      const transport = bench.transport();
      const client = bench.client(transport);
      const dots = await nameOfError(client.files.retrieve('../../x'));
      await nameOfError(client.files.retrieve('a/b?c#d'));
      await client.chat.completions.create({ ...MESSAGES, model: '../../x?a#b\r\nX: y' });
      return { dots, urls: transport.requests.map(({ url }) => url), model: transport.requests.at(-1)?.model };
    },
    sdk: {
      dots: 'NotFoundError',
      urls: [
        'https://a.test/v1/files/..%2F..%2Fx',
        'https://a.test/v1/files/a%2Fb%3Fc%23d',
        'https://a.test/v1/chat/completions',
      ],
      model: '../../x?a#b\r\nX: y',
    },
  },
  {
    id: 'S34b',
    name: 'an absolute URL as a path takes the key along',
    async observe(bench) {
      const transport = bench.transport([{ reply: reply.json({ ok: true }) }]);
      const result = await nameOfError(bench.settle(bench.client(transport).get('https://elsewhere.test/x')));
      return { result, requests: transport.requests.map(({ url, headers }) => [url, headers['authorization']]) };
    },
    sdk: { result: { ok: true }, requests: [['https://elsewhere.test/x', `Bearer ${KEY_A}`]] },
    gateway: {
      shows: { result: 'GatewayError', requests: [] },
      because: 'a key never goes to an origin it does not belong to',
    },
  },
  {
    id: 'S36a',
    name: 'the environment of the SDK is read, trimmed, and loses to options',
    observe: async (bench) => [
      await goesTo(bench, {
        OPENAI_API_KEY: ' env-key\n',
        OPENAI_BASE_URL: ' https://env.test/v1 ',
        OPENAI_ORG_ID: 'env-org',
        OPENAI_PROJECT_ID: 'env-proj',
        OPENAI_CUSTOM_HEADERS: 'x-custom: 1',
      }),
      await goesTo(bench, { OPENAI_API_KEY: 'env-key', OPENAI_BASE_URL: ' ' }),
      await goesTo(
        bench,
        { OPENAI_API_KEY: 'env-key', OPENAI_ORG_ID: 'env-org' },
        { apiKey: 'given', organization: null },
      ),
    ],
    sdk: [
      {
        url: 'https://env.test/v1/chat/completions',
        key: 'Bearer env-key',
        organization: 'env-org',
        project: 'env-proj',
        custom: '1',
      },
      {
        url: 'https://api.openai.com/v1/chat/completions',
        key: 'Bearer env-key',
        organization: undefined,
        project: undefined,
        custom: undefined,
      },
      {
        url: 'https://api.openai.com/v1/chat/completions',
        key: 'Bearer given',
        organization: undefined,
        project: undefined,
        custom: undefined,
      },
    ],
  },
  {
    id: 'S37',
    name: 'what web sockets are opened with can be read from the client',
    async observe(bench) {
      const { baseURL, apiKey, organization, project, timeout, maxRetries } = bench.client(bench.transport(), {
        organization: 'org',
        project: null,
      });
      return { baseURL, apiKey, organization, project, timeout, maxRetries };
    },
    sdk: {
      baseURL: 'https://a.test/v1',
      apiKey: KEY_A,
      organization: 'org',
      project: null,
      timeout: 600_000,
      maxRetries: 2,
    },
  },
  {
    id: 'F020',
    name: "the caller's fetch gets the caller's options, signal and dispatcher",
    async observe(bench) {
      const transport = bench.transport(FAILING);
      const dispatcher = { isMine: true };
      const client = bench.client(transport, { fetchOptions: { dispatcher } as never, maxRetries: 1 });
      await nameOfError(bench.settle(client.chat.completions.create(MESSAGES)));
      return transport.requests.map(({ init }) => [
        (init as { dispatcher?: unknown } | undefined)?.dispatcher === dispatcher,
        init?.signal instanceof AbortSignal,
        init?.method,
      ]);
    },
    sdk: [
      [true, true, 'POST'],
      [true, true, 'POST'],
    ],
  },
];
