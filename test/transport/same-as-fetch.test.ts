import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Fetch } from '../../src/transport/direct-fetch.js';
import { createTransport } from '../../src/transport/transport.js';
import { type Answer, chunk, chunkedHead, type Loopback, reply, startLoopback } from './loopback.js';

const transport = createTransport({ clock: systemClock, mode: 'undici' });
let server: Loopback;

beforeAll(async () => {
  server = await startLoopback((socket) => socket.write(reply('unset')));
});
afterEach(() => {
  server.requests.length = 0;
});
afterAll(async () => {
  await transport.close();
  await server.stop();
});

/** Everything one can see of an error, without its stack. */
function seenError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, cause, code } = error as Error & { code?: unknown };
  return {
    name,
    message: message.replaceAll(/\d+/g, '#'),
    code,
    isTypeError: error instanceof TypeError,
    isDOMException: error instanceof DOMException,
    cause: seenError(cause),
  };
}

type Step = (fetch: Fetch, origin: string) => Promise<unknown>;

const POST: RequestInit = {
  method: 'POST',
  body: '{"a":1}',
  headers: { 'content-type': 'application/json' },
  redirect: 'manual',
};

/** Status, headers and body as the caller sees them. */
const readText: Step = async (fetch, origin) => seen(await fetch(`${origin}/v1/chat?x=1#part`, POST));

async function seen(response: Response): Promise<unknown> {
  const { status, statusText, ok, url, type, redirected, bodyUsed, headers } = response;
  const text = await response.text().catch(seenError);
  const again = await response.text().catch(seenError);
  return {
    status,
    statusText,
    ok,
    url,
    type,
    redirected,
    bodyUsed,
    headers: [...headers],
    cookies: headers.getSetCookie(),
    text,
    again,
    used: response.bodyUsed,
    body: response.body === null ? null : response.body.locked,
  };
}

/** Runs a step over the built-in fetch and over the transport, against the same server. */
async function both(answer: Answer, step: Step): Promise<{ builtIn: unknown; ours: unknown; sent: readonly string[] }> {
  const run = async (fetch: Fetch) => {
    server.answer = answer;
    try {
      return await step(fetch, server.origin);
    } catch (error) {
      return { threw: seenError(error) };
    }
  };
  const builtIn = await run((input, init) => globalThis.fetch(input, init));
  const sentBefore = server.requests.splice(0);
  const ours = await run(transport.fetch);
  expect(server.requests).toEqual(sentBefore);
  return { builtIn, ours, sent: sentBefore };
}

const gzip = gzipSync('{"hello":"wörld"}');
const long = 'wörld '.repeat(50_000);

