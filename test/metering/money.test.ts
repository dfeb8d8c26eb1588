import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMoney, roundHalfEven } from '../../src/domain/format-money.js';
import {
  convertNano,
  decimal,
  divideHalfEven,
  exchangeRate,
  multiply,
  nanoFromUnits,
  toSafeNano,
  unitsFromNano,
} from '../../src/domain/money.js';

describe('decimal fractions', () => {
  it.each([
    [0.1, 1n, 10n],
    ['2.50', 5n, 2n],
    [1e-7, 1n, 10_000_000n],
    ['3.5e2', 350n, 1n],
    [-0.25, -1n, 4n],
    ['.5', 1n, 2n],
    [0, 0n, 1n],
  ])('reads %s as it is written', (value, numerator, denominator) => {
    expect(decimal(value)).toEqual({ numerator, denominator });
  });

  it.each(['', 'abc', '1,5', Number.NaN, Number.POSITIVE_INFINITY, '1e9999', '--1', '.'])('refuses %s', (value) => {
    expect(() => decimal(value)).toThrow(RangeError);
  });

  it('means the same however the number is written', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -12, max: 12 }), (digits, exponent) => {
        const { numerator, denominator } = decimal(`${digits}e${exponent}`);
        const left = numerator * 10n ** BigInt(Math.max(-exponent, 0));
        return left === BigInt(digits) * 10n ** BigInt(Math.max(exponent, 0)) * denominator;
      }),
      { seed: 1 },
    );
  });
});

describe('rounding', () => {
  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [10n, 4n, 2n],
    [11n, 4n, 3n],
    [9n, 4n, 2n],
    [0n, 7n, 0n],
  ])('rounds %s/%s to %s, ties to even', (numerator, denominator, expected) => {
    expect(roundHalfEven({ numerator, denominator })).toBe(expected);
  });

  it('gives the same in plain numbers', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 52 }), fc.integer({ min: 1, max: 10_000_000 }), (dividend, divisor) => {
        return (
          BigInt(divideHalfEven(dividend, divisor)) ===
          roundHalfEven({ numerator: BigInt(dividend), denominator: BigInt(divisor) })
        );
      }),
      { seed: 2, numRuns: 2_000 },
    );
    for (let dividend = 0; dividend < 200; dividend += 1) {
      for (const divisor of [1, 2, 3, 4, 7, 10]) {
        expect(BigInt(divideHalfEven(dividend, divisor))).toBe(
          roundHalfEven({ numerator: BigInt(dividend), denominator: BigInt(divisor) }),
        );
      }
    }
  });
});

describe('amounts', () => {
  it('adds a million calls of 1,500 nano-units exactly, where floats drift', () => {
    let exact = 0n;
    let float = 0;
    for (let call = 0; call < 1_000_000; call += 1) {
      exact += 1_500n;
      float += 0.0000015;
    }
    expect(exact).toBe(1_500_000_000n);
    expect(unitsFromNano(exact)).toBe(1.5);
    expect(float).not.toBe(1.5);
  });

  it('keeps sums beyond nine million units exact', () => {
    const large = BigInt(Number.MAX_SAFE_INTEGER);
    expect(large * 10n + 1n).toBe(90_071_992_547_409_911n);
    expect(() => toSafeNano(large + 1n)).toThrow(RangeError);
  });

  it('reads units', () => {
    expect(nanoFromUnits(5)).toBe(5_000_000_000);
    expect(nanoFromUnits(0.1 + 0.2)).toBe(300_000_000);
    expect(nanoFromUnits('0.0000000005')).toBe(0);
    expect(nanoFromUnits('0.0000000015')).toBe(2);
  });

  it('multiplies before it rounds', () => {
    expect(multiply(decimal(0.55), decimal('1.25'))).toEqual({ numerator: 11n, denominator: 16n });
  });
});

describe('currencies', () => {
  const fx = { CNY: 0.138, EUR: 1.1 };

  it('converts both ways and through the dollar', () => {
    expect(convertNano(1_000_000_000, 'CNY', 'USD', fx)).toBe(138_000_000);
    expect(convertNano(138_000_000, 'USD', 'CNY', fx)).toBe(1_000_000_000);
    expect(convertNano(1_000, 'EUR', 'CNY', fx)).toBe(7_971);
    expect(convertNano(7, 'GBP', 'GBP', fx)).toBe(7);
  });

  it('refuses to guess a rate', () => {
    expect(convertNano(1, 'GBP', 'USD', fx)).toBeUndefined();
    expect(exchangeRate('USD', 'constructor', fx)).toBeUndefined();
    expect(convertNano(1, 'CNY', 'USD', { CNY: 0 })).toBeUndefined();
    expect(convertNano(1, 'CNY', 'USD', { CNY: Number.NaN })).toBeUndefined();
  });
});

describe('money for people', () => {
  it.each([
    [0, 'USD', '$0.00'],
    [12_345_678_901, 'USD', '$12.35'],
    [1_234_567_000_000_000, 'CNY', '¥1,234,567.00'],
    [1_234_000, 'USD', '$0.00123'],
    [1_500, 'CNY', '¥0.00000150'],
    [1, 'USD', '$0.000000001'],
    [123_456_789, 'USD', '$0.123'],
    [-5_000_000_000, 'USD', '-$5.00'],
    [3_000_000_000, 'GBP', 'GBP 3.00'],
  ])('writes %d nano of %s as %s', (nano, currency, text) => {
    expect(formatMoney(nano, currency)).toBe(text);
  });

  it('never shows an amount as nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000_000_000 }), (nano) => /[1-9]/.test(formatMoney(nano, 'USD'))),
      { seed: 3 },
    );
  });
});
