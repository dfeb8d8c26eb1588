/** Nothing secret shows, whatever goes wrong; nothing in the configuration sends a key where it does not belong. */
import { inspect } from 'node:util';
import type { OpenAI } from 'openai';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { gatewayInfo } from '../../src/call-info.js';
import { createGatewayClient } from '../../src/create-gateway-client.js';
import { isGatewayError } from '../../src/errors.js';
import { mockTransport, reply } from '../../src/testing.js';
import { MESSAGES, nameOfError } from './behaviour.js';
import { chat, KEY_A, KEY_B, makeClient, makePair, PROMPT } from './clients.js';
import { casesOn } from './rows.js';
import { enterVirtualTime, leaveVirtualTime, START_AT, settle } from './virtual-time.js';

const CANARIES = new RegExp(`${KEY_A}|${KEY_B}|canary`);
const A = 'https://a.test/v1';

/** Everything of an error that a log could print. */
function allOf(error: unknown): string {
  const parts: string[] = [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), String(error)];
  for (let cause = error; cause instanceof Error; cause = cause.cause) parts.push(cause.message, String(cause.stack));
  return parts.join('\n');
}

beforeEach(enterVirtualTime);
afterEach(leaveVirtualTime);

describe('no error shows a key or a prompt (F168)', () => {
  test.each(casesOn('fetch').filter(({ row }) => row.call === undefined))('$title', async ({ row, kind }) => {
    vi.setSystemTime(START_AT);
    const transport = mockTransport(row.script);
    const failures: unknown[] = [];
    const record = async (client: OpenAI) => {
      try {
        const value = (await chat(client, kind)) as AsyncIterable<unknown> | object;
        if (Symbol.asyncIterator in Object(value)) for await (const _chunk of value as AsyncIterable<unknown>);
      } catch (error) {
        failures.push(error);
      }
    };
    await settle(record(makeClient('gateway', { baseURL: A, fetch: transport.fetch }, row.client)));
    const both = { baseURL: A, fetch: transport.fetch };
    await settle(record(makePair(both, { ...both, baseURL: 'https://b.test/v1' }, row.client)));
    for (const error of failures) expect(allOf(error)).not.toMatch(CANARIES);
  });
});

describe('a key that cannot stand in a header is not shown, whenever it comes (F166)', () => {
  const bad = 'sk-canary\nof-a-vault';
  const asked = (client: OpenAI) => settle(client.chat.completions.create(MESSAGES).catch((error: unknown) => error));

  test('from a function, with one endpoint', async () => {
    const { fetch, requests } = mockTransport();
    for (const apiKey of [async () => bad, async () => 'sk-canary\u2013of-a-page']) {
      const error = await asked(createGatewayClient({ baseURL: A, apiKey, fetch, env: false }));
      expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('a line break') });
      expect(allOf(error)).not.toMatch(CANARIES);
    }
    expect(requests).toEqual([]);
  });

  test('from a function, with another endpoint, which then serves the call', async () => {
    const { fetch, requests } = mockTransport();
    const endpoints = [
      { baseURL: A, apiKey: async () => bad, fetch },
      { baseURL: 'https://b.test/v1', apiKey: KEY_B, fetch },
    ];
    const answer = await asked(createGatewayClient({ endpoints, env: false }));
    expect(gatewayInfo(answer)?.attempts.map(({ endpoint, kind }) => [endpoint, kind])).toEqual([
      ['a.test', 'credentials'],
      ['b.test', undefined],
    ]);
    expect(requests.map(({ url }) => new URL(url).host)).toEqual(['b.test']);
  });

  test('set on the client later', async () => {
    const client = createGatewayClient({ baseURL: A, apiKey: 'k', fetch: mockTransport().fetch, env: false });
    client.apiKey = bad;
    expect(allOf(await asked(client))).not.toMatch(CANARIES);
  });
});

describe('no event shows a key, a prompt or an answer (F169)', () => {
  test('over a call that fails, moves and streams', async () => {
    const events: [string, unknown][] = [];
    const note = (name: string) => (event: unknown) => events.push([name, event]);
    const names = ['onCallStarted', 'onAttemptStarted', 'onAttemptFailed', 'onFallback', 'onCallSettled'];
    const transport = mockTransport([
      reply.error(500, { message: `canary ${KEY_A}` }),
      { reply: reply.chat('canary answer') },
    ]);
    const client = makePair(
      { baseURL: `${A}?token=canary`, fetch: transport.fetch },
      { baseURL: 'https://b.test/v1', fetch: transport.fetch },
      { hooks: Object.fromEntries(names.map((name) => [name, note(name)])) },
    );
    for await (const _chunk of (await settle(chat(client, 'stream'))) as AsyncIterable<unknown>);
    await settle(Promise.resolve());
    expect(events.map(([name]) => name)).toEqual(expect.arrayContaining(names));
    expect(inspect(events, { depth: 10, showHidden: true })).not.toMatch(/canary/);
    for (const [, event] of events) expect(Object.isFrozen(event)).toBe(true);
  });
});

