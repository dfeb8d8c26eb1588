import { once } from 'node:events';
import { constants, type Http2ServerResponse, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { createTransport, type Transport, type TransportOptions } from '../../src/transport/transport.js';
import { makeCertificate, trustedCertificate } from './certificate.js';
import { type SecureLoopback, type Serve, startSecure } from './secure-loopback.js';

const certificate = trustedCertificate();
const POST: RequestInit = {
  method: 'POST',
  body: '{"a":1}',
  headers: { 'content-type': 'application/json', authorization: 'Bearer sk' },
  redirect: 'manual',
};
const OK: Serve = (response) => void response.end('ok');
type Speaks = Parameters<typeof startSecure>[1];
type Settings = Parameters<typeof startSecure>[3];

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function secure(...[speaks, serve = OK, settings]: [Speaks, Serve?, Settings?]): Promise<SecureLoopback> {
  const server = await startSecure(certificate, speaks, serve, settings);
  cleanups.push(() => server.stop());
  return server;
}

function connect(options: Partial<TransportOptions> = {}): Transport {
  const transport = createTransport({ clock: systemClock, mode: 'undici', http2: true, ...options });
  cleanups.push(() => transport.close());
  return transport;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const open = (transport: Transport, { origin }: SecureLoopback, init: RequestInit = {}) =>
  transport.fetch(`${origin}/v1/x?y=1`, { ...POST, ...init });
const ask = async (transport: Transport, server: SecureLoopback, init?: RequestInit) =>
  (await open(transport, server, init)).text();
const failureOf = async (promise: Promise<unknown>): Promise<Error & { cause?: unknown }> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  );
const reader = (response: Response) => (response.body as ReadableStream<Uint8Array>).getReader();

describe('over HTTP/2', () => {
  it('calls at once share one connection, and one after the other too', async () => {
    const held: Http2ServerResponse[] = [];
    const server = await secure('both', (response) => void held.push(response));
    const transport = connect();
    const calls = times(60, () => ask(transport, server));
    await until(() => held.length === 60);
    for (const response of held) response.end('ok');
    expect(await Promise.all(calls)).toEqual(times(60, () => 'ok'));
    server.serve = OK;
    for (let call = 0; call < 5; call++) expect(await ask(transport, server)).toBe('ok');
    expect([server.sockets.length, server.sessions.length, server.peak.requests]).toEqual([1, 1, 60]);
  });

  it('streams at once share one connection, and each piece arrives when it is sent', async () => {
    const streams: Http2ServerResponse[] = [];
    const server = await secure('both', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 0\n\n');
      streams.push(response);
    });
    const transport = connect();
    const readers = (await Promise.all(times(20, () => open(transport, server)))).map(reader);
    for (let piece = 0; piece < 5; piece++) {
      const read = await Promise.all(readers.map((one) => one.read()));
      expect(new Set(read.map(({ value }) => Buffer.from(value ?? []).toString()))).toEqual(
        new Set([`data: ${piece}\n\n`]),
      );
      for (const stream of streams) {
        if (piece < 4) stream.write(`data: ${piece + 1}\n\n`);
        else stream.end();
      }
    }
    expect((await Promise.all(readers.map((one) => one.read()))).every(({ done }) => done)).toBe(true);
    expect(server.sockets).toHaveLength(1);
  });

  it('a request arrives as over HTTP/1.1, and the reply is like any other', async () => {
    const server = await secure('both', (response) => {
      response.setHeader('x-request-id', 'r1');
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.writeHead(418).end('{"b":2}');
    });
    const seen = [];
    for (const http2 of [true, false]) {
      const response = await open(connect({ http2 }), server);
      const { status, ok, url, type, redirected, headers } = response;
      expect(response).toBeInstanceOf(Response);
      const hop = ['date', 'connection', 'keep-alive', 'transfer-encoding'];
      const shown = [...headers].filter(([name]) => !hop.includes(name));
      seen.push({ status, ok, url, type, redirected, shown, json: await response.json() });
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(server.requests.map(({ version }) => version)).toEqual(['2.0', '1.1']);
    const [second, first] = server.requests.map(({ headers, body }) => {
      const own = Object.entries(headers).filter(([name]) => !/^(:|host$|connection$)/.test(name));
      return { body, headers: Object.fromEntries(own) };
    });
    expect(second).toEqual(first);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('bodies encoded with %s are decoded', async (encoding, encode) => {
    const server = await secure('h2', (response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(encode('decoded'));
    });
    expect(await ask(connect(), server)).toBe('decoded');
  });

  it('replies without a body, with hints before them and with trailers after them are read', async () => {
    const server = await secure('h2', (response, request) => {
      if (request.method === 'HEAD') return void response.writeHead(200, { 'content-length': '5' }).end();
      if (request.method === 'DELETE') return void response.writeHead(204).end();
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      response.addTrailers({ 'x-sum': '1' });
      response.end('ok');
    });
    const transport = connect();
    const get = (method: string) => transport.fetch(server.origin, { method });
    expect((await get('HEAD')).headers.get('content-length')).toBe('5');
    expect([(await get('DELETE')).status, (await get('DELETE')).body]).toEqual([204, null]);
    expect(await (await get('GET')).text()).toBe('ok');
  });

  it('large bodies arrive whole in both directions', async () => {
    const size = 12 * 1024 * 1024;
    const server = await secure('h2', (response, _, body) => void response.end('x'.repeat(body.length)));
    const replies = await Promise.all(times(2, () => ask(connect(), server, { body: 'y'.repeat(size) })));
    expect(replies.map(({ length }) => length)).toEqual([size, size]);
  });

  it('an interim answer of the server is no answer, and an error of it is one', async () => {
    const server = await secure('h2', (response) => {
      response.writeHead(429, { 'retry-after': '7' }).end('{"error":{}}');
    });
    const response = await open(connect(), server);
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
      429,
      '7',
      '{"error":{}}',
    ]);
  });
});

describe('without HTTP/2 at the other end', () => {
  it('HTTP/1.1 is spoken, over as many connections as calls at once', async () => {
    const held: Http2ServerResponse[] = [];
    const server = await secure('http/1.1', (response) => void held.push(response));
    const transport = connect();
    const calls = times(5, () => ask(transport, server));
    await until(() => held.length === 5);
    for (const response of held) response.end('ok');
    expect(await Promise.all(calls)).toEqual(times(5, () => 'ok'));
    expect(server.requests.map(({ version }) => version)).toEqual(times(5, () => '1.1'));
    expect(server.sockets).toHaveLength(5);
  });

  it('HTTP/1.1 is not spoken where nobody asked for more, and a server that has only HTTP/2 cannot be reached', async () => {
    const server = await secure('h2');
    expect(await failureOf(ask(connect({ http2: false }), server))).toMatchObject({ message: 'fetch failed' });
    expect(await ask(connect(), server)).toBe('ok');
  });
});

describe('a call over HTTP/2 that is given up', () => {
  it('ends at once with the reason, and leaves the others on its connection alone', async () => {
    const held: Http2ServerResponse[] = [];
    const server = await secure('h2', (response) => void held.push(response));
    const transport = connect();
    const control = new AbortController();
    const calls = [ask(transport, server, { signal: control.signal }), ask(transport, server)];
    await until(() => held.length === 2);
    const reason = new Error('enough');
    control.abort(reason);
    expect(await failureOf(calls[0] as Promise<unknown>)).toBe(reason);
    await until(() => server.open.size === 1);
    for (const response of held) response.end('ok');
    expect(await calls[1]).toBe('ok');
    expect(server.sockets).toHaveLength(1);
  });

  it('ends while its body is read, or is not read any more', async () => {
    const server = await secure('h2', (response) => {
      response.write('begun');
    });
    const transport = connect();
    const control = new AbortController();
    const [aborted, cancelled] = await Promise.all([
      open(transport, server, { signal: control.signal }),
      open(transport, server),
    ]);
    const text = failureOf(aborted.text());
    control.abort(new Error('enough'));
    expect(await text).toMatchObject({ message: 'enough' });
    await cancelled.body?.cancel();
    await until(() => server.open.size === 0);
    server.serve = OK;
    expect(await ask(transport, server)).toBe('ok');
    expect(server.sockets).toHaveLength(1);
  });

  it('ends before it was sent: while the connection is opened, and while all streams are taken', async () => {
    const held: Http2ServerResponse[] = [];
    const server = await secure('h2', (response) => void held.push(response), { maxConcurrentStreams: 1 });
    const transport = connect({ maxConnections: 1 });
    const early = new AbortController();
    const first = failureOf(ask(transport, server, { signal: early.signal }));
    early.abort(new Error('early'));
    expect(await first).toMatchObject({ message: 'early' });
    const second = ask(transport, server);
    await until(() => held.length === 1);
    const late = new AbortController();
    const third = failureOf(ask(transport, server, { signal: late.signal }));
    const fourth = ask(transport, server);
    late.abort(new Error('late'));
    expect(await third).toMatchObject({ message: 'late' });
    held[0]?.end('ok');
    expect(await second).toBe('ok');
    await until(() => held.length === 2);
    held[1]?.end('ok');
    expect(await fourth).toBe('ok');
    expect(server.requests).toHaveLength(2);
  });

  it('ends with the transport, under way or waiting', async () => {
    const server = await secure('h2', (response) => void response.write('begun'), { maxConcurrentStreams: 1 });
    const transport = connect({ maxConnections: 1 });
    const text = failureOf((await open(transport, server)).text());
    const waiting = failureOf(ask(transport, server));
    await transport.close();
    expect(await text).toMatchObject({ message: 'terminated' });
    expect(await waiting).toMatchObject({ message: 'fetch failed' });
    await until(() => server.sockets.every((socket) => socket.closed));
  });
});

describe('a server that breaks off over HTTP/2', () => {
  it('is an error before the answer and in the middle of it, for that call alone', async () => {
    const server = await secure('h2', (response, { url }) => {
      if (url === '/ok') return void response.end('ok');
      if (url === '/late') response.write('begun');
      setImmediate(() => response.stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    });
    const transport = connect();
    const [early, late, ok] = await Promise.all([
      failureOf(transport.fetch(`${server.origin}/early`, POST)),
      failureOf(transport.fetch(`${server.origin}/late`, POST).then((response) => response.text())),
      transport.fetch(`${server.origin}/ok`, POST).then((response) => response.text()),
    ]);
    expect(early).toMatchObject({ name: 'TypeError', message: 'fetch failed', cause: { http2ErrorCode: 2 } });
    expect(late).toMatchObject({ name: 'TypeError', message: 'terminated', cause: { http2ErrorCode: 2 } });
    expect(ok).toBe('ok');
    expect(server.sockets).toHaveLength(1);
  });

  it('is asked once more where it says that it has not begun, and not for ever', async () => {
    let refusals = 1;
    const server = await secure('h2', (response) => {
      if (refusals-- > 0) response.stream.close(constants.NGHTTP2_REFUSED_STREAM);
      else response.end('ok');
    });
    const transport = connect();
    expect(await ask(transport, server)).toBe('ok');
    refusals = 2;
    expect(await failureOf(ask(transport, server))).toMatchObject({ cause: { http2ErrorCode: 7 } });
    expect(server.requests).toHaveLength(4);
  });

  it('finishes what it has begun after GOAWAY, and gets at once what comes then on another connection', async () => {
    const held: Http2ServerResponse[] = [];
    const server = await secure('h2', (response) => {
      response.write('begun ');
      held.push(response);
    });
    const transport = connect();
    const before = await open(transport, server);
    const text = before.text();
    server.sessions[0]?.close();
    // The first of these is sent before the client knows.
    const early = open(transport, server);
    await until(() => held.length === 2);
    const late = times(3, () => open(transport, server));
    await until(() => held.length === 5);
    for (const response of held) response.end('ended');
    const texts = await Promise.all([early, ...late].map(async (response) => (await response).text()));
    expect([await text, ...texts]).toEqual(times(5, () => 'begun ended'));
    expect(server.sessions).toHaveLength(2);
  });

  it('may say GOAWAY on one of several connections, all of them in use', async () => {
    const held: Http2ServerResponse[] = [];
    const server = await secure('h2', (response) => void held.push(response), { maxConcurrentStreams: 2 });
    const transport = connect({ maxConnections: 2 });
    const calls = times(4, () => ask(transport, server));
    await until(() => held.length === 4);
    server.sessions[0]?.close();
    for (let wait = 0; wait < 50; wait++) await turn();
    calls.push(ask(transport, server), ask(transport, server));
    await until(() => held.length === 6);
    for (const response of held) response.end('ok');
    expect(await Promise.all(calls)).toEqual(times(6, () => 'ok'));
    expect(server.sessions).toHaveLength(3);
  });

  it('gets what it has not begun by the GOAWAY on another connection, once', async () => {
    const server = await secure('h2');
    const transport = connect();
    await ask(transport, server);
    let leaves = 1;
    server.serve = (response) => {
      const { id = 0, session } = response.stream;
      if (leaves-- > 0) session?.goaway(constants.NGHTTP2_NO_ERROR, id - 2);
      else response.end('ok');
    };
    expect(await ask(transport, server)).toBe('ok');
    expect(server.sessions).toHaveLength(2);
  });

  it.each([
    ['closes its connection', (server: SecureLoopback) => server.sockets[0]?.destroy()],
    ['ends its session with an error', (server: SecureLoopback) => server.sessions[0]?.destroy(undefined, 2)],
  ])('%s: all calls on it fail, and the next one gets another', async (_, hit) => {
    const server = await secure('h2', (response, { url }) => {
      if (url === '/late') response.write('begun');
    });
    const transport = connect();
    const early = failureOf(transport.fetch(`${server.origin}/early`, POST));
    const late = await transport.fetch(`${server.origin}/late`, POST);
    await until(() => server.open.size === 2);
    const text = failureOf(late.text());
    hit(server);
    expect(await early).toMatchObject({ name: 'TypeError', message: 'fetch failed' });
    expect(await text).toMatchObject({ name: 'TypeError', message: 'terminated' });
    server.serve = OK;
    expect(await ask(transport, server)).toBe('ok');
  });

  it('sends less than it has announced: the body is not taken for whole', async () => {
    const server = await secure('h2', (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('short');
      setImmediate(() => response.stream.close(constants.NGHTTP2_NO_ERROR));
    });
    expect(await failureOf(ask(connect(), server))).toMatchObject({ name: 'TypeError', message: 'terminated' });
  });

  it('closes while nobody calls: the next call opens another connection', async () => {
    const server = await secure('h2');
    const transport = connect();
    expect(await ask(transport, server)).toBe('ok');
    server.sessions[0]?.close();
    await until(() => server.sockets[0]?.closed === true);
    expect(await ask(transport, server)).toBe('ok');
    expect(server.sessions).toHaveLength(2);
  });
});

it('every call over HTTP/2 ends, whenever its caller gives it up, and the connections go on', async () => {
  let seed = 11;
  const draw = (sides: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % sides;
  };
  const ends: Serve[] = [
    ...times(8, () => OK),
    (response) => void response.end('x'.repeat(300_000)),
    ...times(3, (): Serve => (response) => void response.write('begun')),
    ...times(2, (): Serve => () => {}),
  ];
  const server = await secure('h2', (...call) => ends[draw(ends.length)]?.(...call), { maxConcurrentStreams: 10 });
  const transport = connect({ maxConnections: 3 });
  let good = 0;
  const calls: Promise<unknown>[] = [];
  for (let call = 0; call < 1_500; call++) {
    const control = new AbortController();
    const init = draw(5) === 0 ? { method: 'GET', signal: control.signal } : { ...POST, signal: control.signal };
    const body = transport.fetch(server.origin, init).then(async (response) => {
      if (draw(6) === 0) await response.body?.cancel();
      else await response.text();
    });
    calls.push(
      body.then(
        () => (good += 1),
        () => undefined,
      ),
    );
    if (draw(10) === 0) calls.push(transport.prewarm([server.origin]));
    for (let wait = draw(3); wait > 0; wait--) await turn();
    if (draw(4) === 0) control.abort();
    else
      void (async () => {
        for (let wait = 0; wait < 200; wait++) await turn();
        control.abort();
      })();
  }
  await Promise.all(calls);
  expect(good).toBeGreaterThan(500);
  server.serve = OK;
  expect(await ask(transport, server)).toBe('ok');
});

describe('bodies over HTTP/2 that nobody reads fast', () => {
  it('hold the server back, and not the others on their connection', async () => {
    const size = 16 * 1024 * 1024;
    let sent = 0;
    const server = await secure('h2', (response, { url }) => {
      if (url === '/ok') return void response.end('ok');
      const piece = Buffer.alloc(64 * 1024);
      const fill = () => {
        if (sent >= 8 * size) return;
        sent += piece.length;
        response.write(piece);
      };
      response.on('drain', fill);
      fill();
    });
    const transport = connect();
    const slow = await Promise.all(times(8, () => transport.fetch(`${server.origin}/slow`, POST)));
    let before = -1;
    for (let quiet = 0; quiet < 200; quiet++) {
      await turn();
      if (sent !== before) quiet = 0;
      before = sent;
    }
    expect(sent).toBeLessThan(8 * 1024 * 1024);
    expect(await (await transport.fetch(`${server.origin}/ok`, POST)).text()).toBe('ok');
    const [first, ...others] = slow.map(reader);
    let read = 0;
    while (read < 4 * 1024 * 1024) read += (await first?.read())?.value?.length ?? 0;
    expect(sent).toBeGreaterThan(before);
    for (const one of [first, ...others]) await one?.cancel();
    await until(() => server.open.size === 0);
    expect(server.sockets).toHaveLength(1);
  });
});

describe('a connection over HTTP/2 on which nothing comes', () => {
  /** Passes bytes on until it is told to swallow them, as a router that has forgotten a connection does. */
  async function relayTo({ origin }: SecureLoopback) {
    const pairs: Socket[][] = [];
    const relay = createServer((near) => {
      const far = createConnection(Number(new URL(origin).port), '127.0.0.1');
      near.pipe(far).pipe(near);
      pairs.push([near, far]);
      for (const socket of [near, far]) socket.on('error', () => {});
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    cleanups.push(async () => {
      for (const socket of pairs.flat()) socket.destroy();
      relay.close();
    });
    return {
      origin: `https://127.0.0.1:${(relay.address() as AddressInfo).port}`,
      pairs,
      swallow: () => {
        for (const socket of pairs.flat()) socket.unpipe().resume();
      },
    };
  }

  it('is given up with its calls, and the next call gets another', async () => {
    const server = await secure('h2', (response) => void response.write('begun'));
    const relay = await relayTo(server);
    const transport = connect({ pingIntervalMs: 40 });
    const response = await transport.fetch(relay.origin, POST);
    const text = failureOf(response.text());
    relay.swallow();
    const early = failureOf(transport.fetch(relay.origin, POST));
    expect(await text).toMatchObject({ message: 'terminated', cause: { code: 'ETIMEDOUT' } });
    expect(await early).toMatchObject({ message: 'fetch failed', cause: { code: 'ETIMEDOUT' } });
    server.serve = OK;
    expect(await (await transport.fetch(relay.origin, POST)).text()).toBe('ok');
    expect(relay.pairs).toHaveLength(2);
  });

  it('is kept while pings are answered, however long a call takes', async () => {
    const held: Http2ServerResponse[] = [];
    const server = await secure('h2', (response) => void held.push(response));
    const call = ask(connect({ pingIntervalMs: 40 }), server);
    await until(() => held.length === 1);
    for (let ping = 0; ping < 6; ping++) await once(server.sessions[0] as ServerHttp2Session, 'ping');
    held[0]?.end('ok');
    expect(await call).toBe('ok');
    expect(server.sockets).toHaveLength(1);
  });
});

describe('connections over HTTP/2', () => {
  it('are added where all streams are taken, up to the number that is allowed', async () => {
    const held: Http2ServerResponse[] = [];
    const server = await secure('h2', (response) => void held.push(response), { maxConcurrentStreams: 3 });
    const transport = connect({ maxConnections: 2 });
    const calls = times(20, () => ask(transport, server));
    for (let answered = 0; answered < 20; answered += 1) {
      await until(() => held.length === Math.min(6, 20 - answered));
      held.shift()?.end('ok');
    }
    expect(await Promise.all(calls)).toEqual(times(20, () => 'ok'));
    expect(server.peak).toEqual({ connections: 2, requests: 6 });
  });

  it('carry a hundred calls each where the server names no bound', async () => {
    const held: Http2ServerResponse[] = [];
    const server = await secure('h2', (response) => void held.push(response));
    const transport = connect();
    const calls = times(150, () => ask(transport, server));
    await until(() => held.length === 150);
    for (const response of held) response.end('ok');
    await Promise.all(calls);
    expect(server.sockets).toHaveLength(2);
  });

  it('that were opened ahead are taken by the first call, with what the server has said in greeting', async () => {
    const server = await secure('h2');
    const transport = connect();
    await transport.prewarm([server.origin]);
    await until(() => server.sessions.length === 1);
    for (let wait = 0; wait < 20; wait++) await turn();
    expect(server.requests).toEqual([]);
    expect(await Promise.all(times(3, () => ask(transport, server)))).toEqual(['ok', 'ok', 'ok']);
    expect(server.sockets).toHaveLength(1);
  });

  it('that are being opened ahead are waited for', async () => {
    for (const speaks of ['h2', 'http/1.1'] as const) {
      const server = await secure(speaks);
      const transport = connect();
      const warm = transport.prewarm([server.origin]);
      expect(await ask(transport, server)).toBe('ok');
      await warm;
      expect(server.sockets).toHaveLength(1);
    }
  });

  it('that were opened ahead and closed by the server are not taken', async () => {
    const server = await secure('h2');
    const transport = connect();
    await transport.prewarm([server.origin]);
    await until(() => server.sessions.length === 1);
    server.sessions[0]?.destroy();
    await until(() => server.sockets[0]?.closed === true);
    expect(await ask(transport, server)).toBe('ok');
    expect(server.sockets).toHaveLength(2);
  });

  it('are not opened to a server whose certificate nobody vouches for', async () => {
    const server = await startSecure(makeCertificate(), 'h2', OK);
    cleanups.push(() => server.stop());
    const { message, cause } = await failureOf(ask(connect(), server));
    expect({ message, cause }).toMatchObject({
      message: 'fetch failed',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });
});
