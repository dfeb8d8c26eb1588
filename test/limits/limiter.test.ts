import { describe, expect, it } from 'vitest';
import { limitsAnything } from '../../src/domain/limits.js';
import { needOf } from '../../src/domain/need-of.js';
import { RequestTooLargeError } from '../../src/state/limit-errors.js';
import type { Permit } from '../../src/state/limiter-permit.js';
import { limiterOf } from './limiter-of.js';
import { VirtualClock } from './virtual-clock.js';

describe('what a limiter admits', () => {
  it('admits without waiting in the same step, with no timer', () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, { requestsPerMinute: 600, tokensPerMinute: 60_000, maxConcurrency: 5 });
    const permit = acquire({ tokens: 100 });
    expect(permit).not.toBeInstanceOf(Promise);
    expect((permit as Permit).waitedMs).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('starts a sixth of the limit at once and then one at a time', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, { requestsPerMinute: 60 });
    const starts: number[] = [];
    for (let call = 0; call < 15; call += 1) void Promise.resolve(acquire()).then(() => starts.push(clock.now()));
    await clock.run(10_000);
    expect(starts.filter((at) => at === 0)).toHaveLength(10);
    expect(starts.slice(10)).toEqual([1000, 2000, 3000, 4000, 5000]);
  });

  it('takes its burst from the options, in requests', () => {
    const { tryAcquire } = limiterOf(new VirtualClock(), { requestsPerMinute: 60, tokensPerMinute: 6000, burst: 2 });
    expect([tryAcquire(), tryAcquire(), tryAcquire()].map(Boolean)).toEqual([true, true, false]);
  });

  it('limits images and minutes of audio where those are counted', () => {
    const { tryAcquire } = limiterOf(new VirtualClock(), { imagesPerMinute: 12, audioMinutesPerMinute: 30 });
    expect(tryAcquire({ images: 2 })).toBeDefined();
    expect(tryAcquire({ images: 1 })).toBeUndefined();
    expect(tryAcquire({ audioMinutes: 4.5 })).toBeDefined();
    expect(tryAcquire({ audioMinutes: 4.5 })).toBeUndefined();
    expect(tryAcquire({ tokens: 1e9 })).toBeDefined();
  });

  it('caps a day without pacing it', async () => {
    const clock = new VirtualClock();
    const { acquire, tryAcquire } = limiterOf(clock, { requestsPerDay: 100, maxQueueMs: Number.POSITIVE_INFINITY });
    for (let call = 0; call < 100; call += 1) expect(tryAcquire()).toBeDefined();
    expect(tryAcquire()).toBeUndefined();
    let startedAt = 0;
    void Promise.resolve(acquire()).then(() => {
      startedAt = clock.now();
    });
    await clock.run(2 * 86_400_000);
    expect(startedAt).toBeGreaterThanOrEqual(86_400_000);
    expect(startedAt).toBeLessThan(86_400_000 + 600_000);
  });

  it('refuses at once a call that is heavier than the limit, naming weight and limit (F094)', () => {
    const { acquire, waiting } = limiterOf(new VirtualClock(), { tokensPerMinute: 10_000 });
    expect(() => acquire({ tokens: 10_001 })).toThrow(RequestTooLargeError);
    try {
      void acquire({ tokens: 10_001 });
    } catch (error) {
      expect(error).toMatchObject({
        code: 'request_too_large',
        limiter: 'account',
        dimension: 'tokensPerMinute',
        weight: 10_001,
        limit: 10_000,
        message: 'Too heavy for "account": the call needs 10001 and tokensPerMinute is 10000.',
      });
    }
    expect(waiting()).toBe(0);
  });

  it('runs a call that is too heavy when nothing else was used, if told so', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, {
      tokensPerMinute: 6_000,
      oversize: 'alone',
      maxQueueMs: Number.POSITIVE_INFINITY,
    });
    expect(acquire({ tokens: 500 })).not.toBeInstanceOf(Promise);
    let startedAt = -1;
    void Promise.resolve(acquire({ tokens: 20_000 })).then(() => {
      startedAt = clock.now();
    });
    await clock.run(120_000);
    expect(startedAt).toBeGreaterThanOrEqual(60_000);
    expect(startedAt).toBeLessThanOrEqual(60_500);
  });

  it('admits a call that is heavier than the burst but fits the minute, and paces what follows', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, { tokensPerMinute: 60_000 });
    expect(acquire({ tokens: 40_000 })).not.toBeInstanceOf(Promise);
    let startedAt = -1;
    void Promise.resolve(acquire({ tokens: 10_000 })).then(() => {
      startedAt = clock.now();
    });
    await clock.run(120_000);
    expect(startedAt).toBe(40_000);
  });

  it.each([
    { requestsPerMinute: 0 },
    { tokensPerMinute: 0 },
    { maxConcurrency: 0 },
    { requestsPerDay: 0 },
    { requestsPerMinute: 0, window: 'bucket' as const },
  ])('refuses everything with a limit of 0: %o (F105)', (limits) => {
    const { acquire } = limiterOf(new VirtualClock(), limits);
    expect(() => acquire({ tokens: 1 })).toThrow(RequestTooLargeError);
  });

  it('takes Infinity for no limit, and a fraction for a longer window (F105)', async () => {
    expect(limitsAnything({ requestsPerMinute: Number.POSITIVE_INFINITY, maxConcurrency: undefined })).toBe(false);
    expect(limitsAnything({ tokensPerDay: 1 })).toBe(true);
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, {
      requestsPerMinute: 0.5,
      maxConcurrency: 2.9,
      maxQueueMs: Number.POSITIVE_INFINITY,
    });
    const starts: number[] = [];
    for (let call = 0; call < 3; call += 1) {
      void Promise.resolve(acquire()).then((permit) => {
        starts.push(clock.now());
        permit.release();
      });
    }
    await clock.run(300_000);
    expect(starts).toEqual([0, expect.closeTo(120_800, -3), expect.closeTo(241_600, -3)]);
  });

  it('changes nothing when the wall clock jumps by an hour either way (F098)', async () => {
    const run = async (jumpMs: number) => {
      const clock = new VirtualClock();
      const { acquire } = limiterOf(clock, { requestsPerMinute: 120, maxQueueMs: Number.POSITIVE_INFINITY });
      const starts: number[] = [];
      for (let call = 0; call < 200; call += 1) void Promise.resolve(acquire()).then(() => starts.push(clock.now()));
      await clock.run(20_000);
      clock.wallOffsetMs += jumpMs;
      await clock.run(200_000);
      return starts;
    };
    const undisturbed = await run(0);
    expect(undisturbed).toHaveLength(200);
    expect(await run(3_600_000)).toEqual(undisturbed);
    expect(await run(-3_600_000)).toEqual(undisturbed);
  });
});

