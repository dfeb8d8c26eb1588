import { gzipSync } from 'node:zlib';
import OpenAI from 'openai';
import { afterEach, expect, test, vi } from 'vitest';
import { manualClock, mockTransport, reply, sse } from '../../src/testing.js';

const URL_A = 'https://a.test/v1/chat/completions';
const body = (fields: object = {}) => ({
  method: 'POST',
  body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...fields }),
});

afterEach(() => {
  vi.useRealTimers();
});

test('replies are used in order, once each, and every request is recorded', async () => {
  const transport = mockTransport([reply.error(503), reply.json({ ok: true })]);
  const first = await transport.fetch(`${URL_A}?x=1`, { ...body(), headers: { Authorization: 'Bearer k' } });
  expect(first.status).toBe(503);
  expect(await first.json()).toMatchObject({ error: { message: 'The provider answered 503.' } });
  expect(await (await transport.fetch(URL_A, body())).json()).toEqual({ ok: true });
  const [request] = transport.requests;
  expect(request).toMatchObject({
    number: 1,
    method: 'POST',
    path: '/v1/chat/completions',
    model: 'm',
    state: 'answered',
  });
  expect(request?.headers['authorization']).toBe('Bearer k');
  expect(request?.query.get('x')).toBe('1');
  expect(request?.body).toMatchObject({ messages: [{ content: 'Hi' }] });
  expect(() => transport.assertDone()).not.toThrow();
});

test('responses are the global class with the url set, and their body is unread', async () => {
  const response = await mockTransport([reply.json({ a: 1 })]).fetch(URL_A, body());
  expect(response).toBeInstanceOf(Response);
  expect(response.url).toBe(URL_A);
  expect(response.redirected).toBe(false);
  expect(response.bodyUsed).toBe(false);
  expect(response.headers.get('content-type')).toBe('application/json');
});

test('rules answer by model, path, url, method, body and request', async () => {
  const transport = mockTransport([
    { when: { url: 'https://b.test' }, reply: reply.text('host b') },
    { when: { model: 'special' }, reply: [reply.text('special 1'), reply.text('special 2')] },
    { when: { model: /^gpt-/, path: '/chat/completions' }, reply: reply.text('gpt') },
    { when: { body: (value) => (value as { n?: number }).n === 2 }, reply: reply.text('two'), times: 1 },
    { when: { method: 'get', path: /models$/ }, reply: reply.text('models') },
    { when: { request: ({ headers }) => headers['x-test'] === 'yes' }, reply: reply.text('header') },
    { reply: reply.text('any') },
  ]);
  const ask = async (url: string, init?: RequestInit) => (await transport.fetch(url, init)).text();
  expect(await ask('https://b.test/v1/x', body())).toBe('host b');
  expect(await ask(URL_A, body({ model: 'special' }))).toBe('special 1');
  expect(await ask(URL_A, body({ model: 'special' }))).toBe('special 2');
  expect(await ask(URL_A, body({ model: 'special' }))).toBe('any');
  expect(await ask(URL_A, body({ model: 'gpt-x' }))).toBe('gpt');
  expect(await ask(URL_A, body({ n: 2 }))).toBe('two');
  expect(await ask(URL_A, body({ n: 2 }))).toBe('any');
  expect(await ask('https://a.test/v1/models')).toBe('models');
  expect(await ask(URL_A, { ...body(), headers: { 'x-test': 'yes' } })).toBe('header');
});

test('a request that the script has no reply for gets a 400 that names it, and the script can be checked', async () => {
  const transport = mockTransport([reply.json({}), reply.json({})]);
  await transport.fetch(URL_A, body());
  expect(() => transport.assertDone()).toThrow('The script has 1 reply that no request came for.');
  await transport.fetch(URL_A, body());
  const response = await transport.fetch(URL_A, body());
  expect(response.status).toBe(400);
  const message = `The script has no reply left for request 3: POST ${URL_A} (model "m").`;
  expect(await response.json()).toMatchObject({ error: { code: 'script_exhausted', message } });
  expect(() => transport.assertDone()).toThrow(message);
  transport.reset(reply.text('again'));
  expect(transport.requests).toHaveLength(0);
  expect(await (await transport.fetch(URL_A, body())).text()).toBe('again');
  transport.add(reply.text('more'));
  expect(await (await transport.fetch(URL_A, body())).text()).toBe('more');
  transport.assertDone();
});

