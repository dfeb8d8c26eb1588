import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { APIConnectionTimeoutError, type OpenAI } from 'openai';
import { Agent } from 'undici-7';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGatewayClient } from '../../src/create-gateway-client.js';
import type { GatewayOptions } from '../../src/options/options.js';
import { type Loopback, reply, startLoopback } from './loopback.js';

type Client = OpenAI & { gateway: { prewarm(): Promise<void>; close(options?: object): Promise<void> } };

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

describe('the number of connections', () => {
  const place = (name: string, options: object = {}) => ({
    name,
    baseURL: `${server.origin}/${name}`,
    apiKey: 'sk',
    ...options,
  });
  const held: (() => void)[] = [];
  /** Calls that the server holds until `release`. */
  const start = (client: Client, count: number, endpoint = 'first') =>
    Array.from({ length: count }, () => {
      const call = client.chat.completions.create({ model: 'm', messages: [] }, { gateway: { endpoint } } as object);
      call.catch(() => {});
      return call;
    });
  const waits = async (count: number): Promise<void> => {
    while (held.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  const release = () => {
    for (const answer of held.splice(0)) answer();
  };
  const only = (options: GatewayOptions) => make({ baseURL: undefined, apiKey: undefined, maxRetries: 0, ...options });

  beforeEach(() => {
    held.length = 0;
    server.answer = (socket) =>
      held.push(() => socket.write(reply(COMPLETION, { 'content-type': 'application/json' })));
  });

  it('is bounded by maxConnections: of a client for all endpoints at one origin', async () => {
    const client = only({ maxConnections: 2, endpoints: [place('first'), place('second')] });
    const calls = [...start(client, 3), ...start(client, 3, 'second')];
    for (let rest = 6; rest > 0; rest -= 2) {
      await waits(2);
      expect(server.connections).toHaveLength(2);
      release();
    }
    expect(await Promise.all(calls)).toHaveLength(6);
    expect(server.connections).toHaveLength(2);
  });

  it('is bounded by maxConnections: of an endpoint for that one', async () => {
    const endpoints = [place('first', { maxConnections: 1 }), place('second', { maxConnections: 1 }), place('third')];
    const client = only({ maxConnections: 2, endpoints });
    const calls = [...start(client, 2), ...start(client, 2, 'second'), ...start(client, 4, 'third')];
    await waits(4);
    expect(server.requests.map((request) => /^POST \/(\w+)/.exec(request)?.[1]).sort()).toEqual([
      'first',
      'second',
      'third',
      'third',
    ]);
    release();
    await waits(4);
    release();
    await Promise.all(calls);
    expect(server.connections).toHaveLength(4);
  });

  it('is no more than places in flight, after calls that were broken off too', async () => {
    const live = new Set<Socket>();
    let most = 0;
    // The server learns too late of a connection that was closed here.
    const count = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      live.add(socket);
      most = Math.max(most, live.size);
      socket.once('close', () => live.delete(socket));
    };
    subscribe('net.client.socket', count);
    const client = only({ endpoints: [place('first', { maxConcurrency: 3 })] });
    for (let round = 0; round < 10; round++) {
      const control = new AbortController();
      const cut = { signal: control.signal };
      const calls = [cut, cut, {}, {}, {}].map((options) =>
        client.chat.completions.create({ model: 'm', messages: [] }, options),
      );
      const over = Promise.allSettled(calls);
      await waits(3);
      control.abort();
      await waits(5);
      release();
      await over;
    }
    unsubscribe('net.client.socket', count);
    expect(most).toBe(3);
  });

  it('is one for each origin when a client that allows one more prewarms', async () => {
    const client = only({ maxConnections: 1, endpoints: [place('first')] });
    await Promise.all([client.gateway.prewarm(), client.gateway.prewarm(), client.gateway.prewarm()]);
    const [call] = start(client, 1);
    await waits(1);
    await client.gateway.prewarm();
    expect(server.connections).toHaveLength(1);
    release();
    await call;
  });

  it('lets calls that wait for a connection end by abort, timeout and deadline, and with the client', async () => {
    const client = only({ maxConnections: 1, endpoints: [place('first')] });
    const [first] = start(client, 1);
    await waits(1);
    const control = new AbortController();
    const ask = (options: object) => client.chat.completions.create({ model: 'm', messages: [] }, options);
    const aborted = ask({ signal: control.signal });
    control.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'Error', message: 'Request was aborted.' });
    await expect(ask({ timeout: 20 })).rejects.toThrow(APIConnectionTimeoutError);
    await expect(ask({ gateway: { deadlineMs: 20 } })).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(server.requests).toHaveLength(1);
    const [queued] = start(client, 1);
    const gone = expect(queued).rejects.toThrow();
    await client.gateway.close({ graceMs: 0 });
    await gone;
    await expect(first).rejects.toThrow();
    expect([server.connections.length, server.requests.length]).toEqual([1, 1]);
  });
});