describe('what becomes of a permit', () => {
  const limits = { requestsPerMinute: 600, tokensPerMinute: 60_000, requestsPerDay: 1000, maxConcurrency: 3 };

  it('gives everything back when nothing was sent (F088)', () => {
    const clock = new VirtualClock();
    const { acquire, limiter } = limiterOf(clock, limits);
    const untouched = limiter.snapshot(clock.now());
    const permit = acquire({ tokens: 5_000 }) as Permit;
    expect(limiter.snapshot(clock.now())).not.toEqual(untouched);
    clock.block(7);
    permit.cancel();
    expect(limiter.snapshot(clock.now())).toEqual(untouched);
  });

  it.each([100, 1_000, 5_000])('reserves 1000 tokens and settles at %i that were used (F100)', (used) => {
    const clock = new VirtualClock();
    const { acquire, limiter, available } = limiterOf(clock, {
      tokensPerMinute: 6_000,
      window: 'bucket',
      burst: 3_000,
    });
    const permit = acquire({ tokens: 1_000 }) as Permit;
    expect(available('tokensPerMinute')).toBe(2_000);
    permit.settle({ tokens: used });
    expect(available('tokensPerMinute')).toBe(3_000 - used);
    expect(limiter.snapshot(clock.now()).rates['tokensPerMinute']?.reserved).toBe(0);
  });

  it('repays what was used on top before anything else goes (F100)', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, { tokensPerMinute: 6_000, window: 'bucket', burst: 3_000 });
    (acquire({ tokens: 1_000 }) as Permit).settle({ tokens: 5_000 });
    let startedAt = -1;
    void Promise.resolve(acquire({ tokens: 100 })).then(() => {
      startedAt = clock.now();
    });
    await clock.run(60_000);
    expect(startedAt).toBe(21_000);
  });

  it('keeps the request and gives back the tokens when the provider refused what was sent (F101)', () => {
    const clock = new VirtualClock();
    const { acquire, available } = limiterOf(clock, limits);
    const permit = acquire({ tokens: 4_000 }) as Permit;
    permit.refund('tokens');
    permit.release();
    expect(available('requestsPerMinute')).toBe(99);
    expect(available('requestsPerDay')).toBe(999);
    expect(available('tokensPerMinute')).toBe(10_000);
  });

  it('counts what was reserved when the end is not known', () => {
    const clock = new VirtualClock();
    const { acquire, available, limiter } = limiterOf(clock, limits);
    (acquire({ tokens: 4_000 }) as Permit).release();
    expect(available('tokensPerMinute')).toBe(6_000);
    expect(limiter.snapshot(clock.now())).toMatchObject({ inFlight: 0, rates: { tokensPerMinute: { reserved: 0 } } });
  });

  it('does every thing once, whatever is called and how often', () => {
    const clock = new VirtualClock();
    const { acquire, limiter } = limiterOf(clock, limits);
    const permit = acquire({ tokens: 4_000 }) as Permit;
    for (let again = 0; again < 3; again += 1) {
      permit.settle({ tokens: 1_000 });
      permit.refund('tokens');
      permit.release();
      permit.cancel();
      permit.settle({ tokens: 9_000, requests: 0 });
    }
    expect(limiter.snapshot(clock.now())).toMatchObject({
      inFlight: 0,
      rates: {
        requestsPerMinute: { available: 99, reserved: 0 },
        tokensPerMinute: { available: 9_000, reserved: 0 },
        requestsPerDay: { available: 999, reserved: 0 },
      },
    });
  });

  it('settles a unit that could not be known before, such as the length of a recording', () => {
    const clock = new VirtualClock();
    const { acquire, available } = limiterOf(clock, { audioMinutesPerMinute: 60 });
    (acquire({ audioMinutes: 0 }) as Permit).settle({ audioMinutes: 8 });
    expect(available('audioMinutesPerMinute')).toBeCloseTo(2);
  });
});

