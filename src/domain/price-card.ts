import { type Currency, type Rational, roundHalfEven } from './format-money.js';
import { decimal, divideHalfEven, multiply, toSafeNano } from './money.js';
import { type Price, type PriceRates, secondOfDay } from './price.js';
import type { Usage } from './usage.js';

/** A price made ready for use, once per target: integer rates over one denominator, so that a cost is one sum and one rounding. */
export interface PriceCard {
  readonly currency: Currency;
  /** Where the rates come from; ends up in each record's `priceVersion`. */
  readonly version: string;
  /** The rates are a guess (same-family model, another seller's list). */
  readonly estimated: boolean;
  readonly periods: readonly Period[];
}

/** Rates that hold in a span of time; of several that apply the last one wins. */
interface Period {
  readonly fromAt: number;
  readonly hours: { readonly start: number; readonly end: number; readonly weekdays: boolean } | undefined;
  readonly minimumMs: number;
  /** By prompt length, ascending; the first starts at 0. */
  readonly levels: readonly Level[];
}

interface Level {
  readonly fromInputTokens: number;
  /** Nano-units per thing times `denominator`, in the order of {@link quantities}. */
  readonly rates: readonly number[];
  readonly exactRates: readonly bigint[];
  readonly denominator: number;
  readonly exactDenominator: bigint;
  readonly free: boolean;
}

const NANO_PER_MILLIONTH: Rational = { numerator: 1_000n, denominator: 1n };
const NANO: Rational = { numerator: 1_000_000_000n, denominator: 1n };
const NANO_PER_MINUTE_MS: Rational = { numerator: 1_000_000_000n, denominator: 60_000n };

/**
 * Compiles a schedule of prices (one, or several that differ in `from` and `hours`).
 * @param multiplier Factor on every rate.
 */
export function compilePrice(prices: readonly Price[], version: string, estimated = false, multiplier = 1): PriceCard {
  const factor = decimal(multiplier);
  const periods = prices.map((price): Period => {
    const thresholds = [...(price.tiers ?? [])].sort((a, b) => a.fromInputTokens - b.fromInputTokens);
    return {
      fromAt: price.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(price.from),
      hours: price.hours && {
        start: secondOfDay(price.hours.start) ?? 0,
        end: secondOfDay(price.hours.end) ?? 0,
        weekdays: price.hours.weekdays === true,
      },
      minimumMs: (price.minimumSeconds ?? 0) * 1_000,
      levels: [
        level(price, price, 0, factor),
        ...thresholds.map((tier) => level(price, { ...price, ...tier }, tier.fromInputTokens, factor)),
      ],
    };
  });
  return { currency: prices[0]?.currency ?? 'USD', version, estimated, periods };
}

function level(price: Price, rates: PriceRates, fromInputTokens: number, factor: Rational): Level {
  const token = (...candidates: (number | undefined)[]) =>
    scaled(
      candidates.find((rate) => rate !== undefined),
      NANO_PER_MILLIONTH,
      factor,
    );
  const write = [rates.cacheWritePerMillion, rates.inputPerMillion];
  const all = [
    token(rates.inputPerMillion),
    token(rates.cachedInputPerMillion, rates.inputPerMillion),
    token(...write),
    token(rates.cacheWrite1hPerMillion, ...write),
    token(rates.audioInputPerMillion, rates.inputPerMillion),
    token(rates.imageInputPerMillion, rates.inputPerMillion),
    token(rates.outputPerMillion),
    token(rates.audioOutputPerMillion, rates.outputPerMillion),
    token(rates.imageOutputPerMillion, rates.outputPerMillion),
    scaled(price.perMinute, NANO_PER_MINUTE_MS, factor),
    scaled(price.perImage, NANO, factor),
    token(price.perMillionCharacters),
    scaled(price.perRequest, NANO, factor),
  ];
  const exactDenominator = all.reduce((common, rate) => leastCommonMultiple(common, rate.denominator), 1n);
  const exactRates = all.map((rate) => rate.numerator * (exactDenominator / rate.denominator));
  const safe = [...exactRates, exactDenominator].every((value) => value <= BigInt(Number.MAX_SAFE_INTEGER));
  return {
    fromInputTokens,
    exactRates,
    exactDenominator,
    // NaN sends every sum to the bigint branch below: it compares as unsafe.
    rates: exactRates.map((rate) => (safe ? Number(rate) : Number.NaN)),
    denominator: Number(exactDenominator),
    free: exactRates.every((rate) => rate === 0n),
  };
}

