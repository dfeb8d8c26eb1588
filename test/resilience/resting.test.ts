import { describe, expect, it } from 'vitest';
import { createGatewayClient } from '../../src/index.js';
import { type MockReply, mockTransport, reply, seededRandom } from '../../src/testing.js';
import { virtualTime } from '../chaos/virtual-time.ts';

const BODY = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
const BUSY = reply.error(429, {}, { headers: { 'retry-after': '1' } });
const OK = reply.chat('ok');

function setUp(first: readonly MockReply[], second: readonly MockReply[], options: object = {}) {
  const time = virtualTime(seededRandom(1));
  const [a, b] = [mockTransport(first, { clock: time }), mockTransport(second, { clock: time })];
  const client = createGatewayClient({
    env: false,
    clock: time,
    logLevel: 'off',
    ...options,
    endpoints: [
      { name: 'a', apiKey: 'a', baseURL: 'https://a.test/v1', fetch: a.fetch },
      { name: 'b', apiKey: 'b', baseURL: 'https://b.test/v1', fetch: b.fetch },
    ],
  });
  return { time, a, b, call: () => client.chat.completions.create(BODY) };
}

describe('a call that finds every target resting', () => {
  it('waits for the first to come back and keeps its other attempts', async () => {
    const { time, a, b, call } = setUp([BUSY, reply.error(500), reply.error(500)], [BUSY, OK, OK]);
    const texts = await time.run(async () => {
      const first = call();
      await time.sleep(100);
      return Promise.all([first, call()]);
    });
    expect(texts.map(({ choices }) => choices[0]?.message.content)).toEqual(['ok', 'ok']);
    const early = [...a.requests, ...b.requests].filter(({ at }) => at > 0 && at < 1_000);
    expect(early).toEqual([]);
  });

  it('asks one at once when it may not retry', async () => {
    const { time, a, b, call } = setUp([BUSY, OK], [BUSY], { maxRetries: 0 });
    const served = await time.run(async () => {
      await call().catch(() => {});
      return call();
    });
    expect(served.choices[0]?.message.content).toBe('ok');
    expect([a.requests.length, b.requests.length, time.now()]).toEqual([2, 1, 0]);
  });

  it('does not wait where the pause is longer than eight seconds', async () => {
    const busy = reply.error(429, {}, { headers: { 'retry-after': '30' } });
    const { time, a, b, call } = setUp([busy, OK], [busy, busy]);
    const servedAt = await time.run(async () => {
      const first = call();
      await time.sleep(100);
      await call();
      const at = time.now();
      await first.catch(() => {});
      return at;
    });
    expect(servedAt).toBe(100);
    expect(a.requests.length + b.requests.length).toBeGreaterThanOrEqual(3);
  });

  it('is refused at once where nobody wants to wait', async () => {
    const { time, call } = setUp([BUSY, OK], [BUSY, OK], { whenAllOpen: 'reject' });
    await time.run(async () => {
      const first = call();
      await time.sleep(100);
      await expect(call()).rejects.toMatchObject({ code: 'no_target_available', retryAfterMs: 900 });
      expect(time.now()).toBe(100);
      await first;
    });
  });

  it('asks again later when a target went to rest while it waited for its second turn there', async () => {
    const { time, a, b, call } = setUp([reply.error(500), BUSY, OK, OK], [reply.error(500), BUSY, OK, OK]);
    const texts = await time.run(async () => {
      const first = call();
      await time.sleep(100);
      return Promise.all([first, call()]);
    });
    expect(texts.map(({ choices }) => choices[0]?.message.content)).toEqual(['ok', 'ok']);
    expect([...a.requests, ...b.requests].map(({ at }) => at).filter((at) => at > 100 && at < 1_100)).toEqual([]);
  });
});