const REPLIES: Readonly<Record<string, Answer>> = {
  'a JSON body': (socket) => socket.write(reply('{"hello":"wörld"}', { 'content-type': 'application/json' })),
  'no body': (socket) => socket.write(reply('')),
  'a byte order mark and broken UTF-8': (socket) =>
    socket.write(reply(Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0xe2, 0x82, 0x62]))),
  'status 204': (socket) => socket.write('HTTP/1.1 204 No Content\r\nx: y\r\n\r\n'),
  'status 304': (socket) => socket.write('HTTP/1.1 304 Not Modified\r\n\r\n'),
  'status 418 with its phrase': (socket) => socket.write(reply('tea', {}, "418 I'm a teapot")),
  'a status above 599': (socket) => socket.write(reply('odd', {}, '799 Odd')),
  'a redirect, not followed': (socket) =>
    socket.write(reply('gone', { location: '/elsewhere' }, '307 Temporary Redirect')),
  'early hints before the answer': (socket) => {
    socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n');
    socket.write(reply('late'));
  },
  'repeated headers, cookies and Latin letters': (socket) =>
    socket.write(
      Buffer.from(
        'HTTP/1.1 200 OK\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nx: 1\r\nX: 2\r\nname: caf\u00e9\r\ncontent-length: 2\r\n\r\nok',
        'latin1',
      ),
    ),
  'chunks that split a character': (socket) => {
    socket.write(chunkedHead());
    const bytes = Buffer.from('wörld');
    socket.write('2\r\n');
    socket.write(bytes.subarray(0, 2));
    socket.write('\r\n4\r\n');
    socket.write(bytes.subarray(2));
    socket.write('\r\n0\r\n\r\n');
  },
  'a large body': (socket) => socket.write(reply(long)),
  gzip: (socket) => socket.write(reply(gzip, { 'content-encoding': 'gzip' })),
  'large gzip': (socket) => socket.write(reply(gzipSync(long), { 'content-encoding': 'GZIP' })),
  deflate: (socket) => socket.write(reply(deflateSync('deflated'), { 'content-encoding': 'deflate' })),
  'bare deflate': (socket) => socket.write(reply(deflateRawSync('deflated'), { 'content-encoding': 'deflate' })),
  brotli: (socket) => socket.write(reply(brotliCompressSync('brotli'), { 'content-encoding': 'br' })),
  zstd: (socket) => socket.write(reply(zstdCompressSync('zstd'), { 'content-encoding': 'zstd' })),
  'two codings': (socket) => socket.write(reply(brotliCompressSync(gzip), { 'content-encoding': 'gzip, br' })),
  'an unknown coding': (socket) => socket.write(reply('as it is', { 'content-encoding': 'rot13' })),
  'more codings than are allowed': (socket) =>
    socket.write(reply('x', { 'content-encoding': 'gzip,gzip,gzip,gzip,gzip,gzip' })),
  'gzip that is cut': (socket) => socket.write(reply(gzip.subarray(0, 25), { 'content-encoding': 'gzip' })),
  'gzip with a wrong checksum': (socket) =>
    socket.write(reply(Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8, 1)]), { 'content-encoding': 'gzip' })),
  'garbage instead of gzip': (socket) => socket.write(reply('not gzip at all', { 'content-encoding': 'gzip' })),
  'an empty body said to be gzip': (socket) => socket.write(reply('', { 'content-encoding': 'gzip' })),
  'garbage inside two codings': (socket) =>
    socket.write(reply(brotliCompressSync('no gzip'), { 'content-encoding': 'gzip, br' })),
};

