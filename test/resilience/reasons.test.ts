/** Why a call ended before its attempts did. */
import { describe, expect, it } from 'vitest';
import {
  createGatewayClient,
  DeadlineExceededError,
  gatewayInfo,
  InternalServerError,
  ShuttingDownError,
  StreamInterruptedError,
} from '../../src/index.js';
import { mockTransport, reply, seededRandom, sse } from '../../src/testing.js';
import { virtualTime } from '../chaos/virtual-time.ts';

const CHAT = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
const time = virtualTime(seededRandom(1));

function connect(transport: ReturnType<typeof mockTransport>, options: object) {
  return createGatewayClient({
    env: false,
    apiKey: 'k',
    baseURL: 'https://a.test/v1',
    clock: time,
    logLevel: 'off',
    fetch: transport.fetch,
    ...options,
  });
}

describe('a deadline', () => {
  it.each([
    ['in an attempt', [reply.error(503, {}, { headers: { 'retry-after-ms': '10' } }), reply.hang()]],
    ['in a wait', [reply.error(503), reply.error(503), reply.hang()]],
  ])('that passes %s keeps the failure before it as its cause', async (_when, script) => {
    const transport = mockTransport(script, { clock: time });
    const error = await time.run(() =>
      connect(transport, { deadlineMs: 3_000 })
        .chat.completions.create(CHAT)
        .catch((thrown: unknown) => thrown),
    );
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect((error as Error).cause).toBeInstanceOf(InternalServerError);
  });

  it('that passes in the first attempt has no cause', async () => {
    const transport = mockTransport([reply.hang()], { clock: time });
    const error = await time.run(() =>
      connect(transport, { deadlineMs: 3_000 })
        .chat.completions.create(CHAT)
        .catch((thrown: unknown) => thrown),
    );
    expect((error as Error).cause).toBeUndefined();
  });
});

describe('a stream that has begun', () => {
  const begun = reply.stream([sse.data({ choices: [{ index: 0, delta: { content: 'one' }, finish_reason: null }] })], {
    ending: 'stall',
  });
  const read = (options: object, meanwhile: (client: ReturnType<typeof connect>) => unknown) =>
    time.run(async () => {
      const client = connect(mockTransport([begun], { clock: time }), options);
      const stream = await client.chat.completions.create({ ...CHAT, stream: true });
      await meanwhile(client);
      try {
        for await (const _chunk of stream);
      } catch (error) {
        return error;
      }
      return 'a normal end';
    });

  it('does not end as if it were whole when the gateway is closed', async () => {
    const error = await read({}, (client) => void client.gateway.close({ graceMs: 100 }));
    expect(error).toMatchObject({ constructor: StreamInterruptedError, partial: { text: 'one' } });
    expect((error as Error).cause).toBeInstanceOf(ShuttingDownError);
    expect((error as Error).message).toBe(new ShuttingDownError().message);
  });

  it('does not end as if it were whole when its deadline passes', async () => {
    const error = await read({ deadlineMs: 1_000 }, () => {});
    expect(error).toMatchObject({ constructor: StreamInterruptedError, partial: { text: 'one' } });
    expect((error as Error).cause).toBeInstanceOf(DeadlineExceededError);
    expect((error as Error).message).toMatch(/deadline of 1000 ms/);
  });
});

describe('a store of retries that is used up', () => {
  it("leaves the caller with the provider's error, and says so beside it", async () => {
    const settled: boolean[] = [];
    const transport = mockTransport([{ reply: reply.error(500) }], { clock: time });
    const client = connect(transport, {
      circuit: false,
      retry: { quota: { capacity: 10, cost: 5 } },
      hooks: { onCallSettled: ({ retriesWithheld }: { retriesWithheld: boolean }) => settled.push(retriesWithheld) },
    });
    const errors = await time.run(async () => {
      const seen: unknown[] = [];
      for (let count = 0; count < 2; count++)
        seen.push(await client.chat.completions.create(CHAT).catch((thrown: unknown) => thrown));
      return seen;
    });
    expect(transport.requests).toHaveLength(3 + 1);
    expect(errors[1]).toBeInstanceOf(InternalServerError);
    expect(errors.map((error) => (error as { retriesWithheld?: true }).retriesWithheld)).toEqual([undefined, true]);
    expect(errors.map((error) => gatewayInfo(error)?.retriesWithheld)).toEqual([false, true]);
    expect(Object.keys(errors[1] as object)).not.toContain('retriesWithheld');
    expect(settled).toEqual([false, true]);
  });
});
