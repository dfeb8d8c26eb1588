import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundHalfEven } from '../../src/domain/format-money.js';
import { type Price, type PriceRule, priceProblems } from '../../src/domain/price.js';
import { compilePrice, costNano } from '../../src/domain/price-card.js';
import { costOf, DriftWatch } from '../../src/domain/price-cost.js';
import { matchesGlob, nearestRelative, parseModelName } from '../../src/domain/price-match.js';
import { readReportedCost } from '../../src/domain/price-reported.js';
import { applyRules, orderRules } from '../../src/domain/price-rules.js';
import type { Usage } from '../../src/domain/usage.js';
import { PriceBook } from '../../src/state/price-book.js';

const AT = Date.parse('2026-11-22T12:00:00Z');
const usage = (fields: Omit<Usage, 'source'>): Usage => ({ ...fields, source: 'reported' });
const cost = (price: Price | readonly Price[], fields: Omit<Usage, 'source'>, multiplier = 1) =>
  costNano(compilePrice(Array.isArray(price) ? price : [price as Price], 'test', false, multiplier), usage(fields), AT);

describe('the cost of a usage', () => {
  it('adds input, cached input and output at their own rates', () => {
    const price = { inputPerMillion: 2.5, cachedInputPerMillion: 1.25, outputPerMillion: 10 };
    expect(cost(price, { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 200 })).toBe(
      600 * 2_500 + 400 * 1_250 + 200 * 10_000,
    );
  });

  it('gives no discount that nobody promised', () => {
    expect(cost({ inputPerMillion: 1, outputPerMillion: 2 }, { inputTokens: 100, cachedInputTokens: 100 })).toBe(
      100_000,
    );
  });

  it('never counts a token twice, reasoning and overlapping parts included', () => {
    const price = { inputPerMillion: 1, cachedInputPerMillion: 0.1, audioInputPerMillion: 30, outputPerMillion: 4 };
    expect(cost(price, { inputTokens: 10, outputTokens: 100, reasoningTokens: 90 })).toBe(10_000 + 400_000);
    // 80 of 100 tokens are audio and 50 are cached: 30 must be both, and count as audio, the dearer reading.
    expect(cost(price, { inputTokens: 100, audioInputTokens: 80, cachedInputTokens: 50 })).toBe(80 * 30_000 + 20 * 100);
  });

  it('bills pictures, minutes, characters and requests', () => {
    expect(cost({ perImage: 0.04 }, { imageCount: 3 })).toBe(120_000_000);
    expect(cost({ perMinute: 0.006 }, { audioSeconds: 12.5 })).toBe(1_250_000);
    expect(cost({ perMinute: 0.006, minimumSeconds: 10 }, { audioSeconds: 0.5 })).toBe(1_000_000);
    expect(cost({ perMillionCharacters: 15 }, { characterCount: 200 })).toBe(3_000_000);
    expect(cost({ perRequest: 0.005, inputPerMillion: 1 }, { inputTokens: 1 })).toBe(5_001_000);
  });

  it('does not take "no rate for this" for "free"', () => {
    expect(cost({ inputPerMillion: 1, outputPerMillion: 2 }, { imageCount: 1 })).toBeUndefined();
    expect(cost({ perImage: 0.04 }, { inputTokens: 500, outputTokens: 3 })).toBeUndefined();
    expect(cost({ inputPerMillion: 0, outputPerMillion: 0 }, { inputTokens: 500 })).toBe(0);
  });

  it('multiplies rates before it rounds', () => {
    expect(cost({ inputPerMillion: 1.25 }, { inputTokens: 1 }, 0.55)).toBe(688);
    expect(cost({ inputPerMillion: 1.25 }, { inputTokens: 2 }, 0.55)).toBe(1_375);
    expect(cost({ inputPerMillion: 0.0005 }, { inputTokens: 1 })).toBe(0);
    expect(cost({ inputPerMillion: 0.0015 }, { inputTokens: 1 })).toBe(2);
  });

  it('equals the exact fraction, rounded once, for any rates and counts', () => {
    const rate = fc.double({ min: 0.0001, max: 200, noNaN: true });
    fc.assert(
      fc.property(
        rate,
        rate,
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        fc.nat(2_000_000),
        fc.nat(200_000),
        (input, output, factor, a, b) => {
          if (a + b === 0) return true;
          const exact = [input, output]
            .map((value) => fraction(value))
            .map(([n, d]) => [n * fraction(factor)[0], d * fraction(factor)[1]] as const);
          const [first, second] = exact as [readonly [bigint, bigint], readonly [bigint, bigint]];
          const numerator = 1_000n * (BigInt(a) * first[0] * second[1] + BigInt(b) * second[0] * first[1]);
          const expected = roundHalfEven({ numerator, denominator: first[1] * second[1] });
          const found = cost(
            { inputPerMillion: input, outputPerMillion: output },
            { inputTokens: a, outputTokens: b },
            factor,
          );
          return found === Number(expected);
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });

  it('switches prices by date and hour, and inherits untouched rates in a tier', () => {
    const prices = [
      { inputPerMillion: 1, outputPerMillion: 2 },
      {
        from: '2026-11-01',
        inputPerMillion: 3,
        outputPerMillion: 2,
        tiers: [{ fromInputTokens: 100, inputPerMillion: 5 }],
      },
      { from: '2027-01-01', inputPerMillion: 9 },
      { hours: { start: '23:00', end: '02:00' }, inputPerMillion: 0.5 },
    ];
    const at = (when: string, inputTokens: number) =>
      costNano(compilePrice(prices, 'test'), usage({ inputTokens, outputTokens: 1 }), Date.parse(when));
    expect(at('2026-10-31T23:00:00Z', 1)).toBe(500);
    expect(at('2026-10-31T12:00:00Z', 1)).toBe(3_000);
    expect(at('2026-11-01T12:00:00Z', 99)).toBe(299_000);
    expect(at('2026-11-01T12:00:00Z', 100)).toBe(502_000);
    expect(at('2027-01-01T01:59:59Z', 1)).toBe(500);
    expect(at('2027-01-01T02:00:00Z', 1)).toBe(9_000);
  });
});

/** The shortest decimal form is what people write and what the compiler reads. */
function fraction(value: number): readonly [bigint, bigint] {
  const text = String(value);
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text) as RegExpExecArray;
  const scale = (match[2]?.length ?? 0) - Number(match[3] ?? 0);
  return [BigInt(`${match[1]}${match[2] ?? ''}`), 10n ** BigInt(scale)];
}

describe('names of models', () => {
  it.each([
    ['*', 'anything', true],
    ['gpt-*', 'GPT-5.5', true],
    ['gpt-*-mini', 'gpt-5.5-mini', true],
    ['gpt-*-mini', 'gpt-mini', false],
    ['*/qwen*', 'Pro/Qwen/Qwen3-8B', true],
    ['a*a', 'a', false],
    ['', '', true],
    ['gpt', 'gpt-5', false],
  ])('matches %j against %j: %s', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  it('matches hostile patterns in linear time', () => {
    const started = performance.now();
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(64_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(50);
  });

  it.each([
    ['Pro/deepseek-ai/DeepSeek-V3.2', 'deepseek-v3.2', 'deepseek', undefined],
    ['openai/gpt-5.5:free', 'gpt-5.5', 'openai', 'free'],
    ['models/gemini-2.5-pro', 'gemini-2.5-pro', undefined, undefined],
    ['ft:gpt-4o-2024-08-06:org::id', 'ft:gpt-4o-2024-08-06:org::id', undefined, undefined],
  ])('takes %s apart', (model, id, vendor, variant) => {
    expect(parseModelName(model)).toEqual({ id, vendor, variant });
  });

  it('finds the nearest version of the same family, the newer of two', () => {
    const names = ['gpt-5-mini', 'gpt-5.4-mini', 'gpt-5.6-mini', 'gpt-5.5', 'gpt-5.5-pro'].map((id) => ({ id }));
    expect(nearestRelative('gpt-5.5-mini', names)).toEqual({ id: 'gpt-5.6-mini' });
    expect(nearestRelative('gpt-5.5-nano', names)).toBeUndefined();
    expect(nearestRelative('no-version', names)).toBeUndefined();
  });
});

function rulesOf(overrides: Readonly<Record<string, PriceRule | readonly PriceRule[]>>): readonly PriceRule[] {
  const rules = Object.entries(overrides).flatMap(([model, value]) =>
    [value].flat().map((price) => ({ ...price, model })),
  );
  return orderRules(rules, ['relay', 'direct']);
}

describe('prices set by the user', () => {
  const listed = {
    prices: [{ inputPerMillion: 10, cachedInputPerMillion: 1, outputPerMillion: 40 }],
    version: 'list',
    estimated: false,
  };
  const apply = (
    overrides: Readonly<Record<string, PriceRule | readonly PriceRule[]>>,
    endpoint: string,
    model: string,
    list: typeof listed | undefined = listed,
  ) => applyRules(rulesOf(overrides), endpoint, model, list);

  it('scales the list price of an endpoint', () => {
    expect(apply({ 'relay:*': { multiplier: 0.55 } }, 'relay', 'gpt-5.5')).toMatchObject({
      multiplier: 0.55,
      version: 'list*0.55',
    });
    expect(apply({ 'relay:*': { multiplier: 0.55 } }, 'direct', 'gpt-5.5')).toMatchObject({
      multiplier: 1,
      version: 'list',
    });
  });

  it('prefers the endpoint to any, a name to a pattern, a long pattern to a short one', () => {
    const overrides = {
      '*': { inputPerMillion: 1, outputPerMillion: 1 },
      'gpt-*': { inputPerMillion: 2, outputPerMillion: 2 },
      'gpt-5.5': { inputPerMillion: 3, outputPerMillion: 3 },
      'relay:gpt-*': { inputPerMillion: 4, outputPerMillion: 4 },
    };
    const input = (endpoint: string, model: string) => apply(overrides, endpoint, model)?.prices[0]?.inputPerMillion;
    expect([
      input('direct', 'x'),
      input('direct', 'gpt-4'),
      input('direct', 'gpt-5.5'),
      input('relay', 'gpt-5.5'),
    ]).toEqual([1, 2, 3, 4]);
  });

  it('reads a colon as an endpoint only where one is named so', () => {
    expect(
      apply({ 'llama3.1:8b': { inputPerMillion: 7, outputPerMillion: 7 } }, 'direct', 'llama3.1:8b')?.prices[0]
        ?.inputPerMillion,
    ).toBe(7);
  });

  it('lets an endpoint-wide factor scale rates set for any endpoint, but not those set for the endpoint itself', () => {
    const overrides = {
      'relay:*': { multiplier: 2 },
      m: { inputPerMillion: 3, outputPerMillion: 3 },
      'relay:n': { inputPerMillion: 3, outputPerMillion: 3 },
    };
    expect(apply(overrides, 'relay', 'm')?.multiplier).toBe(2);
    expect(apply(overrides, 'relay', 'n')?.multiplier).toBe(1);
  });

  it('completes half a price from the list, unless the currencies differ', () => {
    expect(apply({ m: { outputPerMillion: 20 } }, 'direct', 'm')?.prices[0]).toMatchObject({
      inputPerMillion: 10,
      cachedInputPerMillion: 1,
      outputPerMillion: 20,
    });
    expect(
      apply({ m: { outputPerMillion: 20, currency: 'CNY' } }, 'direct', 'm')?.prices[0]?.inputPerMillion,
    ).toBeUndefined();
  });

  it('keeps the list until the first dated price begins', () => {
    const price = apply({ m: [{ from: '2026-12-01', inputPerMillion: 9, outputPerMillion: 9 }] }, 'direct', 'm');
    expect(cost(price?.prices ?? [], { inputTokens: 1 })).toBe(10_000);
    expect(
      costNano(compilePrice(price?.prices ?? [], 'test'), usage({ inputTokens: 1 }), Date.parse('2026-12-01')),
    ).toBe(9_000);
  });

  it('knows nothing without rule and list', () => {
    expect(applyRules([], 'direct', 'm', undefined)).toBeUndefined();
    expect(applyRules([{ multiplier: 0.5 }], 'direct', 'm', undefined)).toBeUndefined();
  });

  it.each([
    [{ inputPerMillion: 0.0000025 }, /per token/],
    [{ inputPerMillion: 2_500_000 }, /per token|billion/],
    [{ outputPerMillion: Number.NaN }, /at least 0/],
    [{ outputPerMillion: -1 }, /at least 0/],
    [{ multiplier: -0.5 }, /multiplier/],
    [{ inputPerMillion: 1, currency: 'yuan' }, /three capitals/],
    [{ inputPerMillion: 1, from: 'soon' }, /date/],
    [{ inputPerMillion: 1, hours: { start: '9', end: '25:00' } }, /HH:MM/],
    [{ inputPerMillion: 1, tiers: [{ fromInputTokens: 1.5 }] }, /fromInputTokens/],
    [{}, /at least one rate/],
  ])('finds the fault in %j', (price, message) => {
    expect(priceProblems(price).join()).toMatch(message);
  });
});

describe('cost told by the provider', () => {
  it.each([
    ['OpenRouter', { usage: { cost: 0.00014 } }, 140_000],
    [
      "OpenRouter with the user's own key",
      { usage: { cost: 0.00001, is_byok: true, cost_details: { upstream_inference_cost: 0.0002 } } },
      210_000,
    ],
    [
      'OpenRouter without',
      { usage: { cost: 0.00014, is_byok: false, cost_details: { upstream_inference_cost: 0.0002 } } },
      140_000,
    ],
    ['xAI', { usage: { cost_in_usd_ticks: 37_756_000 } }, 3_775_600],
    ['Perplexity', { usage: { cost: { total_cost: 0.006 } } }, 6_000_000],
    ['the Responses API of a router', { response: { usage: { cost: 0.5 } } }, 500_000_000],
    ['a float of the kind that programs print', { usage: { cost: 0.000035000000000000004 } }, 35_000],
    ['a free model', { usage: { cost: 0 } }, 0],
  ])('is read as %s sends it', (_who, body, amountNano) => {
    expect(readReportedCost(body)).toEqual({ amountNano, currency: 'USD' });
  });

  it('is read from a path of the endpoint', () => {
    const body = { usage: { billing: { total: '0.25' } } };
    expect(readReportedCost(body, { path: 'usage.billing.total', currency: 'CNY' })).toEqual({
      amountNano: 250_000_000,
      currency: 'CNY',
    });
    expect(readReportedCost(body, { path: 'usage.__proto__.x' })).toBeUndefined();
  });

  it.each([-1, Number.NaN, 'free', null, true, 1e12, {}])('is no cost when it reads %s', (value) => {
    expect(readReportedCost({ usage: { cost: value } })).toBeUndefined();
  });
});

describe('naming a cost', () => {
  const card = compilePrice([{ inputPerMillion: 1, outputPerMillion: 2 }], 'list');
  const tokens = usage({ inputTokens: 10, outputTokens: 10 });

  it('prefers the provider, then the price, and says which', () => {
    const reported = { amountNano: 5, currency: 'USD' };
    expect(costOf({ reported, usage: tokens, card, at: AT })).toEqual({
      ...reported,
      source: 'reported',
      priceVersion: 'provider',
    });
    expect(costOf({ reported: undefined, usage: tokens, card, at: AT })).toEqual({
      amountNano: 30_000,
      currency: 'USD',
      source: 'table',
      priceVersion: 'list',
    });
  });

  it('calls it an estimate when price or usage is one', () => {
    const guess = compilePrice([{ inputPerMillion: 1 }], 'guess', true);
    expect(costOf({ reported: undefined, usage: tokens, card: guess, at: AT }).source).toBe('estimated');
    expect(costOf({ reported: undefined, usage: { ...tokens, source: 'estimated' }, card, at: AT }).source).toBe(
      'estimated',
    );
  });

  it('leaves an unknown cost without amount', () => {
    const unknown = { amountNano: null, currency: null, source: 'unknown', priceVersion: null };
    expect(costOf({ reported: undefined, usage: tokens, card: undefined, at: AT })).toEqual(unknown);
    expect(costOf({ reported: undefined, usage: undefined, card, at: AT })).toEqual(unknown);
    expect(costOf({ reported: undefined, usage: usage({ imageCount: 1 }), card, at: AT })).toEqual(unknown);
  });
});

describe('drift between reported and computed cost', () => {
  it('sounds once when they part, and again after they had met', () => {
    const watch = new DriftWatch();
    const run = (factor: number, calls: number) =>
      Array.from({ length: calls }, () => watch.observe(1_000 * factor, 1_000)).filter(Boolean);
    expect(run(1.05, 100)).toEqual([]);
    expect(run(1.5, 200)).toHaveLength(1);
    expect(run(1, 400)).toEqual([]);
    expect(run(0.6, 200)).toHaveLength(1);
  });

  it('does not sound for a few odd bills or for nothing to compare with', () => {
    const watch = new DriftWatch();
    for (let call = 0; call < 19; call += 1) expect(watch.observe(5_000, 1_000)).toBeUndefined();
    expect(new DriftWatch().observe(5, 0)).toBeUndefined();
  });
});

describe('the price book', () => {
  const list = {
    find: (model: string) =>
      model === 'known'
        ? { prices: [{ inputPerMillion: 1 }], version: 'list', estimated: false }
        : model === 'guess'
          ? { prices: [{ inputPerMillion: 2 }], version: 'guess', estimated: true }
          : undefined,
  };
  const book = (more: Partial<ConstructorParameters<typeof PriceBook>[0]> = {}) =>
    new PriceBook({ rules: [], fx: {}, loadTable: () => Promise.resolve(list), baseURL: () => undefined, ...more });

  it('loads the list once, when it is first needed', async () => {
    let loads = 0;
    const prices = book({
      loadTable: () => {
        loads += 1;
        return Promise.resolve(list);
      },
    });
    expect(loads).toBe(0);
    await Promise.all([prices.ready(), prices.ready()]);
    expect(prices.ready()).toBeUndefined();
    expect(loads).toBe(1);
    expect(prices.card('a', 'known')?.version).toBe('list');
  });

  it("goes on with the user's prices when the list cannot be loaded", async () => {
    const prices = book({
      rules: [{ model: 'mine', inputPerMillion: 1 }],
      loadTable: () => Promise.reject(new Error('gone')),
    });
    await prices.ready();
    expect(prices.card('a', 'mine')).toBeDefined();
    expect(prices.card('a', 'known')).toBeUndefined();
  });

  it.each([
    [undefined, true, false],
    ['estimate', true, true],
    ['reject', false, false],
    ['ignore', true, false],
  ] as const)(
    'under onUnknownPrice %s has a guess: %s, and an assumption: %s',
    async (onUnknownPrice, guess, assumption) => {
      const prices = book({ onUnknownPrice });
      await prices.ready();
      expect(prices.card('a', 'guess') !== undefined).toBe(guess);
      expect(prices.card('a', 'nonesuch') !== undefined).toBe(assumption);
      expect(prices.card('a', 'known')).toBeDefined();
    },
  );

  it('stays bounded when model names are made up', async () => {
    const prices = book({ onUnknownPrice: 'estimate' });
    await prices.ready();
    for (let index = 0; index < 10_000; index += 1) prices.card('a', `m${index}`);
    expect(prices.size).toBeLessThanOrEqual(2_000);
  });

  it('tells of drift once it has compared enough', async () => {
    const prices = book();
    await prices.ready();
    const facts = { reported: { amountNano: 2_000, currency: 'USD' }, usage: usage({ inputTokens: 1 }), at: AT };
    const drifts = Array.from({ length: 60 }, () => prices.cost('a', 'known', facts).drift).filter(
      (drift) => drift !== undefined,
    );
    expect(drifts).toEqual([{ ratio: 2, calls: 20 }]);
  });
});