describe('the client itself does not print its keys (F167)', () => {
  test('by inspect, JSON, spread and text', () => {
    const fetch = mockTransport().fetch;
    for (const client of [
      makeClient('gateway', { baseURL: A, fetch }),
      makeClient('compat', { baseURL: A, fetch }),
      makePair({ baseURL: A, fetch }, { baseURL: 'https://b.test/v1', fetch }),
    ]) {
      for (const shown of [
        inspect(client, { depth: 10 }),
        JSON.stringify(client),
        JSON.stringify({ ...client }),
        String(client),
        inspect(client.chat, { depth: 10 }),
        inspect({ ...client }, { depth: 3 }),
      ]) {
        expect(shown).not.toMatch(CANARIES);
      }
      expect(client.apiKey).toBe(KEY_A);
    }
  });
});

describe('what cannot be right is refused at construction, in one error without the secret', () => {
  const endpoint = (fields: object) => ({ endpoints: [{ name: 'one', baseURL: A, apiKey: KEY_A, ...fields }] });
  test.each([
    ['a key that is undefined (F162)', endpoint({ apiKey: undefined }), /apiKey/],
    ['an empty base URL (F164)', endpoint({ baseURL: '' }), /baseURL/],
    ['a base URL that is undefined', endpoint({ baseURL: undefined, apiKey: KEY_A }), /baseURL/],
    ['a key with a line break (F166)', endpoint({ apiKey: `${KEY_A}\nx` }), /apiKey/],
    ['a key with a NUL', endpoint({ apiKey: `${KEY_A}\0` }), /apiKey/],
    ['a key that is no Latin text', endpoint({ apiKey: `${KEY_A}密钥` }), /apiKey/],
    ['a base URL with credentials (F172)', endpoint({ baseURL: `https://user:${KEY_A}@a.test/v1` }), /baseURL/],
    ['a base URL of another scheme (F173)', endpoint({ baseURL: 'ftp://a.test/v1' }), /baseURL/],
    ['a base URL of a file', endpoint({ baseURL: 'file:///etc/passwd' }), /baseURL/],
    ['a base URL that is none', endpoint({ baseURL: 'not a url' }), /baseURL/],
    ['plain http to another machine (F171)', endpoint({ baseURL: 'http://a.test/v1' }), /baseURL/],
    [
      'two endpoints of one name',
      { endpoints: [endpoint({}).endpoints[0], endpoint({}).endpoints[0]] },
      /endpoints\[1\]\.name/,
    ],
    ['a negative weight', endpoint({ weight: -1 }), /weight/],
    ['a circle of aliases', { ...endpoint({}), models: { a: 'b', b: 'a' } }, /models/],
    [
      'an alias to an endpoint that is not there',
      { ...endpoint({}), models: { a: { endpoint: 'two', model: 'm' } } },
      /models\.a/,
    ],
    ['an option that is not there', { ...endpoint({}), timeoutMs: 5 }, /timeout/],
  ])('%s', (_name, options, names) => {
    let thrown: unknown;
    try {
      createGatewayClient({ env: false, ...options } as never);
    } catch (error) {
      thrown = error;
    }
    expect(isGatewayError(thrown)).toBe(true);
    expect(thrown).toMatchObject({
      name: 'ConfigError',
      code: 'config_invalid',
      message: expect.stringMatching(names),
    });
    expect(allOf(thrown)).not.toMatch(CANARIES);
  });

  test.each(['http://127.0.0.1:11434/v1', 'http://localhost:11434/v1', 'http://[::1]:11434/v1'])(
    'plain http to this machine is fine: %s',
    (baseURL) => {
      expect(() => createGatewayClient({ env: false, ...endpoint({ baseURL }) } as never)).not.toThrow();
    },
  );

  test('plain http elsewhere is fine when it is asked for', () => {
    expect(() =>
      createGatewayClient({
        env: false,
        allowInsecureHttp: true,
        ...endpoint({ baseURL: 'http://a.test/v1' }),
      } as never),
    ).not.toThrow();
  });
});

