import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLatency,
  latencyCost,
  latencyEnded,
  latencyQuantile,
  latencyStarted,
  observeLatency,
  pickByLatency,
  pickOfTwo,
} from '../../src/domain/latency.js';

describe('the average', () => {
  it('takes a slower answer in full at once', () => {
    const latency = createLatency();
    observeLatency(latency, 100, 0);
    observeLatency(latency, 900, 0);
    expect(latencyCost(latency, 0)).toBe(900);
  });

  it('believes faster answers by and by, with a memory of ten seconds', () => {
    const latency = createLatency();
    observeLatency(latency, 1000, 0);
    observeLatency(latency, 0, 0);
    expect(latencyCost(latency, 0)).toBe(1000);
    observeLatency(latency, 200, 10_000);
    expect(latencyCost(latency, 10_000)).toBeCloseTo(200 + 800 / Math.E, 9);
  });

  it('takes the answer itself when it equals the average', () => {
    const latency = createLatency();
    observeLatency(latency, 100, 0);
    observeLatency(latency, 100, 5000);
    expect(latencyCost(latency, 5000)).toBe(100);
  });

  it('fades while nothing is observed, so that a slow target is tried again', () => {
    const latency = createLatency();
    observeLatency(latency, 1000, 0);
    expect(latencyCost(latency, 10_000)).toBeCloseTo(1000 / Math.E, 9);
    expect(latencyCost(latency, 100_000)).toBeLessThan(0.1);
    expect(latencyCost(latency, -5)).toBe(1000);
  });

  it('ignores nonsense', () => {
    const latency = createLatency();
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) observeLatency(latency, ms, 0);
    expect(latency).toEqual(createLatency());
    observeLatency(latency, 0, 0);
    expect(latency.count).toBe(1);
  });
});

describe('the cost', () => {
  it('grows with the attempts under way', () => {
    const latency = createLatency();
    observeLatency(latency, 100, 0);
    latencyStarted(latency);
    latencyStarted(latency);
    expect(latencyCost(latency, 0)).toBe(300);
    latencyEnded(latency);
    expect(latencyCost(latency, 0)).toBe(200);
    latencyEnded(latency);
    latencyEnded(latency);
    expect(latencyCost(latency, 0)).toBe(100);
  });

  it('counts attempts under way where nothing is known yet, so that first calls spread', () => {
    const latency = createLatency();
    expect(latencyCost(latency, 0)).toBe(1);
    latencyStarted(latency);
    expect(latencyCost(latency, 1e6)).toBe(2);
  });
});

describe('pickOfTwo', () => {
  it('takes the cheaper one, and lets the draw decide between equals', () => {
    expect(pickOfTwo(3, 4, (cost) => cost, 0.9)).toBe(3);
    expect(pickOfTwo(4, 3, (cost) => cost, 0.1)).toBe(3);
    expect(pickOfTwo('a', 'b', () => 7, 0.49)).toBe('a');
    expect(pickOfTwo('a', 'b', () => 7, 0.5)).toBe('b');
  });
});

describe('pickByLatency', () => {
  const draws = Array.from({ length: 6000 }, (_, index) => (index + 0.5) / 6000);
  const shares = (candidates: readonly number[], cost: (candidate: number) => number) => {
    const counts = new Map<number, number>();
    for (const random of draws) {
      const pick = pickByLatency(candidates, cost, random);
      counts.set(pick, (counts.get(pick) ?? 0) + 1);
    }
    return candidates.map((candidate) => (counts.get(candidate) ?? 0) / draws.length);
  };

  it('has no choice with one', () => {
    expect(pickByLatency(['only'], () => 1, 0.7)).toBe('only');
  });

  it('always takes the cheaper of two', () => {
    expect(shares([1, 2], (cost) => cost)).toEqual([1, 0]);
    expect(shares([2, 1], (cost) => cost)).toEqual([0, 1]);
  });

  it('spreads equals evenly', () => {
    for (const length of [2, 3, 4, 5]) {
      const even = shares(
        Array.from({ length }, (_, index) => index),
        () => 1,
      );
      for (const share of even) expect(share).toBeCloseTo(1 / length, 2);
    }
  });

  it('compares every pair equally often: the cheapest of three wins two thirds, the dearest never', () => {
    const [cheap, middle, dear] = shares([1, 2, 3], (cost) => cost);
    expect(cheap).toBeCloseTo(2 / 3, 2);
    expect(middle).toBeCloseTo(1 / 3, 2);
    expect(dear).toBe(0);
  });

  it('stays within the list for any draw', () => {
    const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 9 }), draw, (candidates, random) => {
        expect(candidates).toContain(pickByLatency(candidates, (cost) => cost, random));
      }),
      { seed: 9 },
    );
  });
});

describe('latencyQuantile', () => {
  const filled = (values: Iterable<number>) => {
    const latency = createLatency();
    for (const ms of values) observeLatency(latency, ms, 0);
    return latency;
  };
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => count - index);

  it('says nothing before there are enough observations', () => {
    expect(latencyQuantile(createLatency(), 0.95, 0)).toBeUndefined();
    expect(latencyQuantile(filled(upTo(99)), 0.95)).toBeUndefined();
    expect(latencyQuantile(filled(upTo(100)), 0.95)).toBe(95);
    expect(latencyQuantile(filled(upTo(10)), 0.95, 10)).toBe(10);
    expect(latencyQuantile(filled(upTo(255)), 0.5, 5000)).toBeUndefined();
    expect(latencyQuantile(filled(upTo(256)), 0.5, 5000)).toBe(128);
  });

  it('is the nearest rank', () => {
    const latency = () => filled(upTo(200));
    expect(latencyQuantile(latency(), 1)).toBe(200);
    expect(latencyQuantile(latency(), 0.5)).toBe(100);
    expect(latencyQuantile(latency(), 0.001)).toBe(1);
    expect(latencyQuantile(latency(), 0)).toBe(1);
  });

  it('forgets all but the last 256', () => {
    const latency = filled([...Array(300).fill(9000), ...Array(256).fill(5)]);
    expect(latencyQuantile(latency, 1)).toBe(5);
  });

  it('is computed anew after sixteen observations, or for another quantile', () => {
    const latency = filled(Array(100).fill(10));
    expect(latencyQuantile(latency, 1)).toBe(10);
    for (let i = 0; i < 15; i++) observeLatency(latency, 999, 0);
    expect(latencyQuantile(latency, 1)).toBe(10);
    expect(latencyQuantile(latency, 0.99)).toBe(999);
    expect(latencyQuantile(latency, 0.5)).toBe(10);
    expect(latencyQuantile(latency, 1)).toBe(999);
    for (let i = 0; i < 15; i++) observeLatency(latency, 2000, 0);
    expect(latencyQuantile(latency, 1)).toBe(999);
    observeLatency(latency, 2000, 0);
    expect(latencyQuantile(latency, 1)).toBe(2000);
  });

  it('does not disturb the order in which observations leave', () => {
    const latency = filled(upTo(256));
    latencyQuantile(latency, 0.5);
    expect(latency.samples?.[0]).toBe(256);
    expect(latency.samples?.[255]).toBe(1);
  });
});
