import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bucket } from '../../src/domain/bucket.js';
import { Overrun } from '../../src/domain/overrun.js';
import { SlidingWindow } from '../../src/domain/window.js';

const steps = fc.array(
  fc.record({ waitMs: fc.integer({ min: 0, max: 20_000 }), amount: fc.integer({ min: 1, max: 30 }) }),
  {
    maxLength: 200,
  },
);

describe('a bucket', () => {
  it('starts full and refills continuously up to its capacity', () => {
    const bucket = new Bucket(10, 1 / 100, 0);
    bucket.take(10, 0);
    expect(bucket.level(0)).toBe(0);
    expect(bucket.level(250)).toBeCloseTo(2.5);
    expect(bucket.level(60_000)).toBe(10);
  });

  it('says how long an amount has to wait, and admits it exactly then', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const bucket = new Bucket(20, 7 / 1000, 0);
        let now = 0;
        for (const { waitMs, amount } of all) {
          now += waitMs;
          const ready = bucket.waitMs(amount, now);
          if (ready > 0) expect(bucket.admits(amount, now)).toBe(false);
          now += ready;
          expect(bucket.admits(amount, now)).toBe(true);
          bucket.take(amount, now);
        }
      }),
    );
  });

  it('is as if nothing had happened after a take that is given back', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 9 }), (all, kept) => {
        const used = new Bucket(9, 3 / 1000, 0);
        const untouched = new Bucket(9, 3 / 1000, 0);
        let now = 0;
        for (const { waitMs } of all) {
          used.take(kept, now);
          now += waitMs;
          used.give(kept, now);
          expect(used.level(now)).toBeCloseTo(untouched.level(now), 9);
        }
      }),
    );
  });

  it('repays a debt before it admits anything', () => {
    const bucket = new Bucket(1000, 1, 0);
    bucket.take(1000, 0);
    bucket.give(1000 - 5000, 0);
    expect(bucket.level(0)).toBe(-4000);
    expect(bucket.admits(1, 4000)).toBe(false);
    expect(bucket.admits(1, 4001)).toBe(true);
  });

  it('neither refills nor empties when the clock steps back', () => {
    const bucket = new Bucket(10, 1, 1_000_000);
    bucket.take(10, 1_000_000);
    expect(bucket.level(1_000_000 - 3_600_000)).toBe(0);
    expect(bucket.level(1_000_005)).toBe(5);
  });
});

describe('a sliding window', () => {
  it('never reports less than the exact sum, and more only for what is older by less than one slot and the guard', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const window = new SlidingWindow(60_000, 600, 4);
        const exact: { at: number; amount: number }[] = [];
        let now = 0;
        for (const { waitMs, amount } of all) {
          now += waitMs;
          window.add(amount, now);
          exact.push({ at: now, amount });
          const within = (ms: number) =>
            exact.filter(({ at }) => at > now - ms).reduce((sum, each) => sum + each.amount, 0);
          expect(window.total(now)).toBeGreaterThanOrEqual(within(60_000));
          expect(window.total(now)).toBeLessThanOrEqual(within(60_500));
        }
      }),
    );
  });

  it('says when enough has left, and it has left then', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 100 }), (all, amount) => {
        const window = new SlidingWindow(60_000, 600, 4);
        let now = 0;
        for (const step of all) {
          now += step.waitMs;
          window.add(step.amount, now);
        }
        const before = window.total(now);
        const wait = window.waitMs(Math.min(amount, before), now);
        expect(before - window.total(now + wait)).toBeGreaterThanOrEqual(Math.min(amount, before));
      }),
    );
  });

  it('corrects what was added earlier, and ignores what has left', () => {
    const window = new SlidingWindow(60_000, 600, 4);
    window.add(1000, 0);
    window.add(500, 30_000);
    window.correct(-900, 0, 31_000);
    expect(window.total(31_000)).toBe(600);
    expect(window.total(61_000)).toBe(500);
    window.correct(-100, 0, 61_000);
    expect(window.total(61_000)).toBe(500);
  });

  it('keeps fractions exact over a million additions', () => {
    const window = new SlidingWindow(60_000, 600, 4);
    for (let at = 0; at < 1_000_000; at += 1) window.add(0.1, at);
    expect(window.total(1_000_000 + 60_401)).toBeCloseTo(0, 6);
  });
});

describe('the room kept free for calls in flight', () => {
  it('is nothing while nobody has used more than was reserved', () => {
    const overrun = new Overrun();
    for (let call = 0; call < 100; call += 1) overrun.learn(1000, 100);
    expect(overrun.margin(50_000, 50 * 1000 ** 2)).toBe(0);
  });

  it('covers the sum of independent errors of 10 % nine hundred and ninety times in a thousand', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const overrun = new Overrun();
    const error = () => 1 + 0.2 * (random() - 0.5);
    for (let call = 0; call < 200; call += 1) overrun.learn(1000, 1000 * error());
    let covered = 0;
    for (let round = 0; round < 1000; round += 1) {
      let used = 0;
      for (let call = 0; call < 40; call += 1) used += 1000 * error();
      if (used <= 40_000 + overrun.margin(40_000, 40 * 1000 ** 2)) covered += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(990);
    expect(overrun.margin(40_000, 40 * 1000 ** 2)).toBeLessThan(2_400);
  });

  it('is not moved far by one absurd reply', () => {
    const overrun = new Overrun();
    for (let call = 0; call < 50; call += 1) overrun.learn(1000, 1000);
    overrun.learn(1, 1e9);
    expect(overrun.margin(1000, 1000 ** 2)).toBeLessThan(3_000);
  });
});
