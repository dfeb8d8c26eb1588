import { beforeAll, describe, expect, it } from 'vitest';
import { compilePrice, costNano } from '../../src/domain/price-card.js';
import type { PriceTable } from '../../src/domain/price-table.js';
import { openPriceList } from '../../src/prices/price-list.js';
import { figure } from './figure.js';

const OPENAI = 'https://api.openai.com/v1';
const ANTHROPIC = 'https://api.anthropic.com/v1/';
const GOOGLE = 'https://generativelanguage.googleapis.com/v1beta/openai/';
const DEEPSEEK = 'https://api.deepseek.com';
const MOONSHOT = 'https://api.moonshot.ai/v1';
const ZAI = 'https://api.z.ai/api/paas/v4';
const XAI = 'https://api.x.ai/v1';
const OPENROUTER = 'https://openrouter.ai/api/v1';
const SILICONFLOW = 'https://api.siliconflow.cn/v1';
const DASHSCOPE = 'https://dashscope.aliyuncs.com/compatible-mode/v1';
const RELAY = 'https://treerouter.com/v1';

type Row = readonly [
  model: string,
  baseURL: string,
  input: number,
  cached: number | undefined,
  output: number | undefined,
  currency?: 'CNY',
];

/**
 * Prices per million tokens as their sellers publish them (input, cached input, output), not taken from the list under
 * test. Those of older models (GPT-4o, GPT-4.1, o3, Gemini 2.5, embeddings) are from general knowledge and were not looked
 * up again; the others were, by hand. Read in November 2026 from copies of the sellers' pages: OpenAI's of 2026-11-05, Claude's
 * of 2026-10-24, DeepSeek's of 2026-10-27, Alibaba's of 2026-05, SiliconFlow's of 2026-02 and 2026-04, the others' of
 * 2026-09 to 2026-11. `undefined`: the seller has no such rate.
 */
const PUBLISHED: readonly Row[] = [
  ['gpt-6-astra', OPENAI, 10, 1, 50],
  ['gpt-6-sol', OPENAI, 2, 0.2, 10],
  ['gpt-6-luna', OPENAI, 0.1, 0.01, 0.5],
  ['gpt-5.6-terra', OPENAI, 2, 0.2, 12],
  ['gpt-5.6-luna', OPENAI, 0.2, 0.02, 1.2],
  ['gpt-5.5', OPENAI, 5, 0.5, 30],
  ['gpt-5.5-2026-04-23', OPENAI, 5, 0.5, 30],
  ['gpt-5.5-pro', OPENAI, 30, undefined, 180],
  ['gpt-5.4', OPENAI, 2.5, 0.25, 15],
  ['gpt-5.4-mini', OPENAI, 0.75, 0.075, 4.5],
  ['gpt-5.4-nano', OPENAI, 0.2, 0.02, 1.25],
  ['gpt-5', OPENAI, 1.25, 0.125, 10],
  ['gpt-5-mini', OPENAI, 0.25, 0.025, 2],
  ['gpt-5-nano', OPENAI, 0.05, 0.005, 0.4],
  ['gpt-4.1', OPENAI, 2, 0.5, 8],
  ['gpt-4.1-mini', OPENAI, 0.4, 0.1, 1.6],
  ['gpt-4o', OPENAI, 2.5, 1.25, 10],
  ['gpt-4o-mini-2024-07-18', OPENAI, 0.15, 0.075, 0.6],
  ['o3', OPENAI, 2, 0.5, 8],
  ['o4-mini', OPENAI, 1.1, 0.275, 4.4],
  ['text-embedding-3-small', OPENAI, 0.02, undefined, undefined],
  ['text-embedding-3-large', OPENAI, 0.13, undefined, undefined],
  ['claude-fable-5-1', ANTHROPIC, 10, 0.25, 50],
  ['claude-opus-5-5', ANTHROPIC, 4, 0.2, 20],
  ['claude-opus-5', ANTHROPIC, 5, 0.5, 25],
  ['claude-sonnet-5-5', ANTHROPIC, 2, 0.1, 10],
  ['claude-sonnet-5', ANTHROPIC, 2, 0.2, 10],
  ['claude-haiku-5-5', ANTHROPIC, 0.1, 0.01, 0.5],
  ['claude-haiku-4-5-20251001', ANTHROPIC, 1, 0.1, 5],
  ['gemini-3.8-flash', GOOGLE, 0.75, 0.075, 3.75],
  ['models/gemini-2.5-pro', GOOGLE, 1.25, 0.125, 10],
  ['gemini-2.5-flash', GOOGLE, 0.3, 0.03, 2.5],
  ['gemini-2.5-flash-lite', GOOGLE, 0.1, 0.01, 0.4],
  ['gemini-3.1-pro-preview', GOOGLE, 2, 0.2, 12],
  ['deepseek-flash', DEEPSEEK, 0.15, 0.003, 0.6],
  ['deepseek-v4-flash', DEEPSEEK, 0.15, 0.003, 0.6],
  ['deepseek-v4-pro', DEEPSEEK, 0.66, 0.022, 1.98],
  ['kimi-k3', MOONSHOT, 3, 0.3, 15],
  ['kimi-k2.6', MOONSHOT, 0.95, 0.16, 4],
  ['glm-5.3', ZAI, 1.4, 0.26, 4.4],
  ['glm-5.3-flash', ZAI, 0.075, 0.015, 0.25],
  ['grok-4.5', XAI, 2, 0.3, 6],
  ['openai/gpt-5.5', OPENROUTER, 5, 0.5, 30],
  ['openai/gpt-6-sol', OPENROUTER, 2, 0.2, 10],
  ['openai/gpt-5.4-mini', OPENROUTER, 0.75, 0.075, 4.5],
  ['openai/gpt-4o-mini', OPENROUTER, 0.15, 0.075, 0.6],
  ['anthropic/claude-sonnet-5', OPENROUTER, 2, 0.2, 10],
  ['anthropic/claude-opus-5.5', OPENROUTER, 4, 0.2, 20],
  ['google/gemini-3.1-pro-preview', OPENROUTER, 2, 0.2, 12],
  ['deepseek/deepseek-r1:free', OPENROUTER, 0, 0, 0],
  ['deepseek-ai/DeepSeek-V3', SILICONFLOW, 2, undefined, 8, 'CNY'],
  ['Pro/deepseek-ai/DeepSeek-V3', SILICONFLOW, 2, undefined, 8, 'CNY'],
  ['deepseek-ai/DeepSeek-R1', SILICONFLOW, 4, undefined, 16, 'CNY'],
  ['Qwen/Qwen3-235B-A22B-Instruct-2507', SILICONFLOW, 2.5, undefined, 10, 'CNY'],
  ['Qwen/Qwen3-Coder-480B-A35B-Instruct', SILICONFLOW, 8, undefined, 16, 'CNY'],
  ['Qwen/Qwen3-8B', SILICONFLOW, 0, undefined, 0, 'CNY'],
  ['qwen3-max', DASHSCOPE, 2.5, undefined, 10, 'CNY'],
  ['qwen3.5-plus', DASHSCOPE, 0.8, undefined, 4.8, 'CNY'],
  ['gpt-5.5', RELAY, 5, 0.5, 30],
  ['claude-sonnet-5', RELAY, 2, 0.2, 10],
];

