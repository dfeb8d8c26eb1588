import { inspect } from 'node:util';
/** Streams that look whole, or alive, and are not. */
import { describe, expect, it } from 'vitest';
import { createGatewayClient, StreamInterruptedError } from '../../src/index.js';
import { type MockReply, mockTransport, reply, seededRandom, sse } from '../../src/testing.js';
import { virtualTime } from '../chaos/virtual-time.ts';

const IDLE_MS = 2_000;
const time = virtualTime(seededRandom(1));

const chunk = (index: number, content: string, finish: string | null = null) =>
  sse.data({ choices: [{ index, delta: { content }, finish_reason: finish }] });
const HEL = chunk(0, 'Hel');
const END = chunk(0, '', 'stop');

function connect(script: readonly MockReply[]) {
  const transport = mockTransport(script, { clock: time });
  const client = createGatewayClient({
    env: false,
    clock: time,
    logLevel: 'off',
    idleTimeoutMs: IDLE_MS,
    firstEventTimeoutMs: IDLE_MS,
    endpoints: ['a', 'b'].map((name) => ({
      name,
      apiKey: 'k',
      baseURL: `https://${name}.test/v1`,
      fetch: transport.fetch,
    })),
  });
  return { client, transport };
}

interface Seen {
  chunks: unknown[];
  error?: unknown;
  ms: number;
}

function read(script: readonly MockReply[], more: object = {}): Promise<Seen> {
  return time.run(async () => {
    const { client } = connect(script);
    const startedAt = time.now();
    const seen: Seen = { chunks: [], ms: 0 };
    try {
      const body = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }], ...more };
      for await (const one of await client.chat.completions.create({ ...body, stream: true })) seen.chunks.push(one);
    } catch (error) {
      seen.error = error;
    }
    seen.ms = time.now() - startedAt;
    return seen;
  });
}

function textOf(chunks: readonly unknown[]): string {
  return (chunks as { choices: { delta: { content?: string } }[] }[])
    .map(({ choices }) => choices[0]?.delta.content ?? '')
    .join('');
}

/** Something every 100 ms for far longer than any limit. */
const keptAlive = (what: string) => Array.from({ length: 200 }, () => [{ waitMs: 100 }, what]).flat();

const KEEP_ALIVE = {
  comments: ': OPENROUTER PROCESSING\n\n',
  'pings without data': 'event: ping\n\n',
  'pings with data': 'event: ping\ndata: {}\n\n',
  'pings with words': 'event: ping\ndata: still here\n\n',
  'typed pings': sse.data({ type: 'ping' }),
  'keepalive events': sse.event('keepalive', { type: 'keepalive', sequence_number: 3 }),
  'empty deltas': chunk(0, ''),
};

describe.each(Object.entries(KEEP_ALIVE))('a stream kept alive by %s', (name, alive) => {
  it('has stalled after content when the idle limit passes', async () => {
    const { error, chunks, ms } = await read([reply.stream([HEL, ...keptAlive(alive)], { ending: 'stall' })]);
    expect(error).toMatchObject({ constructor: StreamInterruptedError, reason: 'stalled', partial: { text: 'Hel' } });
    expect(textOf(chunks)).toBe('Hel');
    expect(ms).toBeGreaterThan(IDLE_MS * 0.99);
    expect(ms).toBeLessThan(IDLE_MS * 1.1);
  });

  it('is left for the next target if no content comes', async () => {
    const { error, chunks, ms } = await read([
      reply.stream([chunk(0, ''), ...keptAlive(alive)], { ending: 'stall' }),
      reply.chat('ok'),
    ]);
    expect(error).toBeUndefined();
    expect(textOf(chunks)).toBe('ok');
    expect(ms).toBeLessThan(IDLE_MS * 1.1);
  });

  it('loses nothing when it goes on in time', async () => {
    const alone = keptAlive(alive).slice(0, 30);
    const { error, chunks } = await read([reply.stream([HEL, ...alone, chunk(0, 'lo'), ...alone, END, sse.done()])]);
    expect(error).toBeUndefined();
    expect(textOf(chunks)).toBe('Hello');
    if (name !== 'empty deltas') expect(chunks).toHaveLength(3);
  });
});

