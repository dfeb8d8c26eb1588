/** What only real sockets and the real clock can show. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenAI } from 'openai';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type MockProvider, reply, sse, startMockProvider } from '../../src/testing.js';
import { MESSAGES, nameOfError, STREAMING } from './behaviour.js';
import { type Contender, makeClient, makePair } from './clients.js';

type Closable = OpenAI & { gateway: { close(options?: { graceMs: number }): Promise<void> } };
const CONTENDERS: readonly Contender[] = ['plain', 'compat', 'pooled', 'gateway'];
const running: { close(): Promise<void> }[] = [];
const start: typeof startMockProvider = async (options) => {
  const provider = await startMockProvider(options);
  running.push(provider);
  return provider;
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

afterEach(async () => {
  for (const provider of running.splice(0)) await provider.close();
});

/** The fastest of several: a busy machine stretches some of them, a wait in the code would stretch all. */
async function fastestMs(times: number, act: () => Promise<unknown>): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let count = 0; count < times; count++) {
    const began = performance.now();
    await act();
    fastest = Math.min(fastest, performance.now() - began);
  }
  return fastest;
}

describe('moving on is quick', () => {
  test('from an endpoint that refuses connections in less than 50 ms (F003)', async () => {
    const [first, second] = [await start(), await start()];
    await first.refuse();
    // A new gateway each time: one that remembers would not ask the first at all.
    const act = async () => {
      const client = makePair({ baseURL: first.baseURL }, { baseURL: second.baseURL });
      expect((await client.chat.completions.create(MESSAGES)).choices[0]?.message.content).toBe('You said: Hi');
    };
    await act();
    expect(await fastestMs(9, act)).toBeLessThan(50);
  });

  test('from a port that does not speak TLS after one try (F015)', async () => {
    const [first, second] = [await start(), await start()];
    let tries = 0;
    const counting: typeof fetch = (...args) => {
      tries += 1;
      return fetch(...args);
    };
    const client = makePair(
      { baseURL: first.baseURL.replace('http:', 'https:'), fetch: counting },
      { baseURL: second.baseURL },
    );
    expect((await client.chat.completions.create(MESSAGES)).choices[0]?.message.content).toBe('You said: Hi');
    expect([tries, second.requests.length]).toEqual([1, 1]);
  });

  test('an endpoint that comes back is asked again', async () => {
    const [first, second] = [await start(), await start()];
    const client = makePair({ baseURL: first.baseURL }, { baseURL: second.baseURL }, { circuit: false });
    await first.refuse();
    await client.chat.completions.create(MESSAGES);
    expect(second.requests).toHaveLength(1);
    await first.listen();
    await vi.waitFor(
      async () => {
        await client.chat.completions.create(MESSAGES);
        expect(first.requests.length).toBeGreaterThan(0);
      },
      { timeout: 15_000, interval: 250 },
    );
  });
});

describe('aborts', () => {
  test.each(CONTENDERS)(
    'AbortSignal.timeout() is an abort of the caller and not a timeout: %s (S13)',
    async (contender) => {
      const provider = await start({ script: [{ reply: reply.hang() }] });
      const client = makeClient(contender, { baseURL: provider.baseURL });
      expect(await nameOfError(client.chat.completions.create(MESSAGES, { signal: AbortSignal.timeout(50) }))).toBe(
        'APIUserAbortError',
      );
      await vi.waitFor(() => expect(provider.requests.map(({ state }) => state)).toEqual(['aborted']));
    },
  );

  test.each(CONTENDERS)('leaving a stream closes its connection: %s (F083)', async (contender) => {
    const endless = Array.from({ length: 500 }, (_, index) =>
      sse.data({ choices: [{ index: 0, delta: { content: `${index} ` } }] }),
    );
    const provider = await start({ script: [{ reply: reply.stream(endless, { gapMs: 20 }) }] });
    const client = makeClient(contender, { baseURL: provider.baseURL });
    for await (const _chunk of await client.chat.completions.create(STREAMING)) break;
    await vi.waitFor(() => expect(provider.requests[0]?.state).toBe('aborted'), { timeout: 500, interval: 5 });
    expect(provider.inFlight).toBe(0);
  });

  test('fifty calls on one signal make no warning', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const provider = await start();
    const client = makeClient('gateway', { baseURL: provider.baseURL });
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 50 }, () => client.chat.completions.create(MESSAGES, { signal })));
    for (let count = 0; count < 20; count++)
      for await (const _chunk of await client.chat.completions.create(STREAMING, { signal }));
    await pause(10);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

