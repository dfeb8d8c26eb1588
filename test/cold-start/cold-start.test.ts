import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as Door from '../../src/index.js';
import type { GatewayOptions } from '../../src/options/options.js';

/** Nothing of the test tools is imported here: they have the client loaded at once. */
let door: typeof Door;

beforeEach(async () => {
  vi.resetModules();
  door = await import('../../src/index.js');
});

const base = { apiKey: 'test', baseURL: 'https://llm.example/v1', env: false as const, maxRetries: 0 };

/** Far end that remembers the prompts in the order in which they came, and how many were under way at once. */
function farEnd(turns = 1) {
  const seen: { prompts: string[]; most: number } = { prompts: [], most: 0 };
  let inFlight = 0;
  const fetch = async (_url: unknown, init?: RequestInit) => {
    const { messages } = JSON.parse(String(init?.body)) as { messages: { content: string }[] };
    const prompt = messages[0]?.content ?? '';
    seen.prompts.push(prompt);
    inFlight += 1;
    seen.most = Math.max(seen.most, inFlight);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    inFlight -= 1;
    return Response.json({
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: prompt }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  };
  return { seen, fetch };
}

function clientOf(options: Partial<GatewayOptions>) {
  const client = door.createGatewayClient({ ...base, ...options });
  const ask = async (content: string) => {
    const completion = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content }] });
    return completion.choices[0]?.message.content;
  };
  return { client, ask };
}

const prompts = Array.from({ length: 20 }, (_, index) => `number ${index}`);

/** A call begins some turns of the queue after it was made, as with the SDK. */
async function begun(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('the first calls of a process, made in the same turn as the client', () => {
  it('are all served, in the order in which they were made', async () => {
    const { seen, fetch } = farEnd();
    const { ask } = clientOf({ fetch });
    expect(await Promise.all(prompts.map(ask))).toEqual(prompts);
    expect(seen.prompts).toEqual(prompts);
  });

  it('stand before those that are made while they wait', async () => {
    const { seen, fetch } = farEnd();
    const { ask } = clientOf({ fetch });
    const early = ask('early');
    const late = new Promise((resolve) => setImmediate(resolve)).then(() => ask('late'));
    await Promise.all([early, late]);
    expect(seen.prompts).toEqual(['early', 'late']);
  });

  it('keep limits', async () => {
    const { seen, fetch } = farEnd(5);
    const { ask } = clientOf({ fetch, limits: { maxConcurrency: 2 } });
    expect(await Promise.all(prompts.map(ask))).toEqual(prompts);
    expect(seen.most).toBe(2);
  });

  it('are refused by a budget', async () => {
    const { seen, fetch } = farEnd();
    const { ask } = clientOf({
      fetch,
      prices: { m: { currency: 'USD', inputPerMillion: 10, outputPerMillion: 10 } },
      budgets: [{ name: 'none', per: 'day', limit: { amount: 0, currency: 'USD' } }],
    });
    await expect(ask('hello')).rejects.toBeInstanceOf(door.BudgetExceededError);
    expect(seen.prompts).toEqual([]);
  });

  it('share state with those of a clone', async () => {
    const { seen, fetch } = farEnd(5);
    const { client, ask } = clientOf({ fetch, limits: { maxConcurrency: 1 } });
    const clone = client.withOptions({ timeout: 1_000 });
    const other = clone.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'clone' }] });
    await Promise.all([ask('client'), other]);
    expect(seen.most).toBe(1);
    expect(seen.prompts).toHaveLength(2);
  });

  it('are finished when the gateway is closed right after them', async () => {
    const { fetch } = farEnd();
    const { client, ask } = clientOf({ fetch });
    const answer = ask('hello');
    await begun();
    await client.gateway.close();
    expect(await answer).toBe('hello');
  });

  it('end without being sent when the gateway is closed at once', async () => {
    const { seen, fetch } = farEnd();
    const { client, ask } = clientOf({ fetch });
    const answer = expect(ask('hello')).rejects.toBeInstanceOf(door.ShuttingDownError);
    await begun();
    await client.gateway.close({ graceMs: 0 });
    await answer;
    expect(seen.prompts).toEqual([]);
    await expect(ask('hello')).rejects.toBeInstanceOf(door.ShuttingDownError);
  });
});

describe('a client that has just been made', () => {
  it('explains a call, and shows endpoints, before anything is loaded', () => {
    const { client } = clientOf({});
    expect(client.gateway.explain({ model: 'm' }).targets).toMatchObject([
      { endpoint: 'llm.example', standing: 'ready' },
    ]);
    expect(client.gateway.endpoints()).toMatchObject([{ name: 'llm.example' }]);
  });

  it('shows its limits a moment later, and waits for its budgets', async () => {
    const { client } = clientOf({
      limits: { maxConcurrency: 2 },
      budgets: [{ name: 'all', per: 'day', limit: { amount: 5, currency: 'USD' } }],
    });
    expect(client.gateway.limits()).toEqual([]);
    expect(await client.gateway.budgets()).toMatchObject([{ name: 'all', spentNano: 0 }]);
    // What serves calls is there now: neither budgets nor the sums of a ledger can be had without it.
    expect(client.gateway.limits()).toMatchObject([{ name: 'llm.example', maxConcurrency: 2 }]);
    expect(await client.gateway.usage()).toMatchObject([{ calls: 0 }]);
  });

  it('can be closed before it has done anything', async () => {
    const { client } = clientOf({});
    await expect(client.gateway.close()).resolves.toBeUndefined();
  });

  it('is ready at once beside the test tools, so that fake timers cannot get ahead of it', async () => {
    const { mockTransport } = await import('../../src/testing.js');
    const { fetch } = mockTransport();
    const { client } = clientOf({ fetch, limits: { maxConcurrency: 2 } });
    expect(client.gateway.limits()).toMatchObject([{ name: 'llm.example' }]);
  });
});

describe('a client that keeps to the rules of the SDK', () => {
  it('serves calls without what it does not need', async () => {
    const { seen, fetch } = farEnd();
    const { client, ask } = clientOf({ fetch, compat: 'sdk' });
    expect(await ask('hello')).toBe('hello');
    expect(seen.prompts).toEqual(['hello']);
    expect(client.gateway.limits()).toEqual([]);
  });
});