describe('a pause asked for by the provider', () => {
  it('holds everybody until it ends, and a shorter one does not shorten it', async () => {
    const clock = new VirtualClock();
    const { acquire, limiter, queue } = limiterOf(clock, { maxConcurrency: 5 });
    limiter.pauseUntil(5_000, clock.now());
    limiter.pauseUntil(2_000, clock.now());
    let startedAt = -1;
    void Promise.resolve(acquire()).then(() => {
      startedAt = clock.now();
    });
    expect(limiter.snapshot(clock.now()).pausedMs).toBe(5_000);
    await clock.run(10_000);
    expect(startedAt).toBe(5_000);
    expect(queue.now()).toBe(10_000);
  });

  it('is never longer than an hour, and nonsense is no pause', () => {
    const { limiter, tryAcquire } = limiterOf(new VirtualClock(), { maxConcurrency: 5 });
    limiter.pauseUntil(Number.NaN, 0);
    limiter.pauseUntil(-5, 0);
    expect(tryAcquire()).toBeDefined();
    limiter.pauseUntil(1e15, 0);
    expect(limiter.snapshot(0).pausedMs).toBe(3_600_000);
  });
});

describe('the guess how long a call would wait', () => {
  it('is nothing for a call that would go at once, and for ever for one that never can', () => {
    const { set } = limiterOf(new VirtualClock(), { requestsPerMinute: 60, tokensPerMinute: 1000 });
    expect(set.waitMs(needOf({ tokens: 1 }))).toBe(0);
    expect(set.waitMs(needOf({ tokens: 1001 }))).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts those who wait already', async () => {
    const clock = new VirtualClock();
    const { set, acquire } = limiterOf(clock, {
      requestsPerMinute: 60,
      burst: 1,
      maxQueueMs: Number.POSITIVE_INFINITY,
    });
    void acquire();
    for (let call = 0; call < 30; call += 1) void acquire();
    expect(set.waitMs(needOf({}))).toBeCloseTo(31_000, -1);
    for (let call = 0; call < 60; call += 1) void acquire();
    expect(set.waitMs(needOf({}))).toBeGreaterThanOrEqual(91_000);
    await clock.run(1_000_000);
    expect(set.waitMs(needOf({}))).toBe(0);
  });

  it('knows from experience how long a place in flight is taken', async () => {
    const clock = new VirtualClock();
    const { set, acquire } = limiterOf(clock, { maxConcurrency: 2 });
    for (let call = 0; call < 40; call += 1) {
      const permit = acquire() as Permit;
      clock.block(1_000);
      permit.release();
    }
    for (let call = 0; call < 5; call += 1) void acquire();
    expect(set.waitMs(needOf({}))).toBeCloseTo(2_000, -2);
  });
});
