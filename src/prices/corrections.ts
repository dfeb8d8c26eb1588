/**
 * Prices that the price list does not have or has gone stale on. Short on purpose: the list is the place for prices, and a
 * newer version of it wins over this file. Each row says when and where it was read; longer than most files, being a table.
 */
import type { Price } from '../domain/price.js';
import { matchesGlob, parseModelName, withoutDate } from '../domain/price-match.js';
import type { ListedPrice, PriceTable } from '../domain/price-table.js';

interface Correction {
  /** Hosts that the price holds at; any host when absent. */
  readonly hosts?: readonly string[];
  /** Model names without vendor, pool and date; `*` matches any run of characters. */
  readonly models: readonly string[];
  readonly prices: readonly Price[];
  /**
   * The input rate that marks the list's entry as the stale one; with another rate there, the list is newer and wins.
   * Absent: the list has no entry of its own, and wins as soon as it has one.
   */
  readonly staleInput?: readonly number[];
  /** Day on which the price was read. */
  readonly asOf: string;
}

const SILICONFLOW = ['api.siliconflow.cn'];
const DASHSCOPE = ['dashscope.aliyuncs.com', '*.cn-beijing.maas.aliyuncs.com'];
const DEEPSEEK = ['api.deepseek.com'];
const yuan = (inputPerMillion: number, outputPerMillion: number, more: Partial<Price> = {}): Price => ({
  currency: 'CNY',
  inputPerMillion,
  outputPerMillion,
  ...more,
});
/** DeepSeek doubles its rates on workdays, 9:00 to 12:00 and 14:00 to 18:00 in Beijing; Chinese holidays are left out here, so a bill is overstated on them. */
const peaks = (price: Price): readonly Price[] => {
  const peak: Price = {
    inputPerMillion: (price.inputPerMillion ?? 0) * 2,
    cachedInputPerMillion: (price.cachedInputPerMillion ?? 0) * 2,
    outputPerMillion: (price.outputPerMillion ?? 0) * 2,
  };
  return [
    price,
    { ...peak, hours: { start: '01:00', end: '04:00', weekdays: true } },
    { ...peak, hours: { start: '06:00', end: '10:00', weekdays: true } },
  ];
};

