import { describe, expect, it } from 'vitest';
import { manualClock } from '../../src/testing/manual-clock.js';
import { mockTransport } from '../../src/testing/mock-transport.js';
import { simulatedProvider } from '../../src/testing/simulated-provider.js';

function account(limits: { requestsPerMinute?: number; tokensPerMinute?: number }) {
  const clock = manualClock();
  const { fetch } = mockTransport([], { otherwise: simulatedProvider({ ...limits, clock }), clock });
  const ask = (content: string, stream = false) =>
    fetch('https://llm.example/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], stream }),
    });
  return { clock, ask };
}

describe('a simulated account with limits', () => {
  it('refuses what is over its requests in any minute, and does not count what it refuses', async () => {
    const { clock, ask } = account({ requestsPerMinute: 2 });
    expect((await ask('one')).status).toBe(200);
    await clock.advance(30_000);
    expect((await ask('two', true)).status).toBe(200);
    const refused = await ask('three');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(await refused.json()).toMatchObject({ error: { type: 'requests', code: 'rate_limit_exceeded' } });
    await clock.advance(30_000);
    expect((await ask('four')).status).toBe(200);
    expect((await ask('five')).status).toBe(429);
  });

  it('counts the tokens of prompt and answer', async () => {
    const { clock, ask } = account({ tokensPerMinute: 100 });
    const first = (await (await ask('word '.repeat(20))).json()) as { usage: { total_tokens: number } };
    expect(first.usage.total_tokens).toBeGreaterThan(40);
    const refused = await ask('word '.repeat(40));
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { type: 'tokens' } });
    expect((await ask('a')).status).toBe(200);
    await clock.advance(60_000);
    expect((await ask('word '.repeat(20))).status).toBe(200);
  });

  it('is not limited without limits, and leaves other routes alone', async () => {
    const { ask } = account({});
    for (let request = 0; request < 50; request += 1) expect((await ask('again')).status).toBe(200);
  });
});
