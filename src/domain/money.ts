/**
 * Money as integers. An amount is a whole number of nano-units, billionths of its currency, in a JavaScript number: safe up
 * to nine million units for one amount. Sums over many amounts are bigints, so that no ledger is too long to add up exactly.
 * What has to be multiplied or divided on the way (rates, multipliers, exchange) stays an exact fraction and is rounded once.
 */
import { type Currency, formatMoney, NANO_PER_UNIT, type Rational, roundHalfEven } from './format-money.js';

/**
 * Value of one unit of a currency in US dollars, e.g. `{ CNY: 0.138 }`. `USD` is always 1. A currency that is not named
 * cannot be converted: sums are then kept apart, and a budget in another currency treats the price as unknown.
 */
export type FxRates = Readonly<Record<string, number>>;

/**
 * The decimal number as written: `0.1` is one tenth, not the nearest binary fraction.
 * @throws RangeError when `value` is not a finite decimal number.
 */
export function decimal(value: number | string): Rational {
  const match = /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(String(value).trim());
  const digits = match === null ? '' : `${match[2]}${match[3]}`;
  if (match === null || digits === '') throw new RangeError(`not a decimal number: ${String(value).slice(0, 40)}`);
  const exponent = Number(match[4] ?? 0) - (match[3] as string).length;
  if (Math.abs(exponent) > 400) throw new RangeError('decimal number out of range');
  const whole = BigInt(digits) * (match[1] === '-' ? -1n : 1n);
  return exponent >= 0
    ? { numerator: whole * 10n ** BigInt(exponent), denominator: 1n }
    : reduce({ numerator: whole, denominator: 10n ** BigInt(-exponent) });
}

/** The fraction in lowest terms. */
function reduce({ numerator, denominator }: Rational): Rational {
  let a = numerator < 0n ? -numerator : numerator;
  let b = denominator;
  while (b !== 0n) [a, b] = [b, a % b];
  return a <= 1n ? { numerator, denominator } : { numerator: numerator / a, denominator: denominator / a };
}

export function multiply(a: Rational, b: Rational): Rational {
  return reduce({ numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator });
}

/**
 * {@link roundHalfEven} for a non-negative dividend and a positive divisor that are safe integers; ten times as fast.
 */
export function divideHalfEven(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  const quotient = (dividend - rest) / divisor;
  const other = divisor - rest;
  return rest > other || (rest === other && quotient % 2 !== 0) ? quotient + 1 : quotient;
}

/**
 * Nano-units as a plain number.
 * @throws RangeError when the amount exceeds what a number holds exactly (nine million units of the currency).
 */
export function toSafeNano(nano: bigint): number {
  const number = Number(nano);
  if (!Number.isSafeInteger(number)) throw new RangeError('amount of money out of range');
  return number;
}

/** Nano-units of an amount in units, e.g. a budget's `limit.amount`; rounded half-even. */
export function nanoFromUnits(units: number | string): number {
  return toSafeNano(roundHalfEven(multiply(decimal(units), { numerator: BigInt(NANO_PER_UNIT), denominator: 1n })));
}

/** An amount in units for display and for charts; exact sums use the nano-units. */
export function unitsFromNano(nano: number | bigint): number {
  return Number(nano) / NANO_PER_UNIT;
}

/** The factor from one currency to another, or `undefined` when `fx` does not name both. */
export function exchangeRate(from: Currency, to: Currency, fx: FxRates): Rational | undefined {
  if (from === to) return { numerator: 1n, denominator: 1n };
  const source = inDollars(from, fx);
  const target = inDollars(to, fx);
  if (source === undefined || target === undefined) return undefined;
  return reduce({
    numerator: source.numerator * target.denominator,
    denominator: source.denominator * target.numerator,
  });
}

/** The amount in another currency, rounded once half-even; `undefined` when `fx` does not name both. */
export function convertNano(nano: number, from: Currency, to: Currency, fx: FxRates): number | undefined {
  if (from === to) return nano;
  const rate = exchangeRate(from, to, fx);
  if (rate === undefined) return undefined;
  return toSafeNano(roundHalfEven({ numerator: BigInt(nano) * rate.numerator, denominator: rate.denominator }));
}

function inDollars(currency: Currency, fx: FxRates): Rational | undefined {
  if (currency === 'USD') return { numerator: 1n, denominator: 1n };
  const rate = Object.hasOwn(fx, currency) ? fx[currency] : undefined;
  return rate !== undefined && Number.isFinite(rate) && rate > 0 ? decimal(rate) : undefined;
}

/** An exact amount with its currency. */
export class Money {
  /** Billionths of `currency`. */
  readonly amountNano: bigint;
  readonly currency: Currency;

  constructor(amountNano: bigint, currency: Currency) {
    this.amountNano = amountNano;
    this.currency = currency;
  }

  /** In units of the currency; exact sums use `amountNano`. */
  get amount(): number {
    return unitsFromNano(this.amountNano);
  }

  toString(): string {
    return formatMoney(this.amountNano, this.currency);
  }

  /** The exact amount as text: JSON has no integers of this size. */
  toJSON(): { readonly amount: number; readonly amountNano: string; readonly currency: Currency } {
    return { amount: this.amount, amountNano: String(this.amountNano), currency: this.currency };
  }
}
