import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAIError } from 'openai';
import { describe, expect, it } from 'vitest';
import { BudgetExceededError, createGatewayClient, gatewayInfo, PriceUnknownError, withTags } from '../../src/index.js';
import { SqliteLedger } from '../../src/sqlite.js';
import { mockTransport, reply } from '../../src/testing.js';

type Options = Parameters<typeof createGatewayClient>[0];

const messages = [{ role: 'user' as const, content: 'Hello' }];
const usage = { inputTokens: 1_000, outputTokens: 100 };
const PRICES = [{ model: 'm', inputPerMillion: 10, outputPerMillion: 50 }];
/** A thousand tokens in and a hundred out, at 10 and 50 dollars a million. */
const COST = 15_000_000;
const dollars = (amount: number) => ({ amount, currency: 'USD' });

function setUp(options: Options = {}, script: Parameters<typeof mockTransport>[0] = []) {
  const transport = mockTransport(script, { otherwise: reply.chat({ text: 'Hello', usage }) });
  const endpoint = { name: 'a', baseURL: 'https://a.example/v1', apiKey: 'key', fetch: transport.fetch };
  const client = createGatewayClient({ endpoints: [endpoint], prices: PRICES, env: false, maxRetries: 0, ...options });
  return { client, transport };
}
const ask = (client: ReturnType<typeof setUp>['client'], fields: object = {}) =>
  client.chat.completions.create({ model: 'm', messages, max_tokens: 100, ...fields });

describe('a budget that is used up', () => {
  it('refuses with one error of our own, sends nothing and is not tried again', async () => {
    const { client, transport } = setUp({
      budgets: [{ name: 'day', per: 'day', limit: dollars(0.02) }],
      maxRetries: 2,
    });
    await ask(client);
    const error = await ask(client).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BudgetExceededError);
    expect(error).toBeInstanceOf(OpenAIError);
    expect(error).toMatchObject({
      code: 'budget_exceeded',
      budget: 'day',
      spentNano: COST,
      limitNano: 20_000_000,
      currency: 'USD',
    });
    const { resetsAt, retryAfterMs } = error as BudgetExceededError;
    expect(resetsAt.getTime()).toBe(Math.floor(Date.now() / 86_400_000 + 1) * 86_400_000);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(transport.requests).toHaveLength(1);
    expect(await client.gateway.usage({})).toMatchObject([{ calls: 2, failedCalls: 1, attempts: 1 }]);
  });

  it('is shared with clones and views of the client', async () => {
    const { client } = setUp({ budgets: [{ name: 'day', per: 'day', limit: dollars(0.02) }] });
    await ask(client.withOptions({ timeout: 5_000 }) as typeof client);
    await expect(ask(client.with({ tags: { project: 'x' } }) as typeof client)).rejects.toThrow(BudgetExceededError);
  });

  it('serves the call with a cheaper alias where that is asked for', async () => {
    const { client, transport } = setUp({
      models: { smart: 'm', cheap: 'n' },
      prices: [...PRICES, { model: 'n', inputPerMillion: 0.1, outputPerMillion: 0.5 }],
      budgets: [{ name: 'day', per: 'day', limit: dollars(0.01), onExceeded: { degrade: 'cheap' } }],
    });
    await ask(client, { model: 'smart' });
    await ask(client, { model: 'smart' });
    expect(transport.requests.map(({ body }) => (body as { model: string }).model)).toEqual(['m', 'n']);
    expect(await client.gateway.budgets()).toMatchObject([{ spentNano: COST + COST / 100 }]);
  });

  it('serves no more calls at the full price than fit, however many begin together', async () => {
    const degrade = { name: 'day', per: 'day' as const, limit: dollars(0.05), onExceeded: { degrade: 'cheap' } };
    const { client, transport } = setUp({
      models: { smart: 'm', cheap: 'small' },
      prices: [...PRICES, { model: 'small', inputPerMillion: 0.1, outputPerMillion: 0.5 }],
      budgets: [degrade],
    });
    // At most 17 input tokens and a margin: about half a cent each.
    const prompt = { model: 'smart', max_tokens: 100 };
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(client, prompt)));
    expect(answers).toHaveLength(30);
    const full = transport.requests.filter(({ body }) => (body as { model: string }).model === 'm');
    expect(full.length).toBeGreaterThan(3);
    expect(full.length).toBeLessThan(10);
    expect(await client.gateway.budgets()).toMatchObject([{ heldNano: 0 }]);
  });

  it('is known to a client that has just begun, and to the calls it begins with', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'client-'));
    const degrade = { name: 'day', per: 'day' as const, limit: dollars(0.016), onExceeded: { degrade: 'cheap' } };
    const options = { models: { smart: 'm', cheap: 'small' }, budgets: [degrade] };
    const prices = [...PRICES, { model: 'small', inputPerMillion: 0.1, outputPerMillion: 0.5 }];
    try {
      for (const models of [['m', 'm'], ['small']]) {
        const store = new SqliteLedger({ file: join(directory, 'ledger.db') });
        const { client, transport } = setUp({ ...options, prices, store });
        const before = models[0] === 'm' ? 0 : 2 * COST;
        expect(await client.gateway.budgets()).toMatchObject([{ spentNano: before }]);
        for (const _ of models) await ask(client, { model: 'smart' });
        expect(transport.requests.map(({ body }) => (body as { model: string }).model)).toEqual(models);
        await client.gateway.close();
        store.close();
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('says what the call could have cost', async () => {
    const { client } = setUp({ budgets: [{ name: 'day', per: 'day', limit: dollars(0.001) }] });
    const error: unknown = await ask(client).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BudgetExceededError);
    expect((error as BudgetExceededError).neededNano).toBeGreaterThan(5_000_000);
    expect(String(error)).toMatch(/may cost up to \$0\.005/);
  });

  it('is resumed from a file after a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'client-'));
    const budgets = [{ name: 'month', per: 'month' as const, limit: dollars(0.02) }];
    const first = new SqliteLedger({ file: join(directory, 'calls.db') });
    const before = setUp({ budgets, store: first });
    await ask(before.client);
    await before.client.gateway.close();
    first.close();
    const second = new SqliteLedger({ file: join(directory, 'calls.db') });
    const after = setUp({ budgets, store: second });
    await expect(ask(after.client)).rejects.toThrow(BudgetExceededError);
    expect(await after.client.gateway.usage({ by: ['model'] })).toMatchObject([
      { group: { model: 'm' }, calls: 2, attempts: 1 },
    ]);
    await after.client.gateway.close();
    second.close();
    rmSync(directory, { recursive: true });
  });
});