/** A Sunday in November 2026: after every price change in the table, outside every peak. */
const SUNDAY = Date.parse('2026-11-22T12:00:00Z');
/** Short enough for the lowest tier of every model. */
const SHORT_PROMPT = { source: 'reported', inputTokens: 10_000 } as const;

let list: PriceTable;
beforeAll(async () => {
  list = await openPriceList();
});

function rates(model: string, baseURL: string) {
  const found = list.find(model, baseURL);
  if (found === undefined) return undefined;
  const card = compilePrice(found.prices, found.version, found.estimated);
  const per = (usage: object) => (costNano(card, { ...SHORT_PROMPT, ...usage }, SUNDAY) ?? Number.NaN) / 10_000_000;
  const input = per({});
  return {
    estimated: found.estimated,
    currency: card.currency,
    input,
    cached: per({ cachedInputTokens: 10_000 }),
    output: per({ outputTokens: 10_000 }) - input,
  };
}

describe('60 current model names against the prices their sellers publish', () => {
  it('has sixty rows', () => {
    expect(PUBLISHED).toHaveLength(60);
  });

  it('is right for at least 95 %, in input, cached and output, and never silently zero', () => {
    const wrong: string[] = [];
    for (const [model, baseURL, input, cached, output, currency = 'USD'] of PUBLISHED) {
      const found = rates(model, baseURL);
      const expected = { estimated: false, currency, input, cached: cached ?? input, output: output ?? 0 };
      const same =
        found !== undefined &&
        found.currency === expected.currency &&
        found.estimated === expected.estimated &&
        Math.abs(found.input - expected.input) < 1e-9 &&
        Math.abs(found.cached - expected.cached) < 1e-9 &&
        Math.abs(found.output - expected.output) < 1e-9;
      if (!same) wrong.push(`${model} at ${baseURL}: ${JSON.stringify(found)}, published ${JSON.stringify(expected)}`);
      if (input > 0) expect(found?.input, `${model} must not be free`).not.toBe(0);
    }
    figure('prices_right_of_60', PUBLISHED.length - wrong.length, '>= 57');
    expect(wrong).toEqual([]);
  });
});

