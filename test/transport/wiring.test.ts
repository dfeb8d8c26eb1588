import { APIConnectionTimeoutError, type OpenAI } from 'openai';
import { Agent } from 'undici-7';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGatewayClient } from '../../src/create-gateway-client.js';
import type { GatewayOptions } from '../../src/options/options.js';
import { type Loopback, reply, startLoopback } from './loopback.js';

type Client = OpenAI & { gateway: { prewarm(): Promise<void>; close(): Promise<void> } };

const COMPLETION = JSON.stringify({ id: 'x', object: 'chat.completion', choices: [{ message: { content: 'Hi' } }] });

let server: Loopback;
const made: Client[] = [];

beforeEach(async () => {
  server = await startLoopback((socket) => socket.write(reply(COMPLETION, { 'content-type': 'application/json' })));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  for (const client of made.splice(0)) await client.gateway.close();
  await server.stop();
});

function make(options: GatewayOptions = {}): Client {
  const client = createGatewayClient({
    apiKey: 'sk-test',
    baseURL: `${server.origin}/v1`,
    env: false,
    ...options,
  }) as Client;
  made.push(client);
  return client;
}

/** Whether a call goes over connections of the gateway's own: their `Response` is of a kind of its own. */
async function usesPool(client: OpenAI, options: object = {}): Promise<boolean> {
  const promise = client.chat.completions.create({ model: 'm', messages: [] }, options);
  const { data, response } = await promise.withResponse();
  expect(data.id).toBe('x');
  expect(response).toBeInstanceOf(Response);
  return Object.getPrototypeOf(response) !== Response.prototype;
}

describe('connections of the gateway’s own are used', () => {
  const ownFetch: typeof fetch = (input, init) => globalThis.fetch(input, init);
  const cases: readonly (readonly [string, GatewayOptions, boolean])[] = [
    ['by default', {}, true],
    ["with transport: 'auto'", { transport: 'auto' }, true],
    ["with transport: 'undici'", { transport: 'undici' }, true],
    ["with transport: 'fetch'", { transport: 'fetch' }, false],
    ["with compat: 'sdk'", { compat: 'sdk' }, false],
    ["with compat: 'sdk' and transport: 'undici'", { compat: 'sdk', transport: 'undici' }, true],
    ['with a fetch of the user', { fetch: ownFetch }, false],
    ["with a fetch of the user and transport: 'undici'", { fetch: ownFetch, transport: 'undici' }, false],
    ['with a redirect setting', { fetchOptions: { redirect: 'error' } }, true],
    ['with other fetch options', { fetchOptions: { keepalive: true } }, false],
  ];

  it.each(cases)('%s: %#', async (_name, options, expected) => {
    expect(await usesPool(make(options))).toBe(expected);
  });

  it('and not with a dispatcher of the user, on the client, a clone or a call', async () => {
    const dispatcher = new Agent();
    const fetchOptions = { dispatcher } as object;
    expect(await usesPool(make({ fetchOptions }))).toBe(false);
    const client = make();
    expect(await usesPool(client.withOptions({ fetchOptions }))).toBe(false);
    expect(await usesPool(client, { fetchOptions })).toBe(false);
    expect(await usesPool(client)).toBe(true);
    await dispatcher.close();
  });

  it('by clones and by further endpoints, over one pool', async () => {
    const second = { name: 'second', baseURL: `${server.origin}/v2`, apiKey: 'sk-second' };
    const client = make({
      baseURL: undefined,
      apiKey: undefined,
      endpoints: [{ name: 'first', baseURL: `${server.origin}/v1`, apiKey: 'sk-first' }, second],
    });
    expect(await usesPool(client)).toBe(true);
    expect(await usesPool(client, { gateway: { endpoint: 'second' } })).toBe(true);
    expect(await usesPool(client.withOptions({ timeout: 5_000 }))).toBe(true);
    expect(server.connections).toHaveLength(1);
    expect(server.requests.map((request) => /bearer (\S+)/i.exec(request)?.[1])).toEqual([
      'sk-first',
      'sk-second',
      'sk-first',
    ]);
  });

  it('and not by a client that was made while fetch was replaced, which keeps it as the SDK does', async () => {
    vi.stubGlobal('fetch', async () => Response.json({ ...JSON.parse(COMPLETION), id: 'x' }));
    const client = make();
    vi.unstubAllGlobals();
    expect(await usesPool(client)).toBe(false);
    expect(server.requests).toEqual([]);
  });
});

describe('prewarm', () => {
  it('opens the connection of the first call without sending anything', async () => {
    const client = make();
    await client.gateway.prewarm();
    expect([server.connections.length, server.requests.length]).toEqual([1, 0]);
    expect(await usesPool(client)).toBe(true);
    expect(server.connections).toHaveLength(1);
  });

  it("does nothing where requests go through the runtime's fetch", async () => {
    await make({ transport: 'fetch' }).gateway.prewarm();
    await make({ compat: 'sdk' }).gateway.prewarm();
    expect(server.connections).toHaveLength(0);
  });
});

it('close() closes the connections', async () => {
  const client = make();
  await usesPool(client);
  const gone = new Promise((resolve) => server.connections[0]?.once('close', resolve));
  await client.gateway.close();
  await gone;
});

it('connectTimeoutMs bounds the wait for a connection, of the client and of an endpoint', async () => {
  server.answer = () => {};
  const baseURL = `${server.origin.replace('http:', 'https:')}/v1`;
  const timeouts: readonly GatewayOptions[] = [
    { baseURL, connectTimeoutMs: 20 },
    {
      baseURL: undefined,
      apiKey: undefined,
      connectTimeoutMs: 60_000,
      endpoints: [{ baseURL, apiKey: 'sk', connectTimeoutMs: 20 }],
    },
  ];
  for (const options of timeouts) {
    const call = make({ maxRetries: 0, ...options }).chat.completions.create({ model: 'm', messages: [] });
    await expect(call).rejects.toThrow(APIConnectionTimeoutError);
  }
});
