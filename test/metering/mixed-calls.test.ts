import { describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../src/domain/ledger.js';
import { createGatewayClient } from '../../src/index.js';
import { MemoryLedger } from '../../src/state/memory-ledger.js';
import { seededRandom } from '../../src/testing/seeded-random.js';
import { type ManualClock, manualClock } from '../../src/testing.js';
import { figure } from './figure.js';

/** What the provider knows about one request: it did the work and delivered it, did it and does not know, or refused. */
interface Truth {
  readonly delivered: 'whole' | 'perhaps' | 'refused';
  readonly output: number;
}

/**
 * A provider that keeps the truth. Each request has a number of its own, and reports it as its prompt tokens, so that
 * records can be told apart.
 */
class TruthfulProvider {
  readonly requests = new Map<number, Truth>();
  readonly #random: () => number;
  #next = 1_000;

  readonly #clock: ManualClock;

  constructor(seed: number, clock: ManualClock) {
    this.#random = seededRandom(seed);
    this.#clock = clock;
  }

  readonly fetch: typeof globalThis.fetch = async (_input, init) => {
    const body = JSON.parse(String(init?.body)) as { stream?: boolean };
    this.#next += 1;
    const number = this.#next;
    const output = 1 + Math.floor(this.#random() * 500);
    const chance = this.#random();
    for (let turn = this.#random() * 5; turn > 1; turn -= 1) await new Promise((resolve) => setImmediate(resolve));
    if (chance < 0.04) return this.#note(number, 'refused', output, json({ error: { message: 'broken' } }, 500));
    if (chance < 0.06) return this.#note(number, 'refused', output, json({ error: { message: 'slow down' } }, 429));
    if (chance < 0.08) {
      this.requests.set(number, { delivered: 'perhaps', output });
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
      });
    }
    // Slow ones are what a second attempt is started beside.
    if (body.stream !== true && chance < 0.11) await this.#dawdle(init?.signal);
    if (init?.signal?.aborted) {
      this.requests.set(number, { delivered: 'perhaps', output });
      throw init.signal.reason;
    }
    const usage = { prompt_tokens: number, completion_tokens: output, total_tokens: number + output };
    if (body.stream !== true) {
      return this.#note(
        number,
        'whole',
        output,
        json({
          id: 'x',
          object: 'chat.completion',
          model: 'm',
          choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
          usage,
        }),
      );
    }
    const cut = this.#random() < 0.05;
    return this.#note(number, cut ? 'perhaps' : 'whole', output, this.#stream(number, output, cut, usage));
  };

  #dawdle(signal: AbortSignal | null | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(resolve, 3_000);
      signal?.addEventListener('abort', () => resolve());
    });
  }

  #note(number: number, delivered: Truth['delivered'], output: number, response: Response): Response {
    this.requests.set(number, { delivered, output });
    return response;
  }

  #stream(number: number, output: number, cut: boolean, usage: object): Response {
    const chunk = (fields: object) =>
      `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: 'm', ...fields })}\n\n`;
    const delta = (content: string) => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    const parts = [delta('Hello '), delta('there, '), delta('you.')];
    if (!cut) {
      parts.push(
        chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
        chunk({ choices: [], usage }),
        'data: [DONE]\n\n',
      );
    }
    let index = 0;
    const encoder = new TextEncoder();
    const stream = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        await new Promise((resolve) => setImmediate(resolve));
        const part = parts[index];
        index += 1;
        if (part !== undefined) controller.enqueue(encoder.encode(part));
        else controller.close();
      },
      // Who leaves before the end does not know what it is billed, and neither do we.
      cancel: () => {
        if (index < parts.length - 1) this.requests.set(number, { delivered: 'perhaps', output });
      },
    });
    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
  }
}

