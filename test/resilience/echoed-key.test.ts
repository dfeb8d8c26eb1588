/** Providers that repeat the key they were sent, in whatever they answer with. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createGatewayClient, StreamInterruptedError } from '../../src/index.js';
import { type MockRequest, mockTransport, reply, type ScriptedReply, sse } from '../../src/testing.js';

const KEY = 'sk-canary-0123456789';
const CHUNK = sse.data({ choices: [{ index: 0, delta: { content: 'one' }, finish_reason: null }] });

const keyIn = ({ headers }: MockRequest) => `You sent ${headers['authorization']}.`;
const ECHOES: Readonly<Record<string, (request: MockRequest) => ScriptedReply>> = {
  'an error': (request) => reply.error(401, { message: keyIn(request), code: 'invalid_api_key' }),
  'an error page': (request) => reply.html(keyIn(request), { status: 500 }),
  'a page under status 200': (request) => reply.html(keyIn(request)),
  'an error under status 200': (request) => reply.error(200, { message: keyIn(request) }),
  'cut JSON': (request) => reply.text(`{"a":"${keyIn(request)}`),
  'an error event': (request) => reply.stream([sse.error({ message: keyIn(request) })]),
  'an error event after content': (request) => reply.stream([CHUNK, sse.error({ message: keyIn(request) })]),
};

describe.each(Object.entries(ECHOES))('a key repeated in %s', (_name, echo) => {
  it.each([false, true])('is in no error (stream: %s)', async (stream) => {
    const client = createGatewayClient({
      env: false,
      apiKey: KEY,
      baseURL: 'https://a.test/v1',
      maxRetries: 0,
      logLevel: 'off',
      fetch: mockTransport([], { otherwise: echo }).fetch,
    });
    const body = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
    const error: unknown = await (async () => {
      const result: unknown = await client.chat.completions.create({ ...body, stream });
      if (stream) for await (const _chunk of result as AsyncIterable<unknown>);
    })().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    const shown = `${inspect(error, { depth: 10, showHidden: true })} ${String(error)} ${JSON.stringify(error)}`;
    expect(shown).not.toContain(KEY);
  });
});

describe('what a stream had delivered', () => {
  it('is in no print of its error, and in `partial`', async () => {
    const client = createGatewayClient({
      env: false,
      apiKey: KEY,
      baseURL: 'https://a.test/v1',
      logLevel: 'off',
      fetch: mockTransport([reply.stream([CHUNK])]).fetch,
    });
    const body = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }], stream: true as const };
    const error: unknown = await (async () => {
      for await (const _chunk of await client.chat.completions.create(body));
    })().catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("'one'");
    expect((error as StreamInterruptedError).partial.text).toBe('one');
    expect(error).toBeInstanceOf(StreamInterruptedError);
  });
});
