/** A call that names what a provider keeps goes to that provider and to nobody else. */
import { describe, expect, it } from 'vitest';
import { createGatewayClient } from '../../src/index.js';
import { type MockReply, mockTransport, reply } from '../../src/testing.js';

type Client = ReturnType<typeof createGatewayClient>;

const ask = (content: unknown) => ({ model: 'm', messages: [{ role: 'user', content }] });
const respond = (more: object) => ({ model: 'm', input: 'Hi', ...more });
const chat = (body: object) => (client: Client) => client.chat.completions.create(body as never);
const response = (body: object) => (client: Client) => client.responses.create(body as never);

/** Bodies that name an object `x_1`. */
const NAMING: Readonly<Record<string, (client: Client) => PromiseLike<unknown>>> = {
  'a file in a message': chat(ask([{ type: 'file', file: { file_id: 'x_1' } }])),
  'audio of an earlier answer': chat({ model: 'm', messages: [{ role: 'assistant', audio: { id: 'x_1' } }] }),
  'a file in the input': response(
    respond({ input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'x_1' }] }] }),
  ),
  'an image in the input': response(
    respond({ input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'x_1' }] }] }),
  ),
  'an item': response(respond({ input: [{ type: 'item_reference', id: 'x_1' }] })),
  'a screenshot': response(respond({ input: [{ type: 'computer_call_output', output: { file_id: 'x_1' } }] })),
  'a vector store': response(respond({ tools: [{ type: 'file_search', vector_store_ids: ['x_1'] }] })),
  'a container': response(respond({ tools: [{ type: 'code_interpreter', container: 'x_1' }] })),
  'files for a container': response(
    respond({ tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['x_1'] } }] }),
  ),
  'an earlier response': response(respond({ previous_response_id: 'x_1' })),
  'a conversation': response(respond({ conversation: { id: 'x_1' } })),
};

/** Bodies that look much the same and name nothing. */
const PLAIN: typeof NAMING = {
  text: chat(ask('Hi')),
  'an image in a message': chat(ask([{ type: 'image_url', image_url: { url: 'https://a.test/x.png' } }])),
  'a file sent along': chat(ask([{ type: 'file', file: { file_data: 'data:,x', filename: 'x.txt' } }])),
  'audio sent along': chat(ask([{ type: 'input_audio', input_audio: { data: 'x', format: 'wav' } }])),
  'earlier items': response(
    respond({
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call_output', output: 'x' },
      ],
    }),
  ),
  'a new container': response(respond({ tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] })),
};

function connect(...scripts: readonly MockReply[]) {
  const transports = scripts.map((otherwise) => mockTransport([], { otherwise }));
  const client = createGatewayClient({
    env: false,
    maxRetries: 0,
    logLevel: 'off',
    endpoints: transports.map(({ fetch }, index) => ({
      name: 'ab'[index] as string,
      apiKey: 'k',
      baseURL: `https://${index}.test/v1`,
      fetch,
    })),
  });
  return { client, counts: () => transports.map(({ requests }) => requests.length) };
}

describe.each(Object.entries(NAMING))('a call that names %s', (_name, call) => {
  it('never goes to a second endpoint', async () => {
    const { client, counts } = connect(reply.error(503), reply.chat('ok'));
    await expect(call(client)).rejects.toMatchObject({ status: 503 });
    expect(counts()).toEqual([1, 0]);
  });

  it('goes to the endpoint that created it', async () => {
    const { client, counts } = connect(reply.error(503), reply.json({ id: 'x_1', object: 'x' }));
    await client.vectorStores.create({}, { gateway: { endpoint: 'b' } } as object);
    await call(client);
    expect(counts()).toEqual([0, 2]);
  });
});

describe.each(Object.entries(PLAIN))('a call with %s', (_name, call) => {
  it('may move', async () => {
    const { client, counts } = connect(reply.error(503), reply.json({ id: 'y', object: 'y' }));
    await call(client);
    expect(counts()).toEqual([1, 1]);
  });
});
