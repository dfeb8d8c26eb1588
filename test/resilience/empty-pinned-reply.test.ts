import { describe, expect, it } from 'vitest';
import { createGatewayClient, InvalidResponseError } from '../../src/index.js';
import { mockTransport, reply, seededRandom } from '../../src/testing.js';
import { virtualTime } from '../chaos/virtual-time.ts';

function setUp(...script: Parameters<typeof mockTransport>[0] & {}) {
  const time = virtualTime(seededRandom(1));
  const transport = mockTransport(script, { clock: time });
  const client = createGatewayClient({
    env: false,
    apiKey: 'k',
    baseURL: 'https://a.test/v1',
    clock: time,
    logLevel: 'off',
    fetch: transport.fetch,
  });
  return { time, transport, client };
}

describe('an object that a provider keeps', () => {
  it('is asked for again when the reply is empty', async () => {
    const { time, transport, client } = setUp(reply.empty(), reply.json({ id: 'file-1', object: 'file' }));
    expect((await time.run(() => client.files.retrieve('file-1'))).id).toBe('file-1');
    expect(transport.requests).toHaveLength(2);
  });

  it('is never an empty value', async () => {
    const { time, client } = setUp(reply.empty(), reply.empty(), reply.empty());
    await expect(time.run(() => client.files.retrieve('file-1'))).rejects.toBeInstanceOf(InvalidResponseError);
  });

  it('may be deleted without a word', async () => {
    const { time, transport, client } = setUp(reply.empty());
    expect(await time.run(() => client.files.delete('file-1'))).toBeUndefined();
    expect(transport.requests).toHaveLength(1);
  });
});
