/**
 * What this library assumes of the official SDK, shown on the newest version and on the lowest one it supports. A failure here
 * means that the SDK has changed, not that the library is wrong.
 */
import * as newest from 'openai';
import * as floor from 'openai-floor';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { mockTransport, reply } from '../src/testing.js';
import { MESSAGES, nameOfError, STREAMING } from './differential/behaviour.js';
import { BEHAVIOURS } from './differential/behaviours.js';
import { BASE_URL, makeBench, type Sdk } from './differential/bench.js';
import { enterVirtualTime, leaveVirtualTime, settle } from './differential/virtual-time.js';

const VERSIONS = [
  { version: 'newest', sdk: newest },
  // Another copy of the same declarations: the types agree, the compiler cannot know.
  { version: 'floor', sdk: floor as unknown as Sdk },
] as const;

beforeEach(enterVirtualTime);
afterEach(leaveVirtualTime);

describe.each(VERSIONS)('the $version SDK', ({ version, sdk }) => {
  const behaviours = BEHAVIOURS.filter(({ onlyNewest = false }) => version === 'newest' || !onlyNewest);
  test.each(behaviours.map((behaviour) => ({ title: `${behaviour.name} (${behaviour.id})`, ...behaviour })))(
    '$title',
    async (behaviour) => {
      expect(await behaviour.observe(makeBench('plain', sdk))).toStrictEqual(behaviour.sdk);
    },
  );
});