const BREAKS: Readonly<Record<string, Answer>> = {
  'a connection closed before any answer': (socket) => socket.destroy(),
  'a connection reset before any answer': (socket) => socket.resetAndDestroy(),
  'bytes that are no HTTP': (socket) => socket.end('hello there\r\n\r\n'),
  'headers that never end': (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`),
  'a body shorter than promised': (socket) => socket.end(reply('short', { 'content-length': '50' })),
  'a body that ends inside a chunk': (socket) => {
    socket.write(chunkedHead());
    socket.end('20\r\nonly this');
  },
  'a wrong chunk size': (socket) => {
    socket.write(`${chunkedHead()}zz\r\nbad\r\n`);
  },
};

describe('the pooled connections answer as the built-in fetch', () => {
  it.each(Object.entries(REPLIES))('to %s', async (_name, answer) => {
    const { builtIn, ours, sent } = await both(answer, readText);
    expect(ours).toEqual(builtIn);
    expect(sent).toHaveLength(1);
  });

  it.each(Object.entries(BREAKS))('to %s', async (_name, answer) => {
    const { builtIn, ours } = await both(answer, readText);
    expect(ours).toEqual(builtIn);
    expect(JSON.stringify(ours)).toContain('TypeError');
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])('to %s, with the same bytes sent', async (method) => {
    const step: Step = async (fetch, origin) => seen(await fetch(`${origin}/v1/x?`, { method, redirect: 'manual' }));
    const answer: Answer = (socket) => socket.write(reply(method === 'HEAD' ? '' : 'ok'));
    const { builtIn, ours } = await both(answer, step);
    expect(ours).toEqual(builtIn);
  });

  it.each(['arrayBuffer', 'blob', 'bytes', 'json', 'formData', 'clone'] as const)('read with %s', async (method) => {
    const form = '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n';
    const isForm = method === 'formData';
    const answer: Answer = (socket) =>
      socket.write(
        reply(isForm ? form : '{"a":1}', {
          'content-type': isForm ? 'multipart/form-data; boundary=x' : 'application/json',
        }),
      );
    const step: Step = async (fetch, origin) => {
      const response = await fetch(origin, POST);
      if (method === 'clone') return [await seen(response.clone()), await seen(response)];
      const value: unknown = await response[method]();
      const shown =
        value instanceof Blob ? [value.type, await value.text()] : value instanceof FormData ? [...value] : value;
      return [shown, response.bodyUsed, await response[method]().then(String, seenError), response.body?.locked];
    };
    const { builtIn, ours } = await both(answer, step);
    expect(ours).toEqual(builtIn);
  });

  it('through a reader, through iteration, and into a buffer of the reader', async () => {
    const answer: Answer = (socket) => socket.write(`${chunkedHead()}${chunk('one ')}${chunk('two')}${chunk('')}`);
    const step: Step = async (fetch, origin) => {
      const texts: string[] = [];
      const iterated = await fetch(origin, POST);
      for await (const piece of iterated.body as ReadableStream<Uint8Array>) {
        expect(Object.getPrototypeOf(piece)).toBe(Uint8Array.prototype);
        texts.push(Buffer.from(piece).toString());
      }
      const reader = ((await fetch(origin, POST)).body as ReadableStream<Uint8Array>).getReader({ mode: 'byob' });
      let total = '';
      for (;;) {
        const { value, done } = await reader.read(new Uint8Array(3));
        if (done) break;
        total += Buffer.from(value).toString();
      }
      return [texts.join(''), total, await seen(new Response((await fetch(origin, POST)).body))];
    };
    const { builtIn, ours } = await both(answer, step);
    expect(ours).toEqual(builtIn);
    expect(ours).toMatchObject(['one two', 'one two', { text: 'one two' }]);
  });

  it('when nothing listens, when a name is unknown, and when a port is forbidden', async () => {
    const gone = await startLoopback(() => {});
    await gone.stop();
    const step: Step = async (fetch) => {
      const errors: unknown[] = [];
      for (const url of [gone.origin, 'http://nope.invalid/', 'http://127.0.0.1:6000/'])
        errors.push(await fetch(url, POST).catch(seenError));
      return errors;
    };
    const { builtIn, ours } = await both(() => {}, step);
    expect(ours).toEqual(builtIn);
    expect(ours).toMatchObject([
      { message: 'fetch failed', cause: { code: 'ECONNREFUSED' } },
      { message: 'fetch failed', cause: { code: 'ENOTFOUND' } },
      { cause: { message: 'bad port' } },
    ]);
  });
});

describe('an abort', () => {
  const reasons: Readonly<Record<string, unknown>> = {
    'no reason': undefined,
    'an error': new Error('mine'),
    'a text': 'enough',
  };

  it.each(Object.entries(reasons))('before the request, with %s, sends nothing', async (_name, reason) => {
    const step: Step = (fetch, origin) =>
      fetch(origin, { ...POST, signal: AbortSignal.abort(reason) }).catch(seenError);
    const { builtIn, ours, sent } = await both(() => {}, step);
    expect(ours).toEqual(builtIn);
    expect(sent).toEqual([]);
  });

  it.each(Object.entries(reasons))(
    'while waiting for headers, with %s, closes the connection',
    async (_name, reason) => {
      const step: Step = async (fetch, origin) => {
        const controller = new AbortController();
        const closed = new Promise((resolve) => {
          server.answer = (socket) => {
            socket.once('close', resolve);
            controller.abort(reason);
          };
        });
        const error = await fetch(origin, { ...POST, signal: controller.signal }).catch(seenError);
        await closed;
        return error;
      };
      const { builtIn, ours } = await both(() => {}, step);
      expect(ours).toEqual(builtIn);
    },
  );

  it.each(['text', 'reader', 'late reader', 'unread'] as const)(
    'inside the body, seen by %s, closes the connection',
    async (way) => {
      const step: Step = async (fetch, origin) => {
        const controller = new AbortController();
        const closed = new Promise((resolve) => {
          server.answer = (socket) => {
            socket.once('close', resolve);
            socket.write(`${chunkedHead()}${chunk('begun')}`);
          };
        });
        const response = await fetch(origin, { ...POST, signal: controller.signal });
        const reader = way === 'reader' ? response.body?.getReader() : undefined;
        await reader?.read();
        const reading = way === 'text' ? response.text() : reader?.read();
        const outcome = reading?.catch(seenError);
        controller.abort(new Error('mine'));
        await closed;
        if (way === 'late reader') return response.body?.getReader().read().catch(seenError);
        return way === 'unread' ? response.text().catch(seenError) : outcome;
      };
      const { builtIn, ours } = await both(() => {}, step);
      expect(ours).toEqual(builtIn);
      expect(ours).toMatchObject({ message: 'mine' });
    },
  );

  it('after the end of the body concerns nobody, and leaves no listener on the signal', async () => {
    const controller = new AbortController();
    server.answer = (socket) => socket.write(reply('done'));
    const listeners = new Set<unknown>();
    const { signal } = controller;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners.add(args[1]);
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners.delete(args[1]);
      removeEventListener.apply(signal, args);
    };
    const response = await transport.fetch(server.origin, { ...POST, signal });
    expect(listeners.size).toBe(1);
    expect(await response.text()).toBe('done');
    expect(listeners.size).toBe(0);
    controller.abort();
    expect(await (await transport.fetch(server.origin, POST)).text()).toBe('done');
  });
});

describe('a redirect that is followed', () => {
  const cases = [301, 302, 303, 307, 308].flatMap((status) => [[status, 'POST'] as const, [status, 'GET'] as const]);

  it.each(cases)('with status %i after a %s', async (status, method) => {
    const step: Step = async (fetch, origin) => {
      server.answer = (socket, request) =>
        socket.write(
          request.includes('/next')
            ? reply('there')
            : reply('moved', { location: `/next?from=${status}` }, `${status} Moved`),
        );
      const init = { method, headers: { authorization: 'Bearer canary' }, ...(method === 'POST' && { body: '{}' }) };
      return seen(await fetch(`${origin}/first#part`, init));
    };
    const { builtIn, ours, sent } = await both(() => {}, step);
    expect(ours).toEqual(builtIn);
    expect(ours).toMatchObject({ text: 'there', redirected: true });
    expect(sent).toHaveLength(2);
  });

  it('to another origin takes no credentials along', async () => {
    const other = await startLoopback((socket) => socket.write(reply('elsewhere')));
    const step: Step = async (fetch, origin) => {
      server.answer = (socket) => socket.write(reply('moved', { location: `${other.origin}/x` }, '307 Moved'));
      return seen(await fetch(origin, { method: 'POST', body: '{}', headers: { authorization: 'Bearer canary' } }));
    };
    const { builtIn, ours } = await both(() => {}, step);
    expect(ours).toEqual(builtIn);
    expect(other.requests[1]).toBe(other.requests[0]);
    expect(other.requests[1]).not.toContain('canary');
    await other.stop();
  });

  it.each(['ftp://x/', 'http://[', undefined])('to %s', async (location) => {
    const answer: Answer = (socket) =>
      socket.write(reply('moved', location === undefined ? {} : { location }, '302 Moved'));
    const { builtIn, ours } = await both(answer, async (fetch, origin) =>
      seen(await fetch(origin, { ...POST, redirect: 'follow' })),
    );
    expect(ours).toEqual(builtIn);
  });

  it('fails where redirects are forbidden', async () => {
    const answer: Answer = (socket) => socket.write(reply('moved', { location: '/x' }, '302 Moved'));
    const { builtIn, ours } = await both(answer, async (fetch, origin) =>
      seen(await fetch(origin, { ...POST, redirect: 'error' })),
    );
    expect(ours).toEqual(builtIn);
    expect(ours).toMatchObject({ threw: { message: 'fetch failed' } });
  });
});
