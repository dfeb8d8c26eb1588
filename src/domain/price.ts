import type { Currency } from './format-money.js';

/**
 * Rates of one model. Token rates are per million tokens, in units of `currency`. A rate that is not given falls back to
 * the wider one (cached, cache-write, audio and image input to input; audio and image output to output), so that a missing
 * discount is never assumed.
 */
export interface PriceRates {
  readonly inputPerMillion?: number | undefined;
  /** Input read from the prompt cache. @default `inputPerMillion` */
  readonly cachedInputPerMillion?: number | undefined;
  /** Input written to the prompt cache. @default `inputPerMillion` */
  readonly cacheWritePerMillion?: number | undefined;
  /** Input written to the prompt cache for an hour. @default `cacheWritePerMillion` */
  readonly cacheWrite1hPerMillion?: number | undefined;
  /** Output, reasoning included. */
  readonly outputPerMillion?: number | undefined;
  readonly audioInputPerMillion?: number | undefined;
  readonly audioOutputPerMillion?: number | undefined;
  readonly imageInputPerMillion?: number | undefined;
  readonly imageOutputPerMillion?: number | undefined;
}

/** Rates for prompts longer than a threshold; the whole call is billed at them, as providers do. */
export interface PriceTier extends PriceRates {
  /** The tier holds for prompts of at least so many tokens, cached ones included. */
  readonly fromInputTokens: number;
}

/** Part of the day, in UTC. `end` before `start` runs over midnight. */
export interface PriceHours {
  /** `HH:MM` or `HH:MM:SS`. */
  readonly start: string;
  readonly end: string;
  /** Only Monday to Friday (UTC dates). @default false */
  readonly weekdays?: boolean | undefined;
}

/** The price of one model. */
export interface Price extends PriceRates {
  /** @default 'USD' */
  readonly currency?: Currency | undefined;
  /** Added once per request. */
  readonly perRequest?: number | undefined;
  readonly perImage?: number | undefined;
  /** Per minute of audio, billed by the second. */
  readonly perMinute?: number | undefined;
  /** Shortest audio that is billed, in seconds. @default 0 */
  readonly minimumSeconds?: number | undefined;
  /** Text-to-speech billed by the character. */
  readonly perMillionCharacters?: number | undefined;
  /** By prompt length; the highest threshold that is reached holds. Rates missing in a tier are those of the price. */
  readonly tiers?: readonly PriceTier[] | undefined;
  /** First day of validity, `YYYY-MM-DD` or an ISO instant, UTC. @default always */
  readonly from?: string | undefined;
  /** Only in these hours. */
  readonly hours?: PriceHours | undefined;
}

/** A price set by the user; without any rate it only scales the list price. */
export interface ModelPrice extends Price {
  /** Factor on every rate, e.g. a relay's group ratio. @default 1 */
  readonly multiplier?: number | undefined;
}

/**
 * A price set by the user, for the endpoints and models that match. A rule without any rate and with a `multiplier`
 * scales the list price: `{ endpoint: 'treerouter', multiplier: 0.55 }`.
 */
export interface PriceRule extends ModelPrice {
  /** Name of the endpoint, `*` matches any run of characters. @default any endpoint */
  readonly endpoint?: string | undefined;
  /** The model's name at the endpoint, `*` matches any run of characters; case is ignored. @default any model */
  readonly model?: string | undefined;
}

/** How an amount was found: told by the provider, computed from a known price, computed from a guess, or not at all. */
export type CostSource = 'reported' | 'table' | 'estimated' | 'unknown';

/** What an attempt cost. An unknown cost has no amount; it never reads as zero. */
export type Cost =
  | {
      /** Billionths of `currency`, a whole number. */
      readonly amountNano: number;
      readonly currency: Currency;
      /** `estimated` when the price or the usage is a guess. */
      readonly source: 'reported' | 'table' | 'estimated';
      /** Which price was used, e.g. `rule:1`, `genai-prices/openai:gpt-5.5#1f0c2a77`, `built-in:2026-11-06`, `provider`. */
      readonly priceVersion: string;
    }
  | { readonly amountNano: null; readonly currency: null; readonly source: 'unknown'; readonly priceVersion: null };

