import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { manualClock } from '../../src/testing/manual-clock.js';
import { createTransport, type Transport } from '../../src/transport/transport.js';
import { chunk, chunkedHead, type Loopback, reply, startLoopback } from './loopback.js';

const POST: RequestInit = { method: 'POST', body: '{}', redirect: 'manual' };

let server: Loopback;
let transport: Transport;

beforeEach(async () => {
  server = await startLoopback((socket) => socket.write(reply('ok')));
  transport = createTransport({ clock: systemClock, mode: 'undici' });
});
afterEach(async () => {
  await transport.close();
  await server.stop();
});

const ask = async (): Promise<string> => (await transport.fetch(server.origin, POST)).text();

/** Resolves when the server has seen `count` connections closed by the other side. */
async function closed(count: number): Promise<void> {
  for (const socket of server.connections.slice(0, count))
    if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

describe('connections', () => {
  it('are reused by one call after the other', async () => {
    for (let call = 0; call < 5; call++) expect(await ask()).toBe('ok');
    expect(server.connections).toHaveLength(1);
  });

  it('are as many as calls at once, or as many as allowed', async () => {
    await Promise.all(Array.from({ length: 8 }, ask));
    expect(server.connections).toHaveLength(8);
    const narrow = createTransport({ clock: systemClock, mode: 'undici', maxConnections: 2 });
    const calls = Array.from({ length: 8 }, () =>
      narrow.fetch(server.origin, POST).then((response) => response.text()),
    );
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 8 }, () => 'ok'));
    expect(server.connections).toHaveLength(10);
    await narrow.close();
  });

  it('are never more than allowed, whatever is broken off, closed or opened ahead in between', async () => {
    const live = new Set<Socket>();
    let most = 0;
    let opened = 0;
    const count = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      live.add(socket);
      opened += 1;
      most = Math.max(most, live.size);
      socket.once('close', () => live.delete(socket));
    };
    let seed = 7;
    const draw = (sides: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % sides;
    };
    const ends: ((socket: Socket) => unknown)[] = [
      (socket) => socket.write(reply('ok')),
      (socket) => socket.write(reply('ok', { connection: 'close' })),
      (socket) => socket.end(reply('ok')),
      (socket) => socket.destroy(),
      (socket) => socket.write(chunkedHead()),
      () => undefined,
    ];
    server.answer = (socket) => ends[draw(ends.length)]?.(socket);
    const narrow = createTransport({ clock: systemClock, mode: 'undici', maxConnections: 3 });
    subscribe('net.client.socket', count);
    const calls: Promise<unknown>[] = [];
    for (let call = 0; call < 400; call++) {
      const control = new AbortController();
      const text = narrow.fetch(server.origin, { ...POST, signal: control.signal }).then((one) => one.text());
      calls.push(text.catch(() => {}));
      if (draw(3) === 0) calls.push(narrow.prewarm([server.origin]));
      for (let turn = draw(4); turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve));
      if (draw(2) === 0) control.abort();
      else setImmediate(() => setImmediate(() => control.abort()));
    }
    await Promise.all(calls);
    unsubscribe('net.client.socket', count);
    await narrow.close();
    expect(most).toBe(3);
    expect(opened).toBeGreaterThan(30);
  });

  it('that the server has closed in between are replaced', async () => {
    server.answer = (socket) => socket.end(reply('ok', { 'keep-alive': 'timeout=5' }));
    for (let call = 0; call < 3; call++) {
      expect(await ask()).toBe('ok');
      await closed(call + 1);
    }
    expect(server.connections).toHaveLength(3);
  });

  it('are not kept where the server says so', async () => {
    server.answer = (socket) => socket.write(reply('ok', { connection: 'close' }));
    expect([await ask(), await ask()]).toEqual(['ok', 'ok']);
    await closed(2);
  });

  it('are closed with the transport, and requests afterwards use the built-in fetch', async () => {
    await ask();
    await transport.close();
    await closed(1);
    const response = await transport.fetch(server.origin, POST);
    expect(Object.getPrototypeOf(response)).toBe(Response.prototype);
    expect(await response.text()).toBe('ok');
  });

  it('in use when the transport is closed break the calls they carry', async () => {
    server.answer = (socket) => socket.write(chunkedHead());
    const response = await transport.fetch(server.origin, POST);
    const text = response.text();
    await transport.close();
    await expect(text).rejects.toThrow(TypeError);
  });
});