describe('names that mean something to JavaScript mean nothing here (F174, F177)', () => {
  test('as models they pass through and go nowhere else', async () => {
    const transport = mockTransport();
    const client = makePair(
      { baseURL: A, fetch: transport.fetch },
      { baseURL: 'https://b.test/v1', fetch: transport.fetch },
      { models: { fast: 'm' } },
    );
    const names = [
      'constructor',
      'toString',
      '__proto__',
      'hasOwnProperty',
      '../../x',
      'https://evil.test',
      'a?b#c',
      '\r\nX: y',
      'x'.repeat(65_536),
    ];
    for (const model of names) await settle(client.chat.completions.create({ ...MESSAGES, model }));
    expect(transport.requests.map(({ model }) => model)).toEqual(names);
    expect(new Set(transport.requests.map(({ url }) => url))).toEqual(new Set([`${A}/chat/completions`]));
  });

  test('as models they reach nobody who only looks on, unless they are fit to be shown', async () => {
    const names = ['\r\nX: y', 'x'.repeat(65_536)];
    const seen: unknown[] = [];
    const warnings: unknown[] = [];
    const note = (event: unknown) => seen.push(event);
    const client = createGatewayClient({
      endpoints: [
        { baseURL: A, apiKey: 'k', fetch: mockTransport([{ reply: reply.error(500) }]).fetch },
        {
          baseURL: 'https://b.test/v1',
          apiKey: 'k',
          fetch: mockTransport().fetch,
        },
      ],
      hooks: {
        onCallStarted: note,
        onAttemptFailed: note,
        onFallback: note,
        onCallSettled: note,
        onCost: note,
        onPriceUnknown: note,
      },
      logger: { ...console, warn: (...words: unknown[]) => warnings.push(words) },
      env: false,
    });
    for (const model of names) {
      seen.push(client.gateway.explain({ model }));
      const value = await settle(client.chat.completions.create({ ...MESSAGES, model }));
      seen.push(gatewayInfo(value));
    }
    seen.push(await settle(client.gateway.usage({ by: ['model'] })), client.gateway.endpoints(), warnings);
    const shown = inspect(seen, { depth: 10, maxStringLength: Number.POSITIVE_INFINITY });
    expect(seen.length).toBeGreaterThan(10);
    expect(shown).toContain('(65536 characters)');
    expect(shown).not.toMatch(/x{100}|\\r|\\n/);
  });

  test('in a configuration they pollute nothing', () => {
    const evil = JSON.parse(
      `{"endpoints":[{"name":"one","baseURL":"${A}","apiKey":"k"}],"models":{"__proto__":{"polluted":"yes"},"constructor":"m"},"__proto__":{"polluted":"yes"}}`,
    );
    for (const make of [
      () => createGatewayClient({ env: false, ...evil }),
      () => createGatewayClient({ env: { LLM_CONFIG: JSON.stringify(evil) } }),
    ]) {
      try {
        make();
      } catch (error) {
        expect(isGatewayError(error)).toBe(true);
      }
      expect(({} as { polluted?: string }).polluted).toBeUndefined();
      expect((Object as { polluted?: string }).polluted).toBeUndefined();
    }
  });
});

test('an absolute URL in place of a path does not take the key elsewhere', async () => {
  const transport = mockTransport();
  const client = makePair(
    { baseURL: A, fetch: transport.fetch },
    { baseURL: 'https://b.test/v1', fetch: transport.fetch },
  );
  for (const url of [
    'https://evil.test/x',
    '//evil.test/x',
    'https:evil.test',
    'HTTPS://EVIL.test/x',
    'https://a.test@evil.test/v1/x',
    'https://a.test:444/v1/x',
  ]) {
    expect(await nameOfError(settle(client.get(url)) as Promise<unknown>)).not.toEqual(
      expect.objectContaining({ id: expect.anything() }),
    );
  }
  for (const { url } of transport.requests) expect(new URL(url).origin).toBe('https://a.test');
});

test('the prompt that these tests look for is the one that is sent', async () => {
  const transport = mockTransport();
  await settle(chat(makeClient('gateway', { baseURL: A, fetch: transport.fetch }), 'json'));
  expect(JSON.stringify(transport.requests[0]?.body)).toContain(PROMPT);
  expect(PROMPT).toMatch(CANARIES);
});
