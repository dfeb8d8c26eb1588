import { describe, expect, it } from 'vitest';
import { randomArrivals, saturate } from './saturate.js';
import { fullestWindow } from './strict-provider.js';

const account = { requestsPerMinute: 500, tokensPerMinute: 200_000, error: 0.1, minutes: 10 };
const quick = { minLatencyMs: 500, maxLatencyMs: 3_000 };
const slow = { minLatencyMs: 5_000, maxLatencyMs: 20_000 };

describe('against a provider that counts every sliding minute', () => {
  it.each([
    { ...account, ...quick, meanTokens: 200, binds: 'requestShare' as const },
    { ...account, ...quick, meanTokens: 400, binds: 'tokenShare' as const },
    { ...account, ...quick, meanTokens: 1_500, binds: 'tokenShare' as const },
    { ...account, ...slow, meanTokens: 600, binds: 'tokenShare' as const },
    { ...account, ...quick, requestsPerMinute: 60, meanTokens: 600, binds: 'requestShare' as const },
    {
      ...account,
      ...slow,
      requestsPerMinute: 3_000,
      tokensPerMinute: 2_000_000,
      meanTokens: 800,
      binds: 'tokenShare' as const,
    },
  ])(
    'draws no refusal and uses 98 % of what binds: $requestsPerMinute RPM, $tokensPerMinute TPM, $meanTokens a call (F103)',
    async (load) => {
      const result = await saturate(load);
      expect(result.refused).toBe(0);
      expect(result[load.binds]).toBeGreaterThanOrEqual(0.98);
    },
  );
});

describe('any window of a minute', () => {
  it('holds at most the limits, however calls arrive and whenever the event loop blocks (F086)', async () => {
    const starts = await randomArrivals(30_000, { requestsPerMinute: 300, tokensPerMinute: 100_000 }, 120, 330);
    const fullest = fullestWindow(starts);
    expect(fullest.starts).toBeLessThanOrEqual(300);
    expect(fullest.weight).toBeLessThanOrEqual(100_000);
    expect(fullest.starts).toBeGreaterThan(250);
  });

  it('holds at most the limit and one burst with a plain bucket (F086)', async () => {
    const starts = await randomArrivals(30_000, { requestsPerMinute: 300, burst: 40, window: 'bucket' }, 120, 1);
    const fullest = fullestWindow(starts);
    expect(fullest.starts).toBeLessThanOrEqual(340);
    expect(fullest.starts).toBeGreaterThan(300);
  });
});
