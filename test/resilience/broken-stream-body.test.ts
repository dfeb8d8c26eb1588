import { describe, expect, it } from 'vitest';
import { APIConnectionError, createGatewayClient } from '../../src/index.js';
import { mockTransport, reply, seededRandom } from '../../src/testing.js';
import { virtualTime } from '../chaos/virtual-time.ts';

const BODY = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }], stream: true as const };

/** Bodies that call themselves JSON and break before their first byte, where a stream was asked for. */
const BROKEN = {
  'gzip that is none': reply.brokenGzip(),
  'a connection closed at once': reply.json({}, { deliver: { bytes: 0 }, ending: 'cut' }),
  'a connection reset at once': reply.json({}, { deliver: { bytes: 0 }, ending: 'reset' }),
};

describe.each(Object.entries(BROKEN))('a stream that begins as %s', (_name, broken) => {
  const time = virtualTime(seededRandom(1));
  const read = (transport: ReturnType<typeof mockTransport>, maxRetries: number) =>
    time.run(async () => {
      const client = createGatewayClient({
        env: false,
        apiKey: 'k',
        baseURL: 'https://a.test/v1',
        clock: time,
        maxRetries,
        logLevel: 'off',
        fetch: transport.fetch,
      });
      let text = '';
      for await (const chunk of await client.chat.completions.create(BODY))
        text += chunk.choices[0]?.delta.content ?? '';
      return text;
    });

  it('fails with a connection error and never with the raw error of the transport', async () => {
    await expect(read(mockTransport([broken]), 0)).rejects.toBeInstanceOf(APIConnectionError);
  });

  it('is asked for again', async () => {
    const transport = mockTransport([broken, reply.chat('ok')]);
    expect(await read(transport, 1)).toBe('ok');
    expect(transport.requests).toHaveLength(2);
  });
});
