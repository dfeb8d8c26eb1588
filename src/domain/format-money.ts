/** ISO 4217 code in capitals. `USD` and `CNY` are what prices come in; others work wherever `fx` names them. */
export type Currency = 'USD' | 'CNY' | (string & {});

/** Nano-units in one unit of a currency. */
export const NANO_PER_UNIT = 1_000_000_000;

/** Exact fraction; `denominator` is positive. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** The nearest integer; a tie goes to the even one, so that many roundings do not drift upwards. */
export function roundHalfEven({ numerator, denominator }: Rational): bigint {
  let quotient = numerator / denominator;
  let rest = numerator % denominator;
  if (rest < 0n) {
    quotient -= 1n;
    rest += denominator;
  }
  const twice = rest * 2n;
  return twice > denominator || (twice === denominator && quotient % 2n !== 0n) ? quotient + 1n : quotient;
}

const SYMBOLS: Readonly<Record<string, string>> = { USD: '$', CNY: '¥' };

/**
 * An amount for people: two decimals from a unit upwards, otherwise enough for three significant digits, never rounded to
 * zero: `$12.35`, `$0.00123`, `¥0.00000150`, `GBP 3.00`.
 * @param fixed So many decimals instead.
 */
export function formatMoney(nano: number | bigint, currency: Currency, fixed?: number): string {
  const negative = nano < 0;
  const absolute = negative ? -BigInt(nano) : BigInt(nano);
  const unit = BigInt(NANO_PER_UNIT);
  const leadingZeros = absolute === 0n || absolute >= unit ? 0 : 9 - String(absolute).length;
  const enough = absolute === 0n || absolute >= unit ? 2 : Math.min(9, Math.max(2, leadingZeros + 3));
  const decimals = fixed ?? enough;
  const scaled = String(roundHalfEven({ numerator: absolute * 10n ** BigInt(decimals), denominator: unit })).padStart(
    decimals + 1,
    '0',
  );
  const whole = scaled.slice(0, -decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  const symbol = SYMBOLS[currency] ?? `${currency} `;
  return `${negative ? '-' : ''}${symbol}${whole}.${scaled.slice(-decimals)}`;
}