describe('a reader that pauses', () => {
  test.each(CONTENDERS)(
    'holds the far end back and is not taken for a stall: %s (F082)',
    async (contender) => {
      let written = 0;
      const piece = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x'.repeat(60_000) } }] })}\n\n`;
      const server = createServer((request, response) => {
        request.resume();
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const more = () => {
          while (written < 30_000_000) {
            written += piece.length;
            if (!response.write(piece)) return void response.once('drain', more);
          }
          response.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
        };
        more();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      running.push({
        close: async () => {
          server.closeAllConnections();
          server.close();
        },
      });
      const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
      const client = makeClient(contender, { baseURL }, { idleTimeoutMs: 200 });
      const stream = await client.chat.completions.create(STREAMING);
      let chunks = 0;
      for await (const _chunk of stream) {
        chunks += 1;
        if (chunks === 1) {
          await pause(600);
          expect(written).toBeLessThan(8_000_000);
        }
      }
      expect(chunks).toBeGreaterThan(490);
    },
    20_000,
  );
});

describe('bodies that can be read once', () => {
  test.each(CONTENDERS)('a file stream is sent once and closed: %s (F118)', async (contender) => {
    const folder = mkdtempSync(join(tmpdir(), 'upload-'));
    const path = join(folder, 'large.txt');
    writeFileSync(path, 'x'.repeat(300_000));
    const provider = await start({ script: [{ reply: reply.error(503) }] });
    const second = await start();
    const client =
      contender === 'gateway'
        ? makePair({ baseURL: provider.baseURL }, { baseURL: second.baseURL })
        : makeClient(contender, { baseURL: provider.baseURL });
    const source = createReadStream(path);
    expect(await nameOfError(client.post('/files', { body: source as never }))).toBe('InternalServerError');
    expect(provider.requests.map(({ bytes }) => bytes.length)).toEqual([300_000]);
    expect(second.requests).toHaveLength(0);
    await vi.waitFor(() => expect(source.destroyed).toBe(true));
    rmSync(folder, { recursive: true });
  });
});

describe('a call that nobody waits for', () => {
  test.each(CONTENDERS)(
    'rejects once when it fails, and not at all when it was looked at: %s (S31, F195)',
    async (contender) => {
      const provider = await start({ script: [{ reply: reply.error(400) }] });
      const client = makeClient(contender, { baseURL: provider.baseURL });
      const rejections: unknown[] = [];
      const note = (reason: unknown) => rejections.push(reason);
      // The test runner takes any unhandled rejection for a failure of the test; here it is the subject.
      const others = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', note);
      try {
        client.chat.completions.create(MESSAGES);
        await vi.waitFor(() => expect(rejections).toHaveLength(1));
        await client.chat.completions.create(MESSAGES).catch(() => {});
        await client.chat.completions
          .create(MESSAGES)
          .asResponse()
          .catch(() => {});
        await pause(30);
        expect(rejections).toHaveLength(1);
        expect((rejections[0] as Error).constructor.name).toBe('BadRequestError');
      } finally {
        process.removeAllListeners('unhandledRejection');
        for (const listener of others) process.on('unhandledRejection', listener);
      }
    },
  );
});

test('streams that nobody reads end with the gateway that they belong to', async () => {
  const stalled = reply.stream([sse.data({ choices: [{ index: 0, delta: { content: 'Hel' } }] })], { ending: 'stall' });
  const provider = await start({ script: [{ reply: stalled }] });
  const client = makeClient('gateway', { baseURL: provider.baseURL }) as Closable;
  await Promise.all(Array.from({ length: 20 }, () => client.chat.completions.create(STREAMING)));
  expect(provider.inFlight).toBe(20);
  await client.gateway.close({ graceMs: 0 });
  await vi.waitFor(() => expect(provider.inFlight).toBe(0));
  expect(await nameOfError(client.chat.completions.create(MESSAGES))).toBe('ShuttingDownError');
});

test('connections are not piled up when every answer closes its own (F018)', async () => {
  const provider: MockProvider = await start({
    script: [{ reply: reply.chat('ok', { headers: { connection: 'close' } }) }],
  });
  const client = makeClient('gateway', { baseURL: provider.baseURL });
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 5 }, () => client.chat.completions.create(MESSAGES)));
    expect(provider.connections).toBeLessThanOrEqual(10);
  }
});
