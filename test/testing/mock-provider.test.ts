import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import OpenAI from 'openai';
import { afterEach, expect, test, vi } from 'vitest';
import { type MockProvider, reply, sse, startMockProvider } from '../../src/testing.js';

const running: MockProvider[] = [];
const start: typeof startMockProvider = async (options) => {
  const provider = await startMockProvider(options);
  running.push(provider);
  return provider;
};
const post = (provider: MockProvider, fields: object = {}, init: RequestInit = {}) =>
  fetch(`${provider.baseURL}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', messages: [], ...fields }),
    ...init,
  });
const failure = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);

afterEach(async () => {
  vi.useRealTimers();
  for (const provider of running.splice(0)) await provider.close();
});

test('it listens on a free port of this machine and answers from its script', async () => {
  const provider = await start({
    script: [
      reply.error(503, {}, { headers: { 'retry-after': '1', 'set-cookie': ['a=1', 'b=2'] } }),
      reply.json({ ok: true }),
    ],
  });
  expect(provider.baseURL).toBe(`http://127.0.0.1:${provider.port}/v1`);
  const first = await post(provider, {}, { headers: { authorization: 'Bearer k' } });
  expect(first.status).toBe(503);
  expect(first.headers.get('retry-after')).toBe('1');
  expect(first.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  await first.text();
  expect(await (await post(provider)).json()).toEqual({ ok: true });
  expect((await post(provider)).status).toBe(400);
  expect(() => provider.assertDone()).toThrow('no reply left for request 3');
  expect(provider.requests[0]).toMatchObject({
    method: 'POST',
    path: '/v1/chat/completions',
    model: 'm',
    state: 'answered',
    headers: { authorization: 'Bearer k' },
  });
});

test.each([
  [reply.reset(), 'ECONNRESET'],
  [reply.closed(), 'UND_ERR_SOCKET'],
  [reply.fault('headers_overflow'), 'UND_ERR_HEADERS_OVERFLOW'],
  [reply.fault('malformed_head'), undefined],
  [reply.refused(), 'ECONNRESET'],
])('a fault before the headers fails as scripted fetch says: %j', async (fault, code) => {
  const provider = await start({ script: [fault] });
  expect(await failure(post(provider))).toMatchObject({
    message: 'fetch failed',
    cause: code === undefined ? { name: 'HTTPParserError' } : { code },
  });
  expect(provider.requests[0]?.state).toBe('answered');
});

test.each(['hang', 'drip_headers', 'headers_timeout'] as const)('with %s the headers never come', async (fault) => {
  const provider = await start({ script: [reply.fault(fault)] });
  expect(await failure(post(provider, {}, { signal: AbortSignal.timeout(120) }))).toMatchObject({
    name: 'TimeoutError',
  });
  await vi.waitFor(() => expect(provider.requests[0]?.state).toBe('aborted'));
  expect(provider.inFlight).toBe(0);
});

test.each([
  ['cut', 'UND_ERR_SOCKET'],
  ['reset', 'ECONNRESET'],
] as const)('a body that is %s gives what came before and then fails', async (ending, code) => {
  const provider = await start({
    script: [reply.stream([sse.data(1), sse.wait(20), sse.data(2), sse.wait(20)], { ending })],
  });
  const response = await post(provider);
  let received = '';
  const error = await failure(
    (async () => {
      for await (const chunk of response.body ?? []) received += new TextDecoder().decode(chunk);
    })(),
  );
  expect(received).toBe('data: 1\n\ndata: 2\n\n');
  expect(error).toMatchObject({ message: 'terminated', cause: { code } });
});

test('a stalled body stays open until the caller goes', async () => {
  const provider = await start({ script: [reply.stream([sse.data(1)], { ending: 'stall' })] });
  const response = await post(provider);
  const reader = response.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  expect(provider.inFlight).toBe(1);
  await reader?.cancel();
  await vi.waitFor(() => expect(provider.requests[0]?.state).toBe('aborted'));
});

test('a body can be written byte by byte', async () => {
  const provider = await start({ script: [reply.json({ a: 'ü' }, { segments: 1 })] });
  expect(await (await post(provider)).json()).toEqual({ a: 'ü' });
});

test('raw bytes reach the socket as they are', async () => {
  const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n';
  const provider = await start({
    script: [reply.raw([hints, sse.wait(10), 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n', 'ok'])],
  });
  const socket = connect(provider.port, '127.0.0.1');
  socket.write('GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n');
  expect(await text(socket)).toBe(`${hints}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`);
});

test('it counts requests in flight', async () => {
  const provider = await start({ otherwise: reply.json({}, { latencyMs: 30 }) });
  await Promise.all(Array.from({ length: 5 }, async () => (await post(provider)).text()));
  expect(provider.maxInFlight).toBe(5);
  expect(provider.inFlight).toBe(0);
  expect(provider.requests).toHaveLength(5);
  provider.reset();
  expect(provider).toMatchObject({ requests: [], maxInFlight: 0 });
});

test('it can go down, refuse connections, and come back on the same port', async () => {
  const provider = await start();
  expect((await post(provider)).status).toBe(200);
  await provider.refuse();
  expect(await failure(post(provider))).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await provider.listen();
  expect((await post(provider)).status).toBe(200);
});

test('a port in use is an error', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await expect(startMockProvider({ port: port ?? 0 })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await new Promise((resolve) => other.close(resolve));
});

test('closing destroys connections, ends pauses and resolves, whatever is under way', async () => {
  const servers = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
  let provider: MockProvider;
  const pending: Promise<unknown>[] = [];
  {
    await using scoped = await startMockProvider({ otherwise: reply.json({}, { latencyMs: 3_600_000 }) });
    provider = scoped;
    pending.push(failure(post(scoped)), failure(post(scoped)));
    await vi.waitFor(() => expect(scoped.inFlight).toBe(2));
  }
  for (const error of await Promise.all(pending)) expect(error).toBeInstanceOf(TypeError);
  expect(provider.connections).toBe(0);
  await vi.waitFor(() => expect(servers()).toBe(0));
});

test('it works under fake timers', async () => {
  vi.useFakeTimers();
  const provider = await start({ script: [reply.json({ late: true }, { latencyMs: 60_000 })] });
  const pending = post(provider).then((response) => response.json());
  await vi.waitFor(() => expect(provider.inFlight).toBe(1));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await pending).toEqual({ late: true });
});

test('a server and a scripted fetch give the official client the same answers', async () => {
  const provider = await start({ script: [reply.chat('Hello there'), reply.error(404, { code: 'model_not_found' })] });
  const client = new OpenAI({ apiKey: 'k', baseURL: provider.baseURL });
  const stream = await client.chat.completions.create({ model: 'm', messages: [], stream: true });
  let said = '';
  for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? '';
  expect(said).toBe('Hello there');
  await expect(client.chat.completions.create({ model: 'm', messages: [] })).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
  });
});
