import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryQuota } from '../../src/domain/quota.js';
import { DEFAULT_RETRY_QUOTA } from '../../src/domain/quota-settings.js';

describe('RetryQuota', () => {
  it('holds a hundred retries, or fifty after silence, and then no more', () => {
    const answered = new RetryQuota();
    for (let i = 0; i < 100; i++) expect(answered.tryTake(false)).toBe(true);
    expect(answered.available).toBe(0);
    expect(answered.tryTake(false)).toBe(false);
    const silent = new RetryQuota();
    for (let i = 0; i < 50; i++) expect(silent.tryTake(true)).toBe(true);
    expect(silent.tryTake(true)).toBe(false);
    expect(silent.available).toBe(0);
  });

  it('takes nothing when it refuses, and still pays for what is cheaper', () => {
    const quota = new RetryQuota({ capacity: 9, cost: 5, noResponseCost: 10, refund: 1 });
    expect(quota.tryTake(true)).toBe(false);
    expect(quota.available).toBe(9);
    expect(quota.tryTake(false)).toBe(true);
    expect(quota.available).toBe(4);
  });

  it('earns one by each success, up to its capacity', () => {
    const quota = new RetryQuota();
    quota.succeeded();
    expect(quota.available).toBe(500);
    quota.tryTake(false);
    for (let i = 0; i < 4; i++) quota.succeeded();
    expect(quota.available).toBe(499);
    quota.succeeded();
    quota.succeeded();
    expect(quota.available).toBe(500);
  });

  it('gives back what was taken, up to its capacity', () => {
    const quota = new RetryQuota();
    quota.tryTake(true);
    quota.tryTake(false);
    expect(quota.available).toBe(485);
    quota.refund(false);
    expect(quota.available).toBe(490);
    quota.refund(true);
    quota.refund(true);
    expect(quota.available).toBe(500);
  });

  it('lets at most 1.01 attempts per call through in an outage of 12,000 calls', () => {
    const quota = new RetryQuota();
    let attempts = 0;
    for (let call = 0; call < 12_000; call++) {
      attempts++;
      for (let retry = 0; retry < 2 && quota.tryTake(false); retry++) attempts++;
    }
    expect(attempts / 12_000).toBeLessThanOrEqual(1.01);
  });

  it('always holds between nothing and its capacity', () => {
    const step = fc.constantFrom<(quota: RetryQuota) => unknown>(
      (quota) => quota.tryTake(false),
      (quota) => quota.tryTake(true),
      (quota) => quota.succeeded(),
      (quota) => quota.refund(true),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const quota = new RetryQuota({ ...DEFAULT_RETRY_QUOTA, capacity: 37 });
        for (const take of steps) {
          take(quota);
          expect(quota.available).toBeGreaterThanOrEqual(0);
          expect(quota.available).toBeLessThanOrEqual(37);
        }
      }),
      { seed: 8, numRuns: 50 },
    );
  });
});
