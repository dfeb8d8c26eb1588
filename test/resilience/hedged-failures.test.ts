/** A second attempt beside a slow first one, when one of the two fails. */
import { describe, expect, it } from 'vitest';
import { type AttemptSummary, BadRequestError, createGatewayClient, gatewayInfo } from '../../src/index.js';
import { type MockReply, mockTransport, reply, seededRandom } from '../../src/testing.js';
import { virtualTime } from '../chaos/virtual-time.ts';

const CHAT = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
const SAMPLES = 100;

/** Warms up the first endpoint so that hedges are allowed, then plays one call. */
function play(first: readonly MockReply[], second: readonly MockReply[]) {
  const time = virtualTime(seededRandom(1));
  const usual = { reply: reply.chat('usual', { latencyMs: 10 }), times: SAMPLES };
  const transports = [mockTransport([usual, ...first], { clock: time }), mockTransport(second, { clock: time })];
  const client = createGatewayClient({
    env: false,
    clock: time,
    logLevel: 'off',
    hedge: {},
    endpoints: transports.map(({ fetch }, index) => ({
      name: 'ab'[index] as string,
      apiKey: 'k',
      baseURL: `https://${index}.test/v1`,
      fetch,
    })),
  });
  return time.run(async () => {
    for (let count = 0; count < SAMPLES; count++) await client.chat.completions.create(CHAT);
    const startedAt = time.now();
    const result: unknown = await client.chat.completions.create(CHAT).catch((error: unknown) => error);
    const attempts: readonly AttemptSummary[] = gatewayInfo(result)?.attempts ?? [];
    return {
      result,
      ms: time.now() - startedAt,
      attempts: attempts.map(({ endpoint, kind }) => `${endpoint} ${kind}`),
    };
  });
}

describe('two attempts side by side', () => {
  it.each([
    ['first', [reply.error(400, {}, { latencyMs: 500 })], [reply.hang()], ['b cancelled', 'a invalid_request']],
    ['second', [reply.hang()], [reply.error(400, {}, { latencyMs: 500 })], ['a cancelled', 'b invalid_request']],
  ])('end with the error of the %s when that holds for everybody', async (_which, first, second, attempts) => {
    const played = await play(first, second);
    expect(played.result).toBeInstanceOf(BadRequestError);
    expect(played.ms).toBeLessThan(600);
    expect([...played.attempts].sort()).toEqual([...attempts].sort());
  });

  it('leave the call to the other when one fails', async () => {
    const played = await play([reply.error(503, {}, { latencyMs: 500 })], [reply.chat('ok', { latencyMs: 900 })]);
    expect(played.result).toMatchObject({ choices: [{ message: { content: 'ok' } }] });
    expect(played.attempts).toEqual(['a server_error', 'b undefined']);
  });

  it('are followed by others when both fail', async () => {
    const played = await play(
      [reply.error(503, {}, { latencyMs: 900 }), reply.chat('ok')],
      [reply.error(401, {}, { latencyMs: 500 })],
    );
    expect(played.result).toMatchObject({ choices: [{ message: { content: 'ok' } }] });
    expect(played.attempts).toEqual(['b unauthorized', 'a server_error', 'a undefined']);
  });
});
