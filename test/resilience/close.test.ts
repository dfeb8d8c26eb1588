import { expect, it } from 'vitest';
import { createGatewayClient } from '../../src/index.js';
import { manualClock, mockTransport, reply } from '../../src/testing.js';

const endpoint = { baseURL: 'https://a.example/v1', apiKey: 'key' };
const body = { model: 'm', messages: [{ role: 'user' as const, content: 'Hello' }] };

it.each([
  ['has come', 0],
  ['is on its way', 5],
])('closing does not wait for a caller who has not looked at an answer that %s', async (_when, latencyMs) => {
  // Time stands still but for the answer: whatever waits for anything else would wait for ever.
  const clock = manualClock();
  const { fetch, requests } = mockTransport([reply.chat('Hello')]);
  const late: typeof globalThis.fetch = async (...request) => {
    const answer = await fetch(...request);
    if (latencyMs > 0) await new Promise<void>((resolve) => void clock.setTimer(resolve, latencyMs));
    return answer;
  };
  const client = createGatewayClient({ endpoints: [{ ...endpoint, fetch: late }], clock, env: false });
  const untouched = client.chat.completions.create(body);
  while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = client.gateway.close();
  await clock.advance(latencyMs);
  await closed;
  expect((await untouched).choices[0]?.message.content).toBe('Hello');
});