describe('an unknown price', () => {
  const budgets = [{ name: 'day', per: 'day' as const, limit: dollars(1) }];

  it('refuses a budgeted call before it is sent, and says what to set', async () => {
    const { client, transport } = setUp({ budgets });
    const error = await ask(client, { model: 'nonesuch-x' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PriceUnknownError);
    expect(String(error)).toContain("prices: { 'a:nonesuch-x'");
    expect(transport.requests).toHaveLength(0);
  });

  it('never reads as zero elsewhere, and is told of once', async () => {
    const told: unknown[] = [];
    const { client } = setUp({ hooks: { onPriceUnknown: (event) => told.push(event) }, logLevel: 'off' });
    const answers = [await ask(client, { model: 'nonesuch-x' }), await ask(client, { model: 'nonesuch-x' })];
    expect(gatewayInfo(answers[0])?.cost).toMatchObject({ amountNano: null, source: 'unknown' });
    expect(told).toMatchObject([{ endpoint: 'a', model: 'nonesuch-x' }]);
    expect(await client.gateway.usage({})).toMatchObject([{ unpricedAttempts: 2, cost: [] }]);
  });

  it.each([
    ['estimate', 1],
    ['ignore', 1],
    ['reject', 0],
  ] as const)('under onUnknownPrice %s sends %i requests', async (onUnknownPrice, sent) => {
    const { client, transport } = setUp({ budgets, onUnknownPrice, logLevel: 'off' });
    await ask(client, { model: 'nonesuch-x' }).catch(() => {});
    expect(transport.requests).toHaveLength(sent);
  });

  it('of the model in most tutorials is guessed, and the guess is marked', async () => {
    const { client } = setUp({ budgets, logLevel: 'off' });
    const answer = await ask(client, { model: 'gpt-5.5-mini' });
    expect(gatewayInfo(answer)?.cost).toMatchObject({ source: 'estimated', currency: 'USD' });
  });
});

describe('calls that are not billed by prompt and completion', () => {
  const budgets = [{ name: 'day', per: 'day' as const, limit: dollars(1) }];

  it('are free under a budget where the provider makes them so, without a model named', async () => {
    const { client } = setUp({ budgets }, [reply.json({ id: 'x', model: 'omni-moderation-latest', results: [] })]);
    const checked = await client.moderations.create({ input: 'Hello' });
    expect(gatewayInfo(checked)?.cost).toMatchObject({ amountNano: 0, currency: 'USD' });
  });

  it('are refused with the rate they would need', async () => {
    const { client } = setUp({ budgets });
    await expect(client.images.generate({ model: 'painter', prompt: 'Ships' })).rejects.toThrow(/perImage/);
    await expect(client.embeddings.create({ model: 'vectors', input: 'Ships' })).rejects.toThrow(
      /inputPerMillion: 0.02 /,
    );
    await expect(client.images.generate({ prompt: 'Ships' })).rejects.toThrow(/names no model/);
  });

  it('cost at most what was asked for when the reply counts something else than the price does', async () => {
    const { client } = setUp({ budgets }, [reply.json({ created: 1, data: [{ b64_json: 'aGk=' }] })]);
    const picture = await client.images.generate({ model: 'm', prompt: 'Ships' });
    expect(gatewayInfo(picture)?.cost).toMatchObject({ source: 'estimated', currency: 'USD' });
  });
});

describe('costs that nobody wanted to know beforehand', () => {
  it('are worked out when somebody asks, for all calls so far', async () => {
    const { client } = setUp({ prices: undefined }, [reply.reset(), reply.chat({ text: 'Hello', usage })]);
    await ask(client, { model: 'gpt-4o' }).catch(() => {});
    const answer = await ask(client, { model: 'gpt-4o' });
    await ask(client, { model: 'nobody-knows-it' });
    const rows = await client.gateway.usage({ by: ['model', 'status'] });
    expect(
      rows.map(({ group, attempts, cost, unpricedAttempts }) => [group, attempts, String(cost), unpricedAttempts]),
    ).toEqual([
      [{ model: 'gpt-4o', status: 'ok' }, 1, '$0.00350', 0],
      [{ model: 'gpt-4o', status: 'failed' }, 1, expect.stringMatching(/^\$0\.00[1-9]/), 0],
      [{ model: 'nobody-knows-it', status: 'ok' }, 1, '', 1],
    ]);
    expect(gatewayInfo(answer)?.cost).toMatchObject({ amountNano: 3_500_000, source: 'table' });
    expect(await client.gateway.usage({ by: ['model', 'status'] })).toEqual(rows);
  });

  it('are those of all attempts of a call', async () => {
    const { client } = setUp({ prices: undefined, maxRetries: 1 }, [
      reply.reset(),
      reply.chat({ text: 'Hello', usage }),
    ]);
    const answer = await ask(client, { model: 'gpt-4o' });
    await client.gateway.usage();
    expect(gatewayInfo(answer)?.attempts).toHaveLength(2);
    expect(gatewayInfo(answer)?.cost).toMatchObject({ source: 'estimated' });
    expect(gatewayInfo(answer)?.cost?.amountNano).toBeGreaterThan(4_500_000);
  });

  it('fill no memory while nobody asks', async () => {
    const { client } = setUp({ prices: undefined });
    for (let call = 0; call < 1_100; call += 1) await ask(client, { model: 'gpt-4o' });
    expect(await client.gateway.usage()).toMatchObject([{ calls: 1_100, unpricedAttempts: 0 }]);
  });
});

describe('attempts that failed', () => {
  const budgets = [{ name: 'day', per: 'day' as const, limit: dollars(1) }];

  it('give back all that was reserved when the provider cannot have billed them', async () => {
    const { client } = setUp({ budgets }, [reply.error(400)]);
    await expect(ask(client)).rejects.toThrow();
    expect(await client.gateway.budgets()).toMatchObject([{ spentNano: 0, heldNano: 0 }]);
    expect(await client.gateway.usage({})).toMatchObject([{ calls: 1, attempts: 1, unpricedAttempts: 0 }]);
  });

  it('are settled at the estimate when the provider may have done the work', async () => {
    const { client } = setUp({ budgets }, [reply.reset()]);
    await expect(ask(client)).rejects.toThrow();
    const [status] = await client.gateway.budgets();
    expect(status?.heldNano).toBe(0);
    expect(status?.spentNano).toBeGreaterThan(100 * 50_000);
    expect((await client.gateway.usage({}))[0]).toMatchObject({ attempts: 1, estimatedAttempts: 1 });
  });

  it('count in the cost of their call beside the one that answered', async () => {
    const { client } = setUp({ budgets, maxRetries: 1, circuit: false }, [
      reply.reset(),
      reply.chat({ text: 'Hello', usage }),
    ]);
    const answer = await ask(client);
    const cost = gatewayInfo(answer)?.cost;
    expect(cost?.source).toBe('estimated');
    expect(cost?.amountNano).toBeGreaterThan(COST);
    expect(await client.gateway.budgets()).toMatchObject([{ spentNano: cost?.amountNano }]);
  });
});

describe('streams', () => {
  it('that their reader leaves before the usage comes are estimated by what came, never at nothing', async () => {
    const { client } = setUp({ budgets: [{ name: 'day', per: 'day', limit: dollars(1) }] }, [
      reply.chat({ text: 'one two three four five six seven eight', usage }),
    ]);
    const stream = await client.chat.completions.create({ model: 'm', messages, max_tokens: 100, stream: true });
    for await (const _chunk of stream) break;
    const [row] = await client.gateway.usage({});
    expect(row).toMatchObject({ calls: 1, estimatedAttempts: 1 });
    expect(row?.outputTokens).toBeGreaterThan(0);
    expect(row?.outputTokens).toBeLessThan(20);
    expect(row?.cost[0]?.amount).toBeGreaterThan(0);
  });

  it('that bring no usage show an estimate, and say so', async () => {
    const settled: unknown[] = [];
    const { client } = setUp({ hooks: { onCost: () => {}, onCallSettled: (event) => settled.push(event.usage) } }, [
      reply.chat({ text: 'Hello there', usage: false }),
      reply.chat({ text: 'Hello there', usage: false }),
    ]);
    await ask(client);
    const stream = await client.chat.completions.create({ model: 'm', messages, stream: true });
    for await (const _ of stream);
    expect(gatewayInfo(stream)?.usage).toMatchObject({ source: 'estimated', outputTokens: expect.any(Number) });
    expect(settled.at(-1)).toMatchObject({ source: 'estimated' });
  });

  it('that end are exact', async () => {
    const { client } = setUp({ budgets: [{ name: 'day', per: 'day', limit: dollars(1) }] });
    const stream = await client.chat.completions.create({ model: 'm', messages, max_tokens: 100, stream: true });
    for await (const _chunk of stream);
    expect(gatewayInfo(stream)?.cost).toMatchObject({ amountNano: COST, source: 'table' });
    expect(await client.gateway.budgets()).toMatchObject([{ spentNano: COST, heldNano: 0 }]);
  });
});

describe('a fallback to a far dearer model', () => {
  const script = () => ({ add: [reply.error(500)] });
  const options: Options = {
    models: { smart: ['m', 'dear'] },
    prices: [...PRICES, { model: 'dear', inputPerMillion: 100, outputPerMillion: 500 }],
    circuit: false,
  };

  it('is made without a bound, and not with one', async () => {
    const free = setUp(options, script().add);
    await ask(free.client, { model: 'smart' });
    expect(free.transport.requests).toHaveLength(2);
    const bound = setUp({ ...options, fallback: { maxPriceRatio: 5 } }, script().add);
    await expect(ask(bound.client, { model: 'smart' })).rejects.toThrow(/500/);
    expect(bound.transport.requests).toHaveLength(1);
    const { targets, skipped } = bound.client.gateway.explain({ model: 'smart' });
    expect(targets).toHaveLength(1);
    expect(skipped).toMatchObject([{ why: expect.stringMatching(/times dearer/) }]);
  });
});

describe('labels', () => {
  it('of client, context, header and call name the owner, the narrower one winning, and are never sent', async () => {
    const { client, transport } = setUp({ tags: { project: 'default', env: 'test' } });
    await ask(client);
    await withTags({ project: 'search' }, () => ask(client));
    await client.chat.completions.create({ model: 'm', messages }, { headers: { 'x-gateway-tag-project': 'batch' } });
    await client.chat.completions.create({ model: 'm', messages }, { gateway: { tags: { project: 'chat' } } });
    await ask(client.with({ tags: { project: 'view' } }) as typeof client);
    const rows = await client.gateway.usage({ by: ['project', 'env'] });
    expect(rows.map(({ group }) => group['project']).sort()).toEqual(['batch', 'chat', 'default', 'search', 'view']);
    expect(rows.every(({ group }) => group['env'] === 'test')).toBe(true);
    for (const { headers } of transport.requests)
      expect([...new Headers(headers).keys()].filter((name) => name.includes('gateway'))).toEqual([]);
  });
});

describe('labels in default headers', () => {
  const wire = (requests: readonly { readonly headers: unknown }[]) =>
    requests.flatMap(({ headers }) =>
      [...new Headers(headers as HeadersInit).keys()].filter((name) => name.includes('gateway')),
    );
  const projects = async ({ client }: Pick<ReturnType<typeof setUp>, 'client'>) =>
    (await client.gateway.usage({ by: ['project'] })).map(({ group }) => group['project']).sort();

  it('own the calls of the client and of its clones, and are never sent', async () => {
    const made = setUp({ defaultHeaders: { 'X-Gateway-Tag-Project': 'shop', 'x-other': '1' } });
    await ask(made.client);
    await ask(made.client.withOptions({ timeout: 1_000 }) as typeof made.client);
    await ask(made.client.withOptions({ defaultHeaders: { 'x-gateway-tag-project': 'clone' } }) as typeof made.client);
    await withTags({ project: 'inner' }, () => ask(made.client));
    expect(await projects(made)).toEqual(['clone', 'inner', 'shop']);
    expect(wire(made.transport.requests)).toEqual([]);
    expect(new Headers(made.transport.requests[0]?.headers).get('x-other')).toBe('1');
  });

  it('are not sent by a client without endpoints of its own, nor to a fallback', async () => {
    const transport = mockTransport([], { otherwise: reply.chat({ text: 'Hello', usage }) });
    const defaultHeaders = { 'x-gateway-tag-project': 'plain' };
    const client = createGatewayClient({
      apiKey: 'key',
      fetch: transport.fetch,
      defaultHeaders,
      env: {},
      prices: PRICES,
    });
    await ask(client as never);
    expect(await projects({ client: client as never })).toEqual(['plain']);
    const fallback = mockTransport([reply.error(500)], { otherwise: reply.chat('Hello') });
    const two = ['a', 'b'].map((name) => ({
      name,
      baseURL: `https://${name}.example/v1`,
      apiKey: 'key',
      fetch: fallback.fetch,
    }));
    await ask(setUp({ endpoints: two, defaultHeaders }).client);
    expect(wire([...transport.requests, ...fallback.requests])).toEqual([]);
    expect(fallback.requests).toHaveLength(2);
  });
});

describe('a question to the ledger', () => {
  it.each([
    [{ by: 'project' }, /usage.by: must be a list/],
    [{ since: 'yesterday' }, /usage.since: must be a valid Date/],
    [{ until: new Date('nonsense') }, /usage.until/],
    [{ group: ['project'] }, /usage.group: there is no such option/],
    [null, /usage: takes an object/],
  ])('that cannot be understood is refused: %j', async (query, message) => {
    await expect(setUp().client.gateway.usage(query as never)).rejects.toThrow(message);
  });
});

describe("the cost in a place of the provider's own", () => {
  it.each([
    ['bill.total', { amountNano: 250_000_000, currency: 'USD' }],
    [
      { path: 'bill.total', currency: 'CNY' },
      { amountNano: 250_000_000, currency: 'CNY' },
    ],
  ])('is read from `costPath` %j', async (costPath, cost) => {
    const body = { id: 'x', object: 'chat.completion', created: 1, model: 'm', bill: { total: 0.25 } };
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }];
    const { fetch } = mockTransport([
      reply.json({ ...body, choices, usage: { prompt_tokens: 1, completion_tokens: 1 } }),
    ]);
    const endpoint = { name: 'a', baseURL: 'https://a.example/v1', apiKey: 'key', fetch, costPath };
    const answer = await ask(setUp({ endpoints: [endpoint] }).client);
    expect(gatewayInfo(answer)?.cost).toEqual({ ...cost, source: 'reported', priceVersion: 'provider' });
  });
});

describe('hooks of usage and cost', () => {
  it('are told frozen facts, and change nothing when they throw, reject or hang', async () => {
    const seen: { usage: unknown; cost?: unknown }[] = [];
    const { client } = setUp({
      budgets: [{ name: 'day', per: 'day', limit: dollars(0.016) }],
      hooks: {
        onHookError: () => {},
        onUsage: (event) => {
          seen.push(event);
          throw new Error('mine');
        },
        onCost: (event) => {
          seen.push(event);
          return Promise.reject(new Error('mine'));
        },
        onBudgetThreshold: () => new Promise(() => {}),
      },
    });
    const answer = await ask(client);
    expect(answer.choices[0]?.message.content).toBe('Hello');
    expect(seen).toHaveLength(2);
    expect(seen[1]).toMatchObject({
      endpoint: 'a',
      model: 'm',
      attempt: 1,
      cost: { amountNano: COST, source: 'table', priceVersion: 'rule:m' },
    });
    for (const event of seen) expect(Object.isFrozen(event) && Object.isFrozen(event.usage)).toBe(true);
  });
});
