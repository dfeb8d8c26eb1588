/** Replies whose body the caller reads: whoever ends the call ends that too. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createGatewayClient, DeadlineExceededError, systemClock } from '../../src/index.js';
import { type MockReply, reply, sse, startMockProvider } from '../../src/testing.js';
import { countingClock } from '../chaos/counting-clock.ts';

type Client = ReturnType<typeof createGatewayClient>;

const CHAT = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
const HALF = { ending: 'stall' } as const;

interface Unread {
  readonly stalled: MockReply;
  readonly whole: MockReply;
  /** Reads the body; resolves at once when the reply is there. */
  begin(client: Client, signal?: AbortSignal): Promise<() => Promise<unknown>>;
}

const audio = (init: object) => reply.bytes(new Uint8Array([1, 2, 3]), 'audio/mpeg', init);
const json = (init: object) => reply.json({ id: 'c', choices: [] }, { deliver: { bytes: 8 }, ...init });
const events = (init: object) => reply.stream([sse.data({ id: 'run_1' })], init);

const UNREAD: Readonly<Record<string, Unread>> = {
  'asResponse()': {
    stalled: json(HALF),
    whole: reply.json({}),
    async begin(client, signal) {
      const response = await client.chat.completions.create(CHAT, { signal }).asResponse();
      return () => response.text();
    },
  },
  'asResponse() of a stream': {
    stalled: events(HALF),
    whole: events({}),
    async begin(client, signal) {
      const response = await client.chat.completions.create({ ...CHAT, stream: true }, { signal }).asResponse();
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      return async () => {
        while (!(await reader.read()).done);
      };
    },
  },
  speech: {
    stalled: audio(HALF),
    whole: audio({}),
    async begin(client, signal) {
      const response = await client.audio.speech.create({ model: 'm', voice: 'alloy', input: 'Hi' }, { signal });
      return () => response.arrayBuffer();
    },
  },
  "a file's content": {
    stalled: audio(HALF),
    whole: audio({}),
    async begin(client, signal) {
      const response = await client.files.content('file-1', { signal });
      return () => response.blob();
    },
  },
};

function connect(baseURL: string, options: object = {}): Client {
  return createGatewayClient({ env: false, apiKey: 'k', baseURL, maxRetries: 0, logLevel: 'off', ...options });
}

describe.each(Object.entries(UNREAD))('the body of %s', (_name, { stalled, whole, begin }) => {
  it.each([
    ['connections of the gateway', {}],
    ["the runtime's fetch", { transport: 'fetch' }],
  ])('ends with the signal of the caller, over %s', async (_over, options) => {
    await using provider = await startMockProvider({ otherwise: stalled });
    const controller = new AbortController();
    const reading = (await begin(connect(provider.baseURL, options), controller.signal))();
    controller.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('ends with the deadline of the call', async () => {
    await using provider = await startMockProvider({ otherwise: stalled });
    const clock = countingClock(systemClock);
    const read = await begin(connect(provider.baseURL, { deadlineMs: 150, clock }));
    await expect(read()).rejects.toBeInstanceOf(DeadlineExceededError);
    expect(clock.pending).toBe(0);
  });

  it('holds neither a listener nor a timer once it has been read', async () => {
    await using provider = await startMockProvider({ otherwise: whole });
    const controller = new AbortController();
    const clock = countingClock(systemClock);
    const read = await begin(connect(provider.baseURL, { deadlineMs: 60_000, clock }), controller.signal);
    await read();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });
});

describe('a stream that the SDK decodes', () => {
  it('ends without an error when the signal of the caller is aborted, as with the SDK', async () => {
    await using provider = await startMockProvider({ otherwise: events(HALF) });
    const controller = new AbortController();
    const stream = await connect(provider.baseURL).beta.threads.runs.create(
      'thread_1',
      { assistant_id: 'a', stream: true },
      { signal: controller.signal },
    );
    let count = 0;
    for await (const _event of stream) {
      count++;
      controller.abort();
    }
    expect(count).toBe(1);
  });
});