test('a reply that is none is refused when the script is written', () => {
  expect(() => mockTransport(['Hello' as never])).toThrow('A script holds replies');
});

test('a reply may be a function of the request, and may be awaited', async () => {
  const transport = mockTransport([async (request) => reply.json({ asked: request.model })]);
  expect(await (await transport.fetch(URL_A, body())).json()).toEqual({ asked: 'm' });
});

test.each([
  [reply.refused(), 'ECONNREFUSED', 'connect ECONNREFUSED a.test:443'],
  [reply.dnsFailure(), 'ENOTFOUND', 'getaddrinfo ENOTFOUND a.test'],
  [reply.dnsFailure({ temporary: true }), 'EAI_AGAIN', 'getaddrinfo EAI_AGAIN a.test'],
  [reply.connectTimeout(), 'UND_ERR_CONNECT_TIMEOUT', /^Connect Timeout Error/],
  [reply.tlsFailure('expired'), 'CERT_HAS_EXPIRED', 'certificate has expired'],
  [reply.tlsFailure('plain_http'), 'ERR_SSL_WRONG_VERSION_NUMBER', /wrong version number/],
  [reply.reset(), 'ECONNRESET', 'read ECONNRESET'],
  [reply.closed(), 'UND_ERR_SOCKET', 'other side closed'],
  [reply.fault('headers_overflow'), 'UND_ERR_HEADERS_OVERFLOW', 'Headers Overflow Error'],
])('a fault fails as fetch does: %j', async (fault, code, message) => {
  const error = await mockTransport([fault])
    .fetch(URL_A, body())
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ message: 'fetch failed', cause: { code, message: expect.stringMatching(message) } });
});

test.each([
  ['cut', 'UND_ERR_SOCKET'],
  ['reset', 'ECONNRESET'],
] as const)('a body that is %s gives what came before and then fails as undici does', async (ending, code) => {
  const transport = mockTransport([
    reply.stream([sse.data(1), sse.data(2), sse.data(3)], { ending, deliver: { events: 2 } }),
  ]);
  const response = await transport.fetch(URL_A, body());
  const received: string[] = [];
  const error = await (async () => {
    for await (const chunk of response.body ?? []) received.push(new TextDecoder().decode(chunk));
  })().catch((reason: unknown) => reason);
  expect(received).toEqual(['data: 1\n\n', 'data: 2\n\n']);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ message: 'terminated', cause: { code } });
  expect(transport.inFlight).toBe(0);
});

test('a body can be delivered up to a byte and in segments of any size', async () => {
  const transport = mockTransport([
    reply.json({ a: 'ü' }, { segments: 1, deliver: { bytes: 7 } }),
    reply.stream(['abcdef', sse.wait(0), 'gh'], { segments: [1, 2] }),
  ]);
  const sizes = async () => {
    const response = await transport.fetch(URL_A, body());
    const pieces: Uint8Array[] = [];
    for await (const chunk of response.body ?? []) pieces.push(chunk);
    return pieces.map((piece) => Buffer.from(piece).toString('latin1'));
  };
  expect(await sizes()).toEqual(['{', '"', 'a', '"', ':', '"', '\xc3']);
  expect(await sizes()).toEqual(['a', 'bc', 'de', 'f', 'gh']);
});

test('gzip is undone; nonsense under its name fails with Z_DATA_ERROR', async () => {
  const encoded = gzipSync('{"a":1}');
  const transport = mockTransport([
    reply.bytes(encoded, 'application/json', { headers: { 'content-encoding': 'gzip' } }),
    reply.brokenGzip(),
  ]);
  expect(await (await transport.fetch(URL_A, body())).json()).toEqual({ a: 1 });
  const broken = await transport.fetch(URL_A, body());
  await expect(broken.text()).rejects.toMatchObject({ message: 'terminated', cause: { code: 'Z_DATA_ERROR' } });
});