describe('names that are in no list', () => {
  it('guesses the price of the name in most tutorials from its nearest relative, and says that it guesses', () => {
    expect(rates('gpt-5.5-mini', RELAY)).toEqual({
      estimated: true,
      currency: 'USD',
      input: 0.75,
      cached: 0.075,
      output: 4.5,
    });
    expect(list.find('gpt-5.5-mini', RELAY)?.version).toMatch(/^genai-prices\/openai:gpt-5\.4-mini#[0-9a-f]{8}$/);
  });

  it.each(['claude-sonnet-5-6', 'claude-opus-6', 'qwen3.9-plus', 'kimi-k4', 'grok-5'])(
    'marks %s as a guess',
    (model) => {
      expect(list.find(model, RELAY)).toMatchObject({ estimated: true });
    },
  );

  it.each([
    'nonesuch-9000',
    'x',
    '',
    '__proto__',
    'constructor',
    'my-private-finetune',
    `${'a/'.repeat(2_000)}b`,
    '(((',
    '*',
  ])('knows nothing of %j', (model) => {
    expect(list.find(model, RELAY)).toBeUndefined();
  });

  it("marks another seller's price as a guess", () => {
    expect(list.find('moonshotai/Kimi-K2.6', SILICONFLOW)).toMatchObject({ estimated: true });
    expect(list.find('kimi-k2.6', MOONSHOT)).toMatchObject({ estimated: false });
  });

  it('knows that moderation is free and what speech and transcription cost', () => {
    expect(list.find('omni-moderation-latest', OPENAI)?.prices).toEqual([{ inputPerMillion: 0 }]);
    expect(list.find('tts-1', OPENAI)?.prices).toEqual([{ perMillionCharacters: 15 }]);
    expect(list.find('whisper-1', OPENAI)?.prices).toEqual([{ perMinute: 0.006 }]);
    expect(list.find('whisper-large-v3', 'https://api.groq.com/openai/v1')?.prices).toMatchObject([
      { minimumSeconds: 10 },
    ]);
  });
});

describe('prices that change with the clock', () => {
  const cost = (model: string, baseURL: string, at: string, usage: object = {}) => {
    const found = list.find(model, baseURL);
    if (found === undefined) throw new Error('no price');
    return costNano(compilePrice(found.prices, found.version), { ...SHORT_PROMPT, ...usage }, Date.parse(at));
  };

  it('doubles DeepSeek at its peak hours on workdays only', () => {
    const offPeak = cost('deepseek-flash', DEEPSEEK, '2026-11-23T00:59:59Z') as number;
    expect(cost('deepseek-flash', DEEPSEEK, '2026-11-23T01:00:00Z')).toBe(offPeak * 2);
    expect(cost('deepseek-flash', DEEPSEEK, '2026-11-23T04:00:00Z')).toBe(offPeak);
    expect(cost('deepseek-flash', DEEPSEEK, '2026-11-23T07:00:00Z')).toBe(offPeak * 2);
    expect(cost('deepseek-flash', DEEPSEEK, '2026-11-22T07:00:00Z')).toBe(offPeak);
  });

  it('bills by the price of the day', () => {
    expect(cost('o3', OPENAI, '2025-06-01')).toBe(100_000_000);
    expect(cost('o3', OPENAI, '2025-07-01')).toBe(20_000_000);
    expect(cost('claude-sonnet-5-5', ANTHROPIC, '2026-10-06', { cachedInputTokens: 10_000 })).toBe(2_000_000);
    expect(cost('claude-sonnet-5-5', ANTHROPIC, '2026-10-07', { cachedInputTokens: 10_000 })).toBe(1_000_000);
  });

  it('bills long prompts at their tier, at the very token', () => {
    expect(cost('gpt-5.5', OPENAI, '2026-11-22', { inputTokens: 271_999 })).toBe(271_999 * 5_000);
    expect(cost('gpt-5.5', OPENAI, '2026-11-22', { inputTokens: 272_000 })).toBe(272_000 * 10_000);
    expect(cost('claude-haiku-5-5', ANTHROPIC, '2026-11-22', { inputTokens: 100_000 })).toBe(100_000 * 100);
    expect(cost('claude-haiku-5-5', ANTHROPIC, '2026-11-22', { inputTokens: 100_001 })).toBe(100_001 * 500);
  });

  it('bills cache writes by their lifetime', () => {
    const usage = { cacheWriteTokens: 10_000 };
    expect(cost('claude-sonnet-5', ANTHROPIC, '2026-11-22', usage)).toBe(25_000_000);
    expect(cost('claude-sonnet-5', ANTHROPIC, '2026-11-22', { ...usage, cacheWrite1hTokens: 10_000 })).toBe(40_000_000);
  });

  it('knows names of OpenAI at any relay, as a guess', () => {
    expect(list.find('text-embedding-3-small', RELAY)).toMatchObject({
      estimated: true,
      prices: [{ inputPerMillion: 0.02 }],
    });
  });

  it('bills audio of the previews, for which the list has no rate', () => {
    expect(cost('gpt-4o-audio-preview', OPENAI, '2026-11-22', { audioInputTokens: 10_000 })).toBe(400_000_000);
  });
});