const CORRECTIONS: readonly Correction[] = [
  // Models & Pricing at api-docs.deepseek.com. The older names are served and billed as Flash.
  {
    hosts: DEEPSEEK,
    models: ['deepseek-flash', 'deepseek-v4-flash*', 'deepseek-v4.1-flash*'],
    prices: peaks({ inputPerMillion: 0.15, cachedInputPerMillion: 0.003, outputPerMillion: 0.6 }),
    staleInput: [0.14],
    asOf: '2026-10-27',
  },
  {
    hosts: DEEPSEEK,
    models: ['deepseek-v4-pro*'],
    prices: peaks({ inputPerMillion: 0.66, cachedInputPerMillion: 0.022, outputPerMillion: 1.98 }),
    staleInput: [0.435],
    asOf: '2026-10-27',
  },
  // Last rates of the two names before they were retired on 2026-07-24; the list has the night discount cancelled in 2025.
  {
    hosts: DEEPSEEK,
    models: ['deepseek-chat', 'deepseek-reasoner'],
    prices: [{ inputPerMillion: 0.28, cachedInputPerMillion: 0.028, outputPerMillion: 0.42 }],
    staleInput: [0.135],
    asOf: '2026-07-24',
  },
  // Pricing at platform.claude.com.
  {
    models: ['claude-haiku-5-5', 'claude-haiku-5.5'],
    prices: [
      {
        inputPerMillion: 0.1,
        cachedInputPerMillion: 0.01,
        cacheWritePerMillion: 0.125,
        cacheWrite1hPerMillion: 0.2,
        outputPerMillion: 0.5,
        tiers: [
          {
            fromInputTokens: 100_001,
            inputPerMillion: 0.5,
            cachedInputPerMillion: 0.05,
            cacheWritePerMillion: 0.625,
            cacheWrite1hPerMillion: 1,
            outputPerMillion: 2.5,
          },
        ],
      },
    ],
    asOf: '2026-10-24',
  },
  {
    models: ['claude-sonnet-5-5', 'claude-sonnet-5.5'],
    prices: [
      {
        inputPerMillion: 2,
        cachedInputPerMillion: 0.2,
        cacheWritePerMillion: 2.5,
        cacheWrite1hPerMillion: 4,
        outputPerMillion: 10,
      },
      {
        from: '2026-10-07',
        inputPerMillion: 2,
        cachedInputPerMillion: 0.1,
        cacheWritePerMillion: 2.5,
        cacheWrite1hPerMillion: 4,
        outputPerMillion: 10,
      },
    ],
    asOf: '2026-10-24',
  },
  // OpenAI: moderation is free, speech is billed by the character, the list lacks the audio rates of the older previews.
  { models: ['omni-moderation*', 'text-moderation*'], prices: [{ inputPerMillion: 0 }], asOf: '2026-11-05' },
  { models: ['tts-1'], prices: [{ perMillionCharacters: 15 }], asOf: '2026-11-05' },
  { models: ['tts-1-hd'], prices: [{ perMillionCharacters: 30 }], asOf: '2026-11-05' },
  {
    models: ['gpt-4o-audio-preview*'],
    prices: [{ inputPerMillion: 2.5, outputPerMillion: 10, audioInputPerMillion: 40, audioOutputPerMillion: 80 }],
    staleInput: [2.5],
    asOf: '2026-11-05',
  },
  {
    models: ['gpt-4o-mini-audio-preview*'],
    prices: [{ inputPerMillion: 0.15, outputPerMillion: 0.6, audioInputPerMillion: 10, audioOutputPerMillion: 20 }],
    staleInput: [0.15],
    asOf: '2026-11-05',
  },
  // Model prices at help.aliyun.com, mainland region.
  {
    hosts: DASHSCOPE,
    models: ['qwen3-max*'],
    prices: [
      yuan(2.5, 10, {
        tiers: [
          { fromInputTokens: 32_001, inputPerMillion: 4, outputPerMillion: 16 },
          { fromInputTokens: 128_001, inputPerMillion: 7, outputPerMillion: 28 },
        ],
      }),
    ],
    asOf: '2026-05-31',
  },
  {
    hosts: DASHSCOPE,
    models: ['qwen3.5-plus*'],
    prices: [yuan(0.8, 4.8, { tiers: [{ fromInputTokens: 128_001, inputPerMillion: 2, outputPerMillion: 12 }] })],
    asOf: '2026-05-31',
  },
  { hosts: DASHSCOPE, models: ['qwen3.6-plus*'], prices: [yuan(2, 12)], asOf: '2026-05-31' },
  { hosts: DASHSCOPE, models: ['qwen-max'], prices: [yuan(2.4, 9.6)], asOf: '2026-05-31' },
  { hosts: DASHSCOPE, models: ['qwen-turbo'], prices: [yuan(0.3, 0.6)], asOf: '2026-05-31' },
  { hosts: DASHSCOPE, models: ['qwen-long'], prices: [yuan(0.5, 2)], asOf: '2026-05-31' },
  // Model prices at siliconflow.cn.
  { hosts: SILICONFLOW, models: ['deepseek-v3', 'deepseek-v3-0324'], prices: [yuan(2, 8)], asOf: '2026-02-08' },
  { hosts: SILICONFLOW, models: ['deepseek-r1', 'deepseek-r1-0528'], prices: [yuan(4, 16)], asOf: '2026-02-08' },
  { hosts: SILICONFLOW, models: ['qwen3-235b-a22b-instruct*'], prices: [yuan(2.5, 10)], asOf: '2026-02-08' },
  { hosts: SILICONFLOW, models: ['qwen3-coder-480b-a35b-instruct'], prices: [yuan(8, 16)], asOf: '2026-04-23' },
  {
    hosts: SILICONFLOW,
    models: [
      'qwen3-8b',
      'qwen2.5-7b-instruct',
      'qwen2.5-coder-7b-instruct',
      'glm-4-9b-0414',
      'glm-z1-9b-0414',
      'hunyuan-mt-7b',
    ],
    prices: [yuan(0, 0)],
    asOf: '2026-02-08',
  },
];

/** Puts the corrections in front of a list. */
export function correctedTable(list: PriceTable): PriceTable {
  return {
    find(model, baseURL) {
      const listed = list.find(model, baseURL);
      const correction = correctionFor(model, baseURL);
      if (correction === undefined || !replaces(correction, listed)) return listed;
      return { prices: correction.prices, version: `built-in:${correction.asOf}`, estimated: false };
    },
  };
}

function correctionFor(model: string, baseURL: string | undefined): Correction | undefined {
  const { id, variant } = parseModelName(model);
  const host = hostOf(baseURL);
  if (variant !== undefined) return undefined;
  return CORRECTIONS.find(
    ({ hosts, models }) =>
      (hosts === undefined || (host !== undefined && hosts.some((pattern) => matchesGlob(pattern, host)))) &&
      models.some((pattern) => matchesGlob(pattern, id) || matchesGlob(pattern, withoutDate(id))),
  );
}

function replaces(correction: Correction, listed: ListedPrice | undefined): boolean {
  if (listed === undefined || listed.estimated) return true;
  return correction.staleInput?.includes(listed.prices[0]?.inputPerMillion ?? Number.NaN) ?? false;
}

function hostOf(baseURL: string | undefined): string | undefined {
  return baseURL !== undefined && URL.canParse(baseURL) ? new URL(baseURL).hostname : undefined;
}