test('an aborted signal is obeyed before the request, before the headers and inside the body, with its own reason', async () => {
  const reason = new Error('enough');
  const transport = mockTransport([
    reply.hang(),
    reply.stream(['first'], { ending: 'stall' }),
    async () => new Promise<never>(() => {}),
  ]);
  await expect(transport.fetch(URL_A, { ...body(), signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(transport.requests).toHaveLength(0);

  const hanging = new AbortController();
  const pending = transport.fetch(URL_A, { ...body(), signal: hanging.signal });
  expect(transport.inFlight).toBe(1);
  hanging.abort(reason);
  await expect(pending).rejects.toBe(reason);

  const stalling = new AbortController();
  const response = await transport.fetch(URL_A, { ...body(), signal: stalling.signal });
  const reader = response.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  const next = reader?.read();
  stalling.abort();
  await expect(next).rejects.toMatchObject({ name: 'AbortError' });

  const undecided = new AbortController();
  const never = transport.fetch(URL_A, { ...body(), signal: undecided.signal });
  undecided.abort(reason);
  await expect(never).rejects.toBe(reason);
  expect(transport.requests.map(({ state }) => state)).toEqual(['aborted', 'aborted', 'aborted']);
  expect(transport.inFlight).toBe(0);
  expect(transport.maxInFlight).toBe(1);
});

test('a cancelled body counts as given up and leaves no timer behind', async () => {
  const clock = manualClock();
  const transport = mockTransport([reply.stream(['a', sse.wait(1000), 'b'])], { clock });
  const response = await transport.fetch(URL_A, body());
  const reader = response.body?.getReader();
  await reader?.read();
  const pending = reader?.read();
  await clock.settle();
  expect(clock.pending.foreground).toBe(1);
  await reader?.cancel();
  expect(await pending).toMatchObject({ done: true });
  await clock.settle();
  expect(clock.pending.foreground).toBe(0);
  expect(transport.requests[0]?.state).toBe('aborted');
});

test('latency and pauses pass on the clock that was given', async () => {
  const clock = manualClock();
  const transport = mockTransport([reply.stream(['a', 'b'], { latencyMs: 100, gapMs: 50 })], { clock });
  let arrived = -1;
  const text = transport.fetch(URL_A, body()).then((response) => {
    arrived = clock.now();
    return response.text();
  });
  await clock.advance(100);
  expect(arrived).toBe(100);
  await clock.advance(50);
  expect(await text).toBe('ab');
  expect(transport.requests[0]).toMatchObject({ at: 0, endedAt: 150 });
});

test('it works under fake timers', async () => {
  vi.useFakeTimers();
  const transport = mockTransport([reply.json({ late: true }, { latencyMs: 60_000 })]);
  const pending = transport.fetch(URL_A, body()).then((response) => response.json());
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await pending).toEqual({ late: true });
});

test('redirects are followed as fetch follows them', async () => {
  const headers = { authorization: 'Bearer k', 'api-key': 'k2', 'content-type': 'application/json' };
  const transport = mockTransport([
    reply.redirect('https://b.test/x', 307),
    reply.text('here'),
    reply.redirect('/y', 302),
    reply.text('there'),
  ]);
  const kept = await transport.fetch(URL_A, { ...body(), headers });
  expect(await kept.text()).toBe('here');
  expect(kept).toMatchObject({ url: 'https://b.test/x', redirected: true });
  expect(transport.requests[1]).toMatchObject({ method: 'POST', body: { model: 'm' } });
  expect(transport.requests[1]?.headers).not.toHaveProperty('authorization');
  expect(transport.requests[1]?.headers['api-key']).toBe('k2');
  await transport.fetch(URL_A, { ...body(), headers });
  expect(transport.requests[3]).toMatchObject({ method: 'GET', url: 'https://a.test/y', body: undefined });
  expect(transport.requests[3]?.headers['authorization']).toBe('Bearer k');
  expect(transport.requests[3]?.headers).not.toHaveProperty('content-type');
});

test('redirects are handed out or refused when the caller says so', async () => {
  const transport = mockTransport([reply.redirect('/x'), reply.redirect('/x')]);
  const manual = await transport.fetch(URL_A, { ...body(), redirect: 'manual' });
  expect(manual.status).toBe(307);
  await expect(transport.fetch(URL_A, { ...body(), redirect: 'error' })).rejects.toMatchObject({
    cause: { message: 'unexpected redirect' },
  });
});

test('forms, streams and Request objects are read as bodies', async () => {
  const transport = mockTransport();
  const form = new FormData();
  form.set('file', new File(['content'], 'a.txt'));
  await transport.fetch('https://a.test/v1/files', { method: 'POST', body: form });
  expect(transport.requests[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  expect(new TextDecoder().decode(transport.requests[0]?.bytes)).toContain('filename="a.txt"');
  await transport.fetch(new Request(URL_A, body({ model: 'from-request' })));
  expect(transport.requests[1]?.model).toBe('from-request');
  const stream = new Blob(['{"model":"streamed"}']).stream();
  await transport.fetch(URL_A, { method: 'POST', body: stream, duplex: 'half' } as RequestInit);
  expect(transport.requests[2]?.model).toBe('streamed');
});

test('a data URL is answered from itself: the official client asks for one before its first upload', async () => {
  const transport = mockTransport([reply.json({ id: 'file-1' })]);
  expect(await (await transport.fetch('data:,a%20b')).text()).toBe('a b');
  const client = new OpenAI({ apiKey: 'k', baseURL: 'https://a.test/v1', fetch: transport.fetch });
  const file = await client.files.create({ file: new File(['x'], 'x.txt'), purpose: 'user_data' });
  expect(file.id).toBe('file-1');
  expect(transport.requests.map(({ path }) => path)).toEqual(['/v1/files']);
});

test('only the latest requests are kept when told so', async () => {
  const transport = mockTransport(undefined, { keep: 2 });
  for (let turn = 0; turn < 5; turn++) await transport.fetch(URL_A, body());
  expect(transport.requests.map(({ number }) => number)).toEqual([4, 5]);
});

test('the official client talks to it, streams and tool calls included', async () => {
  const transport = mockTransport([
    reply.error(500, {}, { headers: { 'retry-after-ms': '1' } }),
    reply.chat({
      text: 'Hello there',
      reasoning: 'hm',
      usage: { inputTokens: 5, outputTokens: 2, cachedInputTokens: 4 },
    }),
    reply.chat({ text: 'Hello there' }),
    reply.chat({ toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] }),
    reply.chat('From responses'),
    reply.chat('From responses'),
  ]);
  const client = new OpenAI({ apiKey: 'k', baseURL: 'https://a.test/v1', fetch: transport.fetch });
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  const completion = await client.chat.completions.create({ model: 'm', messages });
  expect(completion.choices[0]?.message.content).toBe('Hello there');
  expect(completion.usage).toMatchObject({
    prompt_tokens: 5,
    completion_tokens: 2,
    prompt_tokens_details: { cached_tokens: 4 },
  });

  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of await client.chat.completions.create({
    model: 'm',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })) {
    chunks.push(chunk);
  }
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('Hello there');
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });

  const final = await client.chat.completions.stream({ model: 'm', messages }).finalChatCompletion();
  const [call] = final.choices[0]?.message.tool_calls ?? [];
  expect(call).toMatchObject({ id: 'call_1', function: { name: 'weather', arguments: '{"city":"Oslo"}' } });

  expect((await client.responses.create({ model: 'm', input: 'Hi' })).output_text).toBe('From responses');
  expect((await client.responses.stream({ model: 'm', input: 'Hi' }).finalResponse()).output_text).toBe(
    'From responses',
  );
  transport.assertDone();
});