describe('a connection that waits', () => {
  /** Sockets that keep the process alive. */
  const keeping = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

  // What earlier tests have closed takes a moment to go.
  beforeEach(async () => {
    while (keeping() > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('does not keep the process alive, opened ahead or after a call', async () => {
    await transport.prewarm([server.origin]);
    while (server.connections.length === 0) await new Promise((resolve) => setImmediate(resolve));
    // The server runs in this process too: one of the two ends is its.
    expect(keeping()).toBe(1);
    expect(await ask()).toBe('ok');
    await new Promise((resolve) => setImmediate(resolve));
    expect(keeping()).toBe(1);
    expect(server.connections).toHaveLength(1);
  });

  it('keeps it alive while it carries a call', async () => {
    server.answer = (socket) => socket.write(`${chunkedHead()}${chunk('begun')}`);
    const response = await transport.fetch(server.origin, POST);
    expect(keeping()).toBe(2);
    await response.body?.cancel();
  });
});

describe('a connection that takes too long', () => {
  it('is given up after the time that is set', async () => {
    const hasty = createTransport({ clock: systemClock, mode: 'undici', connectTimeoutMs: 50 });
    // The server accepts, and never answers the greeting of TLS.
    server.answer = () => {};
    const error = await hasty.fetch(server.origin.replace('http:', 'https:'), POST).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } });
    await hasty.close();
  });
});

describe('prewarm', () => {
  it('is waited for by a call that comes in the meantime', async () => {
    const warm = transport.prewarm([server.origin]);
    expect(await ask()).toBe('ok');
    await warm;
    expect(server.connections).toHaveLength(1);
  });

  it('opens a connection that the first call takes, and sends nothing', async () => {
    await transport.prewarm([server.origin]);
    expect(server.requests).toEqual([]);
    expect(await ask()).toBe('ok');
    expect(server.connections).toHaveLength(1);
  });

  it('opens one connection for each origin', async () => {
    await transport.prewarm([`${server.origin}/v1`, server.origin, `${server.origin}/v2?x=1`]);
    expect(server.connections).toHaveLength(1);
  });

  it('resolves when nothing can be reached', async () => {
    const gone = await startLoopback(() => {});
    await gone.stop();
    await expect(transport.prewarm([gone.origin, 'http://nope.invalid', 'no url'])).resolves.toBeUndefined();
  });

  it('does not hand out a connection that the server has closed or spoken on', async () => {
    await transport.prewarm([server.origin]);
    server.connections[0]?.write('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n');
    server.connections[0]?.end();
    await closed(1);
    expect(await ask()).toBe('ok');
    expect(server.connections).toHaveLength(2);
  });

  it('gives up connections that nobody takes', async () => {
    const clock = manualClock();
    const patient = createTransport({ clock, mode: 'undici' });
    await patient.prewarm([server.origin]);
    expect(clock.pending).toEqual({ foreground: 0, background: 1 });
    await clock.advance(30_000);
    await closed(1);
    await patient.close();
  });

  it('leaves nothing open when the transport is closed', async () => {
    await transport.prewarm([server.origin]);
    await transport.close();
    await closed(1);
    await transport.prewarm([server.origin]);
    expect(server.connections).toHaveLength(1);
  });
});

describe('a body that nobody reads fast', () => {
  /** Waits until a connection has taken all it will take for now. */
  async function stalled(socket: Socket): Promise<number> {
    let taken = -1;
    for (let quiet = 0; quiet < 100; quiet++) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = socket.bytesWritten - socket.writableLength;
      if (now !== taken) quiet = 0;
      taken = now;
    }
    return taken;
  }

  it('holds the server back, and goes on when it is read', async () => {
    const size = 64 * 1024 * 1024;
    server.answer = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      for (let sent = 0; sent < size; sent += 64 * 1024) socket.write(Buffer.alloc(64 * 1024));
    };
    const response = await transport.fetch(server.origin, POST);
    const socket = server.connections[0] as Socket;
    const before = await stalled(socket);
    expect(before).toBeLessThan(size / 2);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let read = 0;
    while (read < before + 1024 * 1024) read += (await reader.read()).value?.length ?? 0;
    expect(await stalled(socket)).toBeGreaterThan(before);
    await reader.cancel();
    await closed(1);
  });

  it('is cancelled with its connection', async () => {
    server.answer = (socket) => socket.write(`${chunkedHead()}${chunk('begun')}`);
    const response = await transport.fetch(server.origin, POST);
    await response.body?.cancel();
    await closed(1);
    server.answer = (socket) => socket.write(reply('ok'));
    expect(await ask()).toBe('ok');
  });

  it('is given up with its connection while its text is read', async () => {
    server.answer = (socket) => socket.write(`${chunkedHead()}${chunk('begun')}`);
    const response = (await transport.fetch(server.origin, POST)) as Response & Disposable;
    const text = response.text();
    response[Symbol.dispose]();
    await expect(text).rejects.toMatchObject({ name: 'AbortError' });
    await closed(1);
  });

  it('keeps its connection for the next call when it is cancelled after its end', async () => {
    const response = await transport.fetch(server.origin, POST);
    await new Promise((resolve) => setImmediate(resolve));
    await response.body?.cancel();
    expect(await ask()).toBe('ok');
    expect(server.connections).toHaveLength(1);
  });
});