describe.each(VERSIONS)('where the gateway takes hold of the $version SDK', ({ version, sdk }) => {
  /** A client that notes what reaches the two methods the gateway overrides. */
  function watched(transport = mockTransport()) {
    const requests: Promise<object>[] = [];
    const lists: Promise<object>[] = [];
    class Watched extends sdk.OpenAI {
      override request(...args: Parameters<newest.OpenAI['request']>): never {
        // Options may come as a promise of them, here and below.
        requests.push(Promise.resolve(args[0]));
        return super.request(...args) as never;
      }
      override requestAPIList(...args: Parameters<newest.OpenAI['requestAPIList']>): never {
        lists.push(Promise.resolve(args[1]));
        return super.requestAPIList(...args) as never;
      }
    }
    const client = new Watched({ apiKey: 'k', baseURL: BASE_URL, fetch: transport.fetch, logLevel: 'off' });
    return { client, requests, lists, transport, Watched };
  }

  test('every call but lists goes through request(), and an option it does not know arrives there', async () => {
    const { client, requests } = watched();
    const options = { gateway: { tags: {} } } as object;
    await client.chat.completions.create(MESSAGES, options);
    for await (const _chunk of await client.chat.completions.create(STREAMING, options));
    await client.chat.completions.parse(MESSAGES, options);
    await settle(client.chat.completions.stream(MESSAGES, options).done());
    await client.responses.create({ model: 'm', input: 'Hi' }, options);
    await client.embeddings.create({ model: 'm', input: 'Hi' }, options);
    await client.models.retrieve('mock-model', options);
    expect(requests).toHaveLength(7);
    for (const seen of await Promise.all(requests))
      expect(seen).toMatchObject({ gateway: { tags: {} }, method: expect.any(String), path: expect.any(String) });
  });

  test('lists and their next pages go through requestAPIList()', async () => {
    const page = (has_more: boolean) => reply.json({ object: 'list', data: [{ id: has_more ? 'a' : 'b' }], has_more });
    const { client, lists, requests } = watched(mockTransport([page(true), page(false)]));
    const ids: string[] = [];
    for await (const file of client.files.list()) ids.push(file.id);
    expect(ids).toEqual(['a', 'b']);
    expect(await Promise.all(lists)).toMatchObject([
      { method: 'get', path: '/files' },
      { path: '/files', query: { after: 'a' } },
    ]);
    expect(requests).toEqual([]);
  });

  test('request(options, 0) is one attempt, and maxRetries beside it is the retry count that is sent', async () => {
    const transport = mockTransport([{ reply: reply.error(500) }]);
    const { client } = watched(transport);
    const options = { method: 'post', path: '/chat/completions', body: MESSAGES, maxRetries: 3 } as const;
    const error = await nameOfError(client.request(options, 0) as Promise<unknown>);
    expect(error).toBe('InternalServerError');
    expect(transport.requests.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual(['3']);
  });

  test('withOptions() runs the constructor again with everything that was given, unknown options included', () => {
    const given: object[] = [];
    class Noted extends sdk.OpenAI {
      constructor(options: newest.ClientOptions) {
        given.push(options);
        super(options);
      }
    }
    const { fetch } = mockTransport();
    const mine = {};
    const client = new Noted({ apiKey: 'k', baseURL: BASE_URL, fetch, mine } as object);
    client.withOptions({ maxRetries: 1 });
    expect(given[1]).toMatchObject({ apiKey: 'k', baseURL: BASE_URL, maxRetries: 1 });
    expect((given[1] as { fetch: unknown }).fetch).toBe(fetch);
    expect((given[1] as { mine: unknown }).mine).toBe(mine);
  });

  test('a promise can be made over a response of another client, with a reader of its own', async () => {
    const { client } = watched();
    const other = watched().client;
    const response = await other.chat.completions.create(MESSAGES).asResponse();
    const controller = new AbortController();
    const props = {
      response,
      options: { method: 'post', path: '/x' },
      controller,
      requestLogID: 'x',
      retryOfRequestLogID: undefined,
      startTime: 0,
    } as const;
    const promise = new sdk.APIPromise<{ read: string }>(
      client,
      Promise.resolve(props),
      async (_client, { response: given }) => ({ read: (await given.text()).slice(0, 5) }) as never,
    );
    expect(await promise).toEqual({ read: '{"id"' });
    expect((await promise.withResponse()).response).toBe(response);
    expect(await promise.asResponse()).toBe(response);
  });

  test('a stream can be made from an iterator and a controller', async () => {
    const { Stream } = (await import(
      version === 'floor' ? 'openai-floor/streaming' : 'openai/streaming'
    )) as typeof import('openai/streaming');
    async function* items() {
      yield 1;
      yield 2;
    }
    const stream = new Stream<number>(items, new AbortController());
    const seen: number[] = [];
    for await (const item of stream) seen.push(item);
    expect(seen).toEqual([1, 2]);
  });

  test('options for fetch reach fetch', async () => {
    const { client, transport } = watched();
    await client.chat.completions.create(MESSAGES, { fetchOptions: { redirect: 'manual' } });
    expect(transport.requests[0]?.init?.redirect).toBe('manual');
  });

  test('buildRequest() is public and says where the request goes', async () => {
    const { client } = watched();
    const { url, req, timeout } = await client.buildRequest({ method: 'post', path: '/x', body: {} });
    expect([url, req.method, timeout]).toEqual([`${BASE_URL}/x`, 'post', 600_000]);
  });

  test('the class name stands in the User-Agent', async () => {
    const { client, transport, Watched } = watched();
    await client.chat.completions.create(MESSAGES);
    Object.defineProperty(Watched, 'name', { value: 'OpenAI' });
    await client.chat.completions.create(MESSAGES);
    expect(transport.requests.map(({ headers }) => headers['user-agent']?.split('/')[0])).toEqual([
      'Watched',
      'OpenAI',
    ]);
  });

  test('headers from the environment are in the options and can be taken out again', async () => {
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-custom: 1');
    const { client, transport } = watched();
    vi.unstubAllEnvs();
    await client.chat.completions.create(MESSAGES);
    (client as unknown as { _options: { defaultHeaders: unknown } })._options.defaultHeaders = undefined;
    await client.chat.completions.create(MESSAGES);
    expect(transport.requests.map(({ headers }) => headers['x-custom'])).toEqual(['1', undefined]);
  });

  test('an Azure client writes into the options that it is given', async () => {
    const { fetch } = mockTransport();
    const azure = new sdk.AzureOpenAI({ endpoint: 'https://azure.test', apiKey: 'k', apiVersion: 'v', fetch });
    const options = { method: 'post' as const, path: '/chat/completions', body: { model: 'm' } };
    await azure.buildRequest(options);
    expect(options.path).toBe('/deployments/m/chat/completions');
  });
});

test('the lowest supported version is the one that the package asks for', async () => {
  const { readFileSync } = await import('node:fs');
  const manifest = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  const { peerDependencies } = manifest('../package.json');
  const { version } = manifest('../node_modules/openai-floor/package.json');
  expect(peerDependencies.openai).toBe(`^${version.replace(/\.0$/, '')}`);
  expect(manifest('../node_modules/openai/package.json').version).not.toBe(version);
});
