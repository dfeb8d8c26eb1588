import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { doublingMs, fullJitterMs, sdkBackoffMs } from '../../src/domain/backoff.js';

describe('sdkBackoffMs', () => {
  it.each([
    [0, 500],
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 8000],
    [5000, 8000],
    [-1, 500],
    [Number.NaN, 500],
    [0.9, 500],
  ])('retry %s waits %s ms, less up to a quarter', (retryIndex, ms) => {
    expect(sdkBackoffMs(retryIndex, 0)).toBe(ms);
    expect(sdkBackoffMs(retryIndex, 0.5)).toBe(ms * 0.875);
    expect(sdkBackoffMs(retryIndex, 1)).toBe(ms * 0.75);
  });

  it("is the SDK's own formula", () => {
    const client = new OpenAI({ apiKey: 'k' }) as unknown as {
      calculateDefaultRetryTimeoutMillis(remaining: number, max: number): number;
    };
    const { random } = Math;
    try {
      Math.random = () => 0.37;
      for (let index = 0; index < 8; index++) {
        expect(sdkBackoffMs(index, 0.37)).toBeCloseTo(client.calculateDefaultRetryTimeoutMillis(8 - index, 8), 9);
      }
    } finally {
      Math.random = random;
    }
  });
});

describe('fullJitterMs', () => {
  it('lies between nothing and the doubled base, up to the cap', () => {
    expect(fullJitterMs(0, 0)).toBe(0);
    expect(fullJitterMs(0, 0.5)).toBe(250);
    expect(fullJitterMs(3, 0.5)).toBe(2000);
    expect(fullJitterMs(9, 0.5)).toBe(4000);
    expect(fullJitterMs(2, 0.5, 100, 300)).toBe(150);
    expect(fullJitterMs(1, 0.5, 100, 300)).toBe(100);
  });
});

describe('doublingMs', () => {
  it('doubles up to the cap and spreads to both sides', () => {
    expect(doublingMs(0, 0.5, 5000, 300_000, 0.1)).toBe(5000);
    expect(doublingMs(0, 0, 5000, 300_000, 0.1)).toBe(4500);
    expect(doublingMs(0, 1, 5000, 300_000, 0.1)).toBe(5500);
    expect(doublingMs(1, 0.5, 5000, 300_000, 0.1)).toBe(10_000);
    expect(doublingMs(1.9, 0.5, 5000, 300_000, 0.1)).toBe(10_000);
    expect(doublingMs(6, 0.5, 5000, 300_000, 0.1)).toBe(300_000);
    expect(doublingMs(1e9, 0.5, 5000, 300_000, 0)).toBe(300_000);
  });

  it('stays finite and within its bounds for any level and draw', () => {
    const draw = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.double()), draw, (level, random) => {
        for (const ms of [sdkBackoffMs(level, random), fullJitterMs(level, random)]) {
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(8000);
        }
        expect(sdkBackoffMs(level, random)).toBeGreaterThanOrEqual(375);
        const ms = doublingMs(level, random, 1000, 60_000, 0.1);
        expect(ms).toBeGreaterThanOrEqual(900);
        expect(ms).toBeLessThanOrEqual(66_000);
      }),
      { seed: 3 },
    );
  });
});