function json(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

describe('3,000 mixed calls against a provider that keeps the truth', () => {
  it('are recorded exactly where they completed, and at all where they may have been billed, each once', async () => {
    const clock = manualClock();
    const providers = [new TruthfulProvider(1, clock), new TruthfulProvider(2, clock)];
    const store = new MemoryLedger({ maxRecords: 100_000 });
    const client = createGatewayClient({
      endpoints: providers.map(({ fetch }, index) => ({
        name: `p${index}`,
        baseURL: `https://p${index}.example/v1`,
        apiKey: 'key',
        tier: index + 1,
        fetch,
      })),
      prices: [{ model: 'm', inputPerMillion: 1, outputPerMillion: 2 }],
      budgets: [{ name: 'all', per: 'month', limit: { amount: 1_000_000, currency: 'USD' } }],
      circuit: false,
      hedge: {},
      clock,
      env: false,
      store,
    });
    const random = seededRandom(3);
    let completed = 0;
    let left = 0;
    const crowd = (size: number) =>
      Array.from({ length: size }, async () => {
        const messages = [{ role: 'user' as const, content: 'Say hello.' }];
        const kind = random();
        try {
          if (kind < 0.5) {
            await client.chat.completions.create({ model: 'm', messages });
          } else if (kind < 0.55) {
            const controller = new AbortController();
            const call = client.chat.completions.create({ model: 'm', messages }, { signal: controller.signal });
            setImmediate(() => controller.abort());
            await call;
          } else {
            const stream = await client.chat.completions.create({ model: 'm', messages, stream: true });
            const leave = random() < 0.15;
            for await (const chunk of stream) {
              if (!leave || chunk.choices.length === 0) continue;
              left += 1;
              break;
            }
            if (leave) return;
          }
          completed += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      });
    for (let turn = 0; turn < 30; turn += 1) {
      let busy = true;
      const over = Promise.all(crowd(100)).finally(() => {
        busy = false;
      });
      while (busy) {
        await clock.advance(25);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await over;
    }
    await client.gateway.close();
    // Endpoints count their requests apart: the same number at both is two requests.
    const truth = new Map<string, Truth>(
      providers.flatMap(({ requests }, index) =>
        [...requests].map(([number, one]) => [`p${index}:${number}`, one] as const),
      ),
    );
    const records = store.records();
    const reported = records.filter(({ usage }) => usage?.source === 'reported');
    const keyOf = ({ endpoint, usage }: LedgerRecord) => `${endpoint}:${usage?.inputTokens}`;
    const costs = new Map(reported.map((record) => [keyOf(record), record]));
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
    expect(costs.size).toBe(reported.length);
    figure(
      'counted_twice',
      records.length - new Set(records.map(({ id }) => id)).size + reported.length - costs.size,
      '0',
    );
    for (const [key, record] of costs) {
      const { output } = truth.get(key) as Truth;
      const number = Number(key.split(':')[1]);
      expect(record.cost).toMatchObject({ amountNano: number * 1_000 + output * 2_000, source: 'table' });
    }
    const whole = [...truth].filter(([, { delivered }]) => delivered === 'whole').map(([key]) => key);
    const perhaps = [...truth].filter(([, { delivered }]) => delivered === 'perhaps');
    const unseen = whole.filter((key) => !costs.has(key));
    // What was delivered whole and is not recorded as reported was left by its caller at the last moment.
    const estimated = records.filter(({ usage, possiblyBilled }) => possiblyBilled && usage?.source === 'estimated');
    expect(estimated.length).toBeGreaterThanOrEqual(
      perhaps.length -
        reported.filter((record) => truth.get(keyOf(record))?.delivered === 'perhaps').length +
        unseen.length,
    );
    const recordedAttempts = records.filter(({ attempt }) => attempt > 0).length;
    figure('requests_at_the_provider', truth.size, 'as many records');
    figure('attempts_with_a_record', recordedAttempts, 'all');
    expect(recordedAttempts).toBe(truth.size);
    const answered = new Set(
      records.filter(({ final, status }) => final && status === 'ok').map(({ callId }) => callId),
    );
    const beaten = records.filter(
      ({ status, final, callId }) => status === 'aborted' && !final && answered.has(callId),
    );
    figure('hedged_calls', beaten.length, '> 20 in the mix');
    expect(beaten.length).toBeGreaterThan(20);
    expect(completed).toBeGreaterThan(2_000);
    expect(left).toBeGreaterThan(50);
    const [sums] = await client.gateway.usage({});
    expect(sums).toMatchObject({ calls: 3_000, attempts: truth.size, unpricedAttempts: 0 });
    const recorded = records.reduce((sum, { cost }) => sum + BigInt(cost.amountNano ?? 0), 0n);
    expect(sums?.cost[0]?.amountNano).toBe(recorded);
    // Every reservation came back: what the budget says is spent is what the records say.
    expect(await client.gateway.budgets()).toMatchObject([{ spentNano: Number(recorded), heldNano: 0 }]);
    figure('completed_calls', completed, 'all exact');
    figure('exact_records', reported.length, '>= completed_calls');
    expect(reported.length).toBeGreaterThanOrEqual(completed);
  });
});