describe('a stream that is kept alive by what this library does not know', () => {
  it('has not stalled', async () => {
    const thought = sse.data({ choices: [{ index: 0, delta: { thoughts: 'hm' }, finish_reason: null }] });
    const { error, chunks } = await read([reply.stream([HEL, ...keptAlive(thought), chunk(0, 'lo'), END])]);
    expect(error).toBeUndefined();
    expect(textOf(chunks)).toBe('Hello');
  });
});

describe('a consumer that pauses between empty deltas', () => {
  it('is not taken for silence', async () => {
    const script = reply.stream([HEL, { waitMs: 1_500 }, chunk(0, ''), { waitMs: 400 }, chunk(0, 'lo'), END]);
    const text = await time.run(async () => {
      const { client } = connect([script]);
      const body = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
      const chunks: unknown[] = [];
      for await (const one of await client.chat.completions.create({ ...body, stream: true })) {
        chunks.push(one);
        if (chunks.length === 2) await time.sleep(5_000);
      }
      return textOf(chunks);
    });
    expect(text).toBe('Hello');
  });
});

describe('a stream of several choices', () => {
  const both = [HEL, chunk(1, 'Goo')];

  it.each([
    ['as many as were asked for', { n: 2 }],
    ['more than were asked for', {}],
  ])('is cut while one of them has not finished: %s', async (_name, more) => {
    const { error } = await read([reply.stream([...both, END, chunk(1, 'd')])], more);
    expect(error).toMatchObject({ reason: 'truncated', partial: { text: 'Hel' } });
  });

  it('is cut when one of them never began', async () => {
    const { error } = await read([reply.stream([HEL, END])], { n: 2 });
    expect(error).toMatchObject({ reason: 'truncated' });
  });

  it('broke when the connection did before one of them had finished', async () => {
    const { error } = await read([reply.stream([...both, END], { ending: 'reset' })], { n: 2 });
    expect(error).toMatchObject({ reason: 'reset' });
  });

  it.each([
    ['all have finished', [...both, END, chunk(1, 'd', 'stop')]],
    ['[DONE] says so', [...both, END, sse.done()]],
  ])('is whole when %s', async (_name, events) => {
    expect((await read([reply.stream(events)], { n: 2 })).error).toBeUndefined();
  });
});

describe('a stream that says [DONE] and nothing else', () => {
  it.each([
    ['at all', []],
    ['but the role', [sse.data({ choices: [{ index: 0, delta: { role: 'assistant' }, finish_reason: null }] })]],
  ])('%s is no answer', async (_name, before) => {
    const { chunks } = await read([reply.stream([...before, sse.done()]), reply.chat('ok')]);
    expect(textOf(chunks)).toBe('ok');
  });
});

describe('a stream that ends in the middle of an event', () => {
  it('was cut, rather than malformed', async () => {
    const { error } = await read([reply.stream([HEL, 'data: {"choices":[{"ind'])]);
    expect(error).toMatchObject({ reason: 'truncated' });
  });
});

describe('an error event that is not JSON', () => {
  it('is the error of the provider', async () => {
    const { error } = await read([reply.stream([HEL, 'event: error\ndata: upstream died\n\n'])]);
    expect(error).toMatchObject({ reason: 'error_event', message: 'upstream died' });
  });

  it('is not quoted where it is broken JSON, which may hold anything', async () => {
    const secret = 'sk-of-somebody';
    for (const before of [[], [HEL]]) {
      const events = [...before, `event: error\ndata: {"credential":"${secret}"\n\n`];
      const { error } = await read([reply.stream(events)]);
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 8 })).not.toContain(secret);
    }
  });
});
