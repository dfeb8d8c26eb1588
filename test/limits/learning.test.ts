import { describe, expect, it } from 'vitest';
import { RateHintReader, readRateHints } from '../../src/domain/rate-limit-headers.js';
import type { Permit } from '../../src/state/limiter-permit.js';
import { limiterOf } from './limiter-of.js';
import { VirtualClock } from './virtual-clock.js';

const WALL = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;
const read = (headers: Record<string, string>) => readRateHints(new Headers(headers), WALL);

describe('what replies say about limits', () => {
  it.each([
    [
      'OpenAI',
      {
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '499',
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-limit-tokens': '200000',
        'x-ratelimit-remaining-tokens': '150000',
        'x-ratelimit-reset-tokens': '15s',
      },
      [
        { unit: 'requests', windowMs: 60_000, limit: 500, remaining: 499, resetMs: 120 },
        { unit: 'tokens', windowMs: 60_000, limit: 200_000, remaining: 150_000, resetMs: 15_000 },
      ],
    ],
    [
      'Groq, whose requests are per day',
      {
        'x-ratelimit-limit-requests': '14400',
        'x-ratelimit-remaining-requests': '14370',
        'x-ratelimit-reset-requests': '2m59.56s',
        'x-ratelimit-limit-tokens': '18000',
        'x-ratelimit-remaining-tokens': '17997',
        'x-ratelimit-reset-tokens': '7.66ms',
      },
      [
        { unit: 'requests', windowMs: DAY, limit: 14_400, remaining: 14_370, resetMs: 179_560 },
        { unit: 'tokens', windowMs: 60_000, limit: 18_000, remaining: 17_997, resetMs: 7.66 },
      ],
    ],
    [
      'Groq early in the day',
      {
        'x-ratelimit-limit-requests': '14400',
        'x-ratelimit-remaining-requests': '14399',
        'x-ratelimit-reset-requests': '6s',
      },
      [{ unit: 'requests', windowMs: DAY, limit: 14_400, remaining: 14_399, resetMs: 6_000 }],
    ],
    [
      'Anthropic',
      {
        'anthropic-ratelimit-tokens-limit': '40000',
        'anthropic-ratelimit-tokens-remaining': '100',
        'anthropic-ratelimit-tokens-reset': '2026-11-22T12:00:12Z',
      },
      [{ unit: 'tokens', windowMs: 60_000, limit: 40_000, remaining: 100, resetMs: 12_000 }],
    ],
    [
      'OpenRouter, with an instant in milliseconds',
      { 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(WALL + 30_000) },
      [{ unit: 'requests', windowMs: 60_000, limit: 20, remaining: 0, resetMs: 30_000 }],
    ],
    [
      'Mistral, without a reset',
      { 'x-ratelimitbysize-limit-minute': '500000', 'x-ratelimitbysize-remaining-minute': '499000' },
      [{ unit: 'tokens', windowMs: 60_000, limit: 500_000, remaining: 499_000, resetMs: undefined }],
    ],
    [
      'Azure, in seconds, beside a general header that says less',
      {
        'x-ratelimit-remaining-requests': '9',
        'x-ratelimit-reset-requests': '10',
        'x-ratelimit-limit': '1',
        'x-ratelimit-remaining': '1',
      },
      [{ unit: 'requests', windowMs: 60_000, limit: undefined, remaining: 9, resetMs: 10_000 }],
    ],
    [
      'a fixed window that has almost ended',
      { 'ratelimit-limit': '100', 'ratelimit-remaining': '60', 'ratelimit-reset': '3' },
      [{ unit: 'requests', windowMs: 60_000, limit: 100, remaining: 60, resetMs: 3_000 }],
    ],
    ['nothing', { 'content-type': 'application/json' }, []],
  ])('are read: %s', (_name, headers, expected) => {
    expect(read(headers as Record<string, string>)).toEqual(expected);
  });

  it.each(['-1', '1.5', '1e9', 'many', '0x10', '', ' ', '1, 2', '9'.repeat(30), 'NaN', 'Infinity'])(
    'are ignored when they make no sense: %j (F057)',
    (value) => {
      expect(read({ 'x-ratelimit-remaining-requests': value, 'x-ratelimit-limit-tokens': value })).toEqual([]);
    },
  );

  it.each(['-5s', 'soon', '6m 0s', '1s6m', '', '1e3', 'NaN'])(
    'lose only a reset that makes no sense: %j (F057)',
    (value) => {
      const [hint] = read({ 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': value });
      expect(hint).toMatchObject({ remaining: 3, resetMs: undefined });
    },
  );
});

describe('the replies of one target', () => {
  const plain = new Headers({ 'content-type': 'application/json' });
  const telling = new Headers({ 'x-ratelimit-remaining-tokens': '7' });

  it('are all read once it has named its limits', () => {
    const reader = new RateHintReader();
    for (let reply = 0; reply < 7; reply += 1) expect(reader.read(plain, WALL)).toEqual([]);
    for (let reply = 0; reply < 100; reply += 1) expect(reader.read(telling, WALL)).toHaveLength(1);
    for (let reply = 0; reply < 100; reply += 1) expect(reader.read(plain, WALL)).toEqual([]);
    expect(reader.read(telling, WALL)).toHaveLength(1);
  });

  it('are looked at now and then where it has not, so that limits it names later are found', () => {
    const reader = new RateHintReader();
    for (let reply = 0; reply < 1_000; reply += 1) reader.read(plain, WALL);
    const asked: string[] = [];
    const counted = {
      get(name: string) {
        asked.push(name);
        return telling.get(name);
      },
    };
    let replies = 1;
    while (reader.read(counted, WALL).length === 0) replies += 1;
    expect(replies).toBeLessThanOrEqual(16);
    expect(asked.length).toBeLessThan(20);
  });
});

describe('what a limiter makes of it', () => {
  const hint = { unit: 'requests', windowMs: 60_000 } as const;
  const account = (clock: VirtualClock) => limiterOf(clock, { requestsPerMinute: 60, burst: 60, tokensPerDay: 1e6 });

  it('works with a lower limit than configured, and with the configured one when that is lower', async () => {
    const clock = new VirtualClock();
    const { acquire, available } = account(clock);
    const permit = acquire() as Permit;
    permit.learn([{ ...hint, limit: 30 }]);
    expect(available('requestsPerMinute')).toBe(29);
    permit.learn([{ ...hint, limit: 500 }]);
    await clock.run(60_500);
    expect(available('requestsPerMinute')).toBe(60);
    permit.learn([{ ...hint, limit: 0 }]);
    expect(available('requestsPerMinute')).toBe(60);
  });

  it('counts what others use of the same account until it comes back', async () => {
    const clock = new VirtualClock();
    const { acquire, available } = account(clock);
    // The first reply shows that this provider reports anything at all.
    (acquire() as Permit).learn([{ ...hint, remaining: 59 }]);
    (acquire() as Permit).learn([{ ...hint, remaining: 10, resetMs: 20_000 }]);
    expect(available('requestsPerMinute')).toBe(10);
    await clock.run(20_600);
    expect(available('requestsPerMinute')).toBe(58);
  });

  it('believes its own count when the provider reports more', () => {
    const clock = new VirtualClock();
    const { acquire, available } = account(clock);
    (acquire() as Permit).learn([{ ...hint, remaining: 59 }]);
    const before = available('requestsPerMinute') as number;
    (acquire() as Permit).learn([{ ...hint, remaining: 60 }]);
    expect(available('requestsPerMinute')).toBe(before - 1);
  });

  it('does not take an old figure for a new one when calls were made in between', async () => {
    const clock = new VirtualClock();
    const { acquire, available } = account(clock);
    (acquire() as Permit).learn([{ ...hint, remaining: 59 }]);
    const slow = acquire() as Permit;
    for (let call = 0; call < 30; call += 1) void acquire();
    // A provider that counts when the reply is ready reports all 32; one that counts on arrival reports the first two.
    slow.learn([{ ...hint, remaining: 28, resetMs: 60_000 }]);
    expect(available('requestsPerMinute')).toBe(28);
    await clock.run(61_000);
    expect(available('requestsPerMinute')).toBe(60);
  });

  it('is never stopped for more than an hour by a header', async () => {
    const clock = new VirtualClock();
    const { acquire, available } = limiterOf(clock, { requestsPerDay: 100 });
    const daily = { unit: 'requests', windowMs: DAY } as const;
    (acquire() as Permit).learn([{ ...daily, remaining: 99 }]);
    (acquire() as Permit).learn([{ ...daily, remaining: 0, resetMs: DAY }]);
    expect(available('requestsPerDay')).toBe(0);
    await clock.run(3_900_000);
    expect(available('requestsPerDay')).toBe(98);
  });

  it('starts nothing in a burst after the provider has refused a call', async () => {
    const clock = new VirtualClock();
    const { limiter, acquire } = limiterOf(clock, { requestsPerMinute: 60, tokensPerMinute: 600_000 });
    limiter.learning?.exhausted('tokens', 0);
    expect(acquire()).not.toBeInstanceOf(Promise);
    let startedAt = -1;
    void Promise.resolve(acquire({ tokens: 10_000 })).then(() => {
      startedAt = clock.now();
    });
    await clock.run(5_000);
    expect(startedAt).toBe(1_000);
  });
});
