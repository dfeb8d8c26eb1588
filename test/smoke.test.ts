import { describe, expect, it } from 'vitest';
import { createGatewayClient, gatewayInfo } from '../src/index.js';
import { mockTransport, reply } from '../src/testing.js';

describe('first light', () => {
  it('falls back from a failing tier to the next one', async () => {
    const a = mockTransport([reply.error(500)]);
    const b = mockTransport([reply.chat('hello')]);
    const client = createGatewayClient({
      env: false,
      endpoints: [
        { name: 'a', baseURL: 'https://a.example/v1', apiKey: 'ka', fetch: a.fetch },
        { name: 'b', baseURL: 'https://b.example/v1', apiKey: 'kb', tier: 2, fetch: b.fetch, models: { m: 'vendor/m' } },
      ],
      models: { fast: 'm' },
    });
    const completion = await client.chat.completions.create({ model: 'fast', messages: [{ role: 'user', content: 'hi' }] });
    expect(completion.choices[0]?.message.content).toBe('hello');
    expect(gatewayInfo(completion)).toMatchObject({ alias: 'fast', endpoint: 'b', model: 'vendor/m', status: 'ok' });
  });
});
