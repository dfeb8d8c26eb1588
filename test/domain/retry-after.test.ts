import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exhaustedLimitResetMs, parseDuration, parseRetryAfter, untilReset } from '../../src/domain/retry-after.js';

/** 2023-11-14T22:13:20Z, a Tuesday. */
const WALL_NOW = 1_700_000_000_000;
const DAY = 86_400_000;

function wait(headers: Record<string, string>, body?: unknown): number | undefined {
  return parseRetryAfter(new Headers(headers), WALL_NOW, body);
}

describe('the Retry-After header', () => {
  it.each<[string, number | undefined]>([
    ['0', 0],
    ['1', 1000],
    ['1.5', 1500],
    ['120', 120_000],
    ['86400', DAY],
    ['31622400', 366 * DAY],
    ['31622401', undefined],
    ['Tue, 14 Nov 2023 22:13:22 GMT', 2000],
    ['Tue, 14 Nov 2023 22:13:20 GMT', 0],
    ['Tue, 14 Nov 2023 22:13:19 GMT', undefined],
    ['Tuesday, 14-Nov-23 22:13:22 GMT', 2000],
    ['Tue Nov 14 22:13:22 2023', 2000],
    ['Wed Dec  6 00:00:00 2023', 1_820_800_000],
    ['2023-11-14T22:13:22Z', 2000],
    ['2023-11-14T22:13:22.5Z', 2500],
    ['2023-11-15T00:13:22+02:00', 2000],
    ['Tue, 99 Nov 2023 22:13:22 GMT', undefined],
    ['Tue, 14 Nov 2123 22:13:22 GMT', undefined],
    ['14 Nov 2023 22:13:22 GMT', undefined],
    ['Tue, 14 Nov 2023 22:13:22 GMT, x', undefined],
    ['x Tue, 14 Nov 2023 22:13:22 GMT', undefined],
    ['-5', undefined],
    ['+5', undefined],
    ['NaN', undefined],
    ['banana', undefined],
    ['Infinity', undefined],
    ['1e309', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['', undefined],
    ['1, 2', undefined],
    ['1s', undefined],
    ['1.', undefined],
    ['.5', undefined],
    ['5 5', undefined],
    ['99999999999999999999', undefined],
    ['2024', 2_024_000],
  ])('"%s" is %s ms', (value, expected) => {
    expect(wait({ 'retry-after': value })).toBe(expected);
  });

  it('yields to retry-after-ms and its Microsoft spelling, unless they are nonsense', () => {
    expect(wait({ 'retry-after-ms': '50', 'retry-after': '5' })).toBe(50);
    expect(wait({ 'retry-after-ms': '0', 'retry-after': '5' })).toBe(0);
    expect(wait({ 'retry-after-ms': '12.5' })).toBe(12.5);
    expect(wait({ 'x-ms-retry-after-ms': '70', 'retry-after': '5' })).toBe(70);
    expect(wait({ 'retry-after-ms': '50', 'x-ms-retry-after-ms': '70' })).toBe(50);
    expect(wait({ 'retry-after-ms': '-1', 'retry-after': '5' })).toBe(5000);
    expect(wait({ 'retry-after-ms': '50ms', 'retry-after': '5' })).toBe(5000);
    expect(wait({ 'retry-after-ms': '99999999999999' })).toBeUndefined();
  });
});

describe('parseDuration', () => {
  it.each<[string, number | undefined]>([
    ['6m0s', 360_000],
    ['1s', 1000],
    ['17ms', 17],
    ['1.5s', 1500],
    ['27.123456789s', 27_123.456789],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['1m5ms', 60_005],
    ['0s', 0],
    ['400d', undefined],
    ['', undefined],
    ['5', undefined],
    ['s', undefined],
    ['1s1m', undefined],
    ['1m1m', undefined],
    ['-1s', undefined],
    [' 1s', undefined],
    ['1s ', undefined],
    ['1 s', undefined],
    ['1e3s', undefined],
    ['1S', undefined],
    ['1min', undefined],
    ['banana', undefined],
    [`${'1'.repeat(70)}s`, undefined],
  ])('"%s" is %s ms', (text, expected) => {
    const ms = parseDuration(text);
    if (expected === undefined) expect(ms).toBeUndefined();
    else expect(ms).toBeCloseTo(expected, 6);
  });
});

describe('untilReset', () => {
  it.each<[string | number, number | undefined]>([
    ['6m0s', 360_000],
    ['30', 30_000],
    [30, 30_000],
    [0, 0],
    [0.123456789012345, 123.456789012345],
    [1_700_000_005, 5000],
    ['1700000005', 5000],
    [1_700_000_005_000, 5000],
    ['1700000005000', 5000],
    [1_699_999_999, undefined],
    [1_699_999_999_000, undefined],
    ['2023-11-14T22:13:25Z', 5000],
    ['soon', undefined],
    ['', undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [999_999_999, undefined],
  ])('%s is in %s ms', (value, expected) => {
    const ms = untilReset(value, WALL_NOW);
    if (expected === undefined) expect(ms).toBeUndefined();
    else expect(ms).toBeCloseTo(expected, 6);
  });
});

describe('fields of the body', () => {
  it.each<[string, unknown, number]>([
    ['retryDelay of Google', [{ error: { details: [{ retryDelay: '27s' }] } }], 27_000],
    ['retry_after', { error: { availability: { retry_after: 4 } } }, 4000],
    ['retryAfter', { error: { retryAfter: '4' } }, 4000],
    ['retry_after_seconds', { error: { metadata: { retry_after_seconds: 2.5 } } }, 2500],
    ['retry_after_ms', { error: { retry_after_ms: 250 } }, 250],
    ['estimated_time', { error: 'loading', estimated_time: 20.5 }, 20_500],
    ['resets_in_seconds', { error: { resets_in_seconds: 90 } }, 90_000],
    ['resets_at, an instant', { error: { resets_at: 1_700_000_060 } }, 60_000],
    ['resets_at, a date', { error: { metadata: { resets_at: '2023-11-14T22:14:20Z' } } }, 60_000],
    ['a relayed Retry-After', { error: { metadata: { headers: { 'Retry-After': '8' } } } }, 8000],
    ['a relayed reset', { error: { metadata: { headers: { 'X-RateLimit-Reset': '1700000090000' } } } }, 90_000],
    ['the next field where one is nonsense', { error: { retryDelay: 'soon', retry_after: 3 } }, 3000],
    ['the next field where milliseconds are nonsense', { error: { retry_after_ms: '3s', retry_after: 3 } }, 3000],
  ])('%s', (_what, body, expected) => {
    expect(wait({}, body)).toBe(expected);
  });

  it('come after the headers and before the words', () => {
    const body = { error: { message: 'try again in 9s', retry_after: 4 } };
    expect(wait({ 'retry-after': '2' }, body)).toBe(2000);
    expect(wait({ 'retry-after': 'x' }, body)).toBe(4000);
  });
});

describe('words', () => {
  it.each<[string, number | undefined]>([
    ['Please try again in 5.289s. Visit us', 5289],
    ['Please try again in 7m12s.', 432_000],
    ['Please try again in 1h2m3s', 3_723_000],
    ['Please try again in 820ms', 820],
    ['please try again after 1 seconds', 1000],
    ['Please retry after 13 seconds.', 13_000],
    ['Please retry in 27.4s', 27_400],
    ['try again in 1 second', 1000],
    ['try again in 3 secs', 3000],
    ['try again in 2 minutes', 120_000],
    ['try again in 1 min', 60_000],
    ['try again in 2 hours', 7_200_000],
    ['try again in 1 hour', 3_600_000],
    ['try again in 250 milliseconds', 250],
    ['try again in 1 day', undefined],
    ['请在 30 秒后重试', 30_000],
    ['请在2分钟后重试', 120_000],
    ['请在 1 小时后重试', 3_600_000],
    ['try again in a while', undefined],
    ['try again in 5', undefined],
    ['try again in 5sx', undefined],
    ['try again in -5s', undefined],
    ['try again in 9999999 hours', undefined],
    ['try again in a while, or retry after 4 seconds', 4000],
    ['try again later', undefined],
    ['wait 5s', undefined],
  ])('"%s" is %s ms', (message, expected) => {
    expect(wait({}, { error: { message } })).toBe(expected);
  });

  it('come before the reset of a limit', () => {
    const headers = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '60s' };
    expect(wait(headers, { message: 'try again in 5s' })).toBe(5000);
    expect(wait(headers, { message: 'slower' })).toBe(60_000);
    expect(wait(headers)).toBe(60_000);
  });
});

describe('resets of limits', () => {
  const reset = (headers: Record<string, string>) => exhaustedLimitResetMs(new Headers(headers), WALL_NOW);

  it('count only where nothing remains', () => {
    expect(reset({ 'x-ratelimit-reset-requests': '1s' })).toBeUndefined();
    expect(reset({ 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': '1s' })).toBeUndefined();
    expect(reset({ 'x-ratelimit-remaining-requests': '0' })).toBeUndefined();
    expect(reset({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '17ms' })).toBe(17);
    expect(reset({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0' })).toBe(0);
  });

  it('the later one counts', () => {
    const both = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '0' };
    expect(reset({ ...both, 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '6m0s' })).toBe(360_000);
    expect(reset({ ...both, 'x-ratelimit-reset-requests': '6m0s', 'x-ratelimit-reset-tokens': '1s' })).toBe(360_000);
    expect(reset({ ...both, 'x-ratelimit-reset-requests': '2s', 'x-ratelimit-reset-tokens': 'soon' })).toBe(2000);
  });
});

describe('whatever is sent', () => {
  const odd = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.integer().map(String),
    fc.constantFrom('1e309', '-0', '0x1', '1_000', '９', '1h1h', 'Mon, 00 Jan 0000 00:00:00 GMT', '9'.repeat(16)),
  );

  it('is a finite number of milliseconds up to 366 days, or nothing', () => {
    const names = [
      'retry-after',
      'retry-after-ms',
      'x-ms-retry-after-ms',
      'x-ratelimit-reset',
      'x-ratelimit-remaining',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), odd), fc.anything(), odd, (headers, extra, text) => {
        const reader = { get: (name: string) => (Object.hasOwn(headers, name) ? (headers[name] as string) : null) };
        for (const body of [extra, { message: `try again in ${text}`, retry_after: text, resets_at: extra }]) {
          const ms = parseRetryAfter(reader, WALL_NOW, body);
          expect(ms === undefined || (ms >= 0 && ms <= 366 * DAY)).toBe(true);
        }
      }),
      { seed: 5, numRuns: 1000 },
    );
  });

  it('takes linear time', () => {
    const started = performance.now();
    for (const text of ['9'.repeat(100_000), '1h'.repeat(50_000), '1.'.repeat(50_000), 'Mon, '.repeat(20_000)]) {
      parseDuration(text);
      wait({ 'retry-after': text, 'retry-after-ms': text }, { message: `try again in ${text}` });
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
