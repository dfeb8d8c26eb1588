/** JSON under a success status that is no answer. */
import { describe, expect, it } from 'vitest';
import { createGatewayClient, InvalidResponseError } from '../../src/index.js';
import { mockTransport, reply } from '../../src/testing.js';

const CHAT = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };

function connect(...transports: readonly ReturnType<typeof mockTransport>[]) {
  return createGatewayClient({
    env: false,
    maxRetries: 0,
    logLevel: 'off',
    endpoints: transports.map(({ fetch }, index) => ({ apiKey: 'k', baseURL: `https://${index}.test/v1`, fetch })),
  });
}

const NO_ANSWER: Readonly<Record<string, unknown>> = {
  'an empty object': {},
  'an empty list': [],
  'success: false': { success: false, message: 'no channel' },
  'a code and a message': { code: 500, msg: 'internal', data: null },
  'an object of the kind error': { object: 'error', message: 'x', type: 'BadRequest', code: 500 },
  'a detail': { detail: 'Internal' },
  'an error beside an id': { id: 'gen-1', object: 'chat.completion', error: { message: 'x', code: 502 } },
  'an error beside no choices': { id: 'gen-1', choices: [], error: { message: 'x' } },
  'a failed choice': { choices: [{ index: 0, error: { message: 'x' }, message: { role: 'assistant', content: '' } }] },
};

describe.each(Object.entries(NO_ANSWER))('%s under status 200', (_name, body) => {
  it('is left for the next target', async () => {
    const client = connect(mockTransport([reply.json(body)]), mockTransport([reply.chat('ok')]));
    expect((await client.chat.completions.create(CHAT)).choices[0]?.message.content).toBe('ok');
  });

  it('is an error where there is no other', async () => {
    const client = connect(mockTransport([reply.json(body)]));
    await expect(client.chat.completions.create(CHAT)).rejects.toBeInstanceOf(InvalidResponseError);
  });
});

describe('what is unusual, and an answer', () => {
  it.each([
    ['no choices', { id: 'c', object: 'chat.completion', choices: [] }],
    ['an empty error', { choices: [{ index: 0, message: { content: 'ok' }, finish_reason: 'stop' }], error: {} }],
    ['an error of null', { choices: [{ index: 0, message: { content: 'ok' }, finish_reason: 'stop' }], error: null }],
  ])('is handed out: %s', async (_name, body) => {
    expect(await connect(mockTransport([reply.json(body)])).chat.completions.create(CHAT)).toEqual(body);
  });
});

describe('a response that failed at the provider', () => {
  const failed = { id: 'resp_1', object: 'response', status: 'failed', output: [], error: { code: 'server_error' } };
  const good = { id: 'resp_2', object: 'response', status: 'completed', output: [], error: null };

  it('is left for the next target', async () => {
    const client = connect(mockTransport([reply.json(failed)]), mockTransport([reply.json(good)]));
    expect((await client.responses.create({ model: 'm', input: 'Hi' })).id).toBe('resp_2');
  });

  it('is handed out as it is where there is no other', async () => {
    const client = connect(mockTransport([reply.json(failed)]));
    expect((await client.responses.create({ model: 'm', input: 'Hi' })).status).toBe('failed');
  });

  it('is handed out when it was asked for by its id', async () => {
    const client = connect(mockTransport([reply.json(failed)]), mockTransport([]));
    expect((await client.responses.retrieve('resp_1')).status).toBe('failed');
  });
});