function scaled(rate: number | undefined, unit: Rational, factor: Rational): Rational {
  return rate === undefined ? { numerator: 0n, denominator: 1n } : multiply(multiply(decimal(rate), unit), factor);
}

function leastCommonMultiple(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return (a / x) * b;
}

/**
 * Cost of a usage in nano-units of the card's currency: an exact sum, rounded once, half to even. `undefined` when the
 * usage names nothing that the card has a rate for (tokens where pictures are billed), which is not the same as free.
 * @param at Wall-clock time of the attempt, milliseconds since the epoch: prices change by date and hour.
 */
export function costNano(card: PriceCard, usage: Usage, at: number): number | undefined {
  const period = periodAt(card, at);
  if (period === undefined) return undefined;
  const rates = levelFor(period, usage.inputTokens ?? 0);
  if (rates.free) return 0;
  const amounts = quantities(usage, period.minimumMs);
  let sum = 0;
  for (let index = 0; index < amounts.length; index += 1) {
    const amount = amounts[index] as number;
    if (amount > 0) sum += amount * (rates.rates[index] as number);
  }
  if (sum <= Number.MAX_SAFE_INTEGER) return sum > 0 ? divideHalfEven(sum, rates.denominator) : undefined;
  let exact = 0n;
  for (let index = 0; index < amounts.length; index += 1)
    exact += BigInt(amounts[index] as number) * (rates.exactRates[index] as bigint);
  return exact > 0n ? toSafeNano(roundHalfEven({ numerator: exact, denominator: rates.exactDenominator })) : undefined;
}

function periodAt(card: PriceCard, at: number): Period | undefined {
  if (card.periods.length === 1) return card.periods[0];
  for (let index = card.periods.length - 1; index >= 0; index -= 1) {
    const period = card.periods[index] as Period;
    if (period.fromAt <= at && inHours(period, at)) return period;
  }
  return card.periods[0];
}

function inHours({ hours }: Period, at: number): boolean {
  if (hours === undefined) return true;
  const date = new Date(at);
  const day = date.getUTCDay();
  if (hours.weekdays && (day === 0 || day === 6)) return false;
  const second = date.getUTCHours() * 3600 + date.getUTCMinutes() * 60 + date.getUTCSeconds();
  return hours.start <= hours.end
    ? second >= hours.start && second < hours.end
    : second >= hours.start || second < hours.end;
}

function levelFor(period: Period, inputTokens: number): Level {
  let found = period.levels[0] as Level;
  for (const candidate of period.levels) if (inputTokens >= candidate.fromInputTokens) found = candidate;
  return found;
}

/**
 * Splits a usage into parts that do not overlap, in the order of the rates. Where the parts of the input exceed it (cached
 * audio is both), the cached part gives way, being the cheaper one: a bill is never understated.
 */
function quantities(usage: Usage, minimumMs: number): readonly number[] {
  const input = usage.inputTokens ?? 0;
  const output = usage.outputTokens ?? 0;
  let rest = input;
  const take = (tokens: number | undefined): number => {
    if (tokens === undefined) return 0;
    const taken = Math.min(tokens, rest);
    rest -= taken;
    return taken;
  };
  const write = take(usage.cacheWriteTokens);
  const write1h = Math.min(usage.cacheWrite1hTokens ?? 0, write);
  const audioIn = take(usage.audioInputTokens);
  const imageIn = take(usage.imageInputTokens);
  const cached = take(usage.cachedInputTokens);
  const audioOut = Math.min(usage.audioOutputTokens ?? 0, output);
  const imageOut = Math.min(usage.imageOutputTokens ?? 0, output - audioOut);
  const milliseconds =
    usage.audioSeconds === undefined ? 0 : Math.max(Math.ceil(usage.audioSeconds * 1_000), minimumMs);
  return [
    rest,
    cached,
    write - write1h,
    write1h,
    audioIn,
    imageIn,
    output - audioOut - imageOut,
    audioOut,
    imageOut,
    milliseconds,
    usage.imageCount ?? 0,
    usage.characterCount ?? 0,
    1,
  ];
}