/**
 * What happens when a model's price is not known. `reject`: a call that a blocking budget counts is refused before it is
 * sent, guesses included. `estimate`: a same-family price is used, and without one the list price of the dearest general model. `ignore`: the
 * call passes and no budget counts it. The default uses a same-family price where there is one, and otherwise refuses
 * under a blocking budget and leaves the cost unknown elsewhere.
 */
export type UnknownPricePolicy = 'reject' | 'estimate' | 'ignore';

/** Names of all token rates; each is per million. */
const TOKEN_RATES = [
  'inputPerMillion',
  'cachedInputPerMillion',
  'cacheWritePerMillion',
  'cacheWrite1hPerMillion',
  'outputPerMillion',
  'audioInputPerMillion',
  'audioOutputPerMillion',
  'imageInputPerMillion',
  'imageOutputPerMillion',
] as const satisfies readonly (keyof PriceRates)[];

const OTHER_RATES = [
  'perRequest',
  'perImage',
  'perMinute',
  'perMillionCharacters',
] as const satisfies readonly (keyof Price)[];

/** Whether a price says anything; a rule without rates only scales. */
export function hasRates(price: Price): boolean {
  return [...TOKEN_RATES, ...OTHER_RATES].some((name) => price[name] !== undefined);
}

/**
 * Dearest and cheapest rate that can be meant. Beyond them somebody mixed up "per token", "per thousand" and "per million",
 * the commonest mistake in price tables (a factor of a thousand or a million).
 */
const MAX_PER_MILLION = 20_000;
const MIN_PER_MILLION = 0.0001;

/** What is wrong with a price, in words for the person who wrote it; empty when nothing is. */
export function priceProblems(price: PriceRule): readonly string[] {
  const problems: string[] = [];
  for (const rates of [price, ...(price.tiers ?? [])]) {
    for (const name of TOKEN_RATES) {
      const rate = rates[name];
      if (rate === undefined) continue;
      if (!Number.isFinite(rate) || rate < 0) problems.push(`${name} must be a number of at least 0`);
      else if (rate > MAX_PER_MILLION)
        problems.push(`${name} is ${rate} per million tokens: is it meant per token or per billion?`);
      else if (rate > 0 && rate < MIN_PER_MILLION)
        problems.push(`${name} is ${rate} per million tokens: was a price per token given?`);
    }
  }
  for (const name of [...OTHER_RATES, 'minimumSeconds', 'multiplier'] as const) {
    const value = price[name];
    if (value !== undefined && !(Number.isFinite(value) && value >= 0))
      problems.push(`${name} must be a number of at least 0`);
  }
  for (const tier of price.tiers ?? []) {
    if (!Number.isSafeInteger(tier.fromInputTokens) || tier.fromInputTokens < 0)
      problems.push('fromInputTokens must be a whole number of at least 0');
  }
  if (price.from !== undefined && Number.isNaN(Date.parse(price.from)))
    problems.push('from must be a date such as 2026-11-01');
  if (price.currency !== undefined && !/^[A-Z]{3}$/.test(price.currency))
    problems.push('currency must be a code of three capitals such as USD or CNY');
  if (
    price.hours !== undefined &&
    (secondOfDay(price.hours.start) === undefined || secondOfDay(price.hours.end) === undefined)
  ) {
    problems.push('hours must be given as HH:MM');
  }
  if (!hasRates(price) && price.multiplier === undefined)
    problems.push('a price needs at least one rate or a multiplier');
  return problems;
}

/** Seconds since midnight of `HH:MM` or `HH:MM:SS` (a trailing `Z` is allowed); `undefined` for anything else. */
export function secondOfDay(text: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?Z?$/.exec(text);
  return match === null ? undefined : Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
}
