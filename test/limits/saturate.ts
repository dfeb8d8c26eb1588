import type { LimiterOptions } from '../../src/state/limiter.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { limiterOf } from './limiter-of.ts';
import { StrictProvider } from './strict-provider.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface Load {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  /** Tokens that a call really uses, on average; single calls use from a half to one and a half of it. */
  readonly meanTokens: number;
  /** How far estimates are off, either way, at most. */
  readonly error: number;
  readonly minLatencyMs: number;
  readonly maxLatencyMs: number;
  readonly minutes: number;
  readonly limits?: LimiterOptions;
}

/**
 * Callers that always have work, a limiter, and a provider that counts to the millisecond what arrives; in virtual time.
 * Requests take up to 50 ms to arrive, so that they arrive in another rhythm than they leave.
 */
export async function saturate(load: Load) {
  const random = seededRandom(42);
  const clock = new VirtualClock(random);
  const { requestsPerMinute, tokensPerMinute } = load;
  const { acquire } = limiterOf(clock, {
    requestsPerMinute,
    tokensPerMinute,
    maxQueue: 1_000_000,
    maxQueueMs: Number.POSITIVE_INFINITY,
    ...load.limits,
  });
  const provider = new StrictProvider(requestsPerMinute, tokensPerMinute);
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(resolve, ms));
  let running = true;
  const work = async () => {
    while (running) {
      const tokens = Math.ceil(load.meanTokens * (0.5 + random()));
      const permit = await acquire({ tokens: Math.ceil(tokens / (1 + load.error * (2 * random() - 1))) });
      await sleep(random() * 50);
      provider.arrive(clock.now(), tokens);
      await sleep(load.minLatencyMs + random() * (load.maxLatencyMs - load.minLatencyMs));
      permit.settle({ tokens });
      permit.release();
    }
  };
  const callers = Math.max(50, Math.ceil((requestsPerMinute / 20_000) * load.maxLatencyMs));
  for (let caller = 0; caller < callers; caller += 1) void work();
  await clock.run(load.minutes * 60_000);
  running = false;
  return {
    refused: provider.refused,
    requestShare: provider.accepted / (requestsPerMinute * load.minutes),
    tokenShare: provider.acceptedTokens / (tokensPerMinute * load.minutes),
  };
}

/**
 * Admits random calls that arrive at random times, more than the limits let through, and records when each starts.
 * @returns the starts with their weight in tokens, in order of time.
 */
export async function randomArrivals(count: number, limits: LimiterOptions, meanGapMs: number, meanTokens: number) {
  const random = seededRandom(count);
  const clock = new VirtualClock(random);
  const { acquire } = limiterOf(clock, { maxQueue: 100_000, maxQueueMs: 5_000, ...limits });
  const starts: { at: number; weight: number }[] = [];
  let left = count;
  const arrive = () => {
    // Crowds and lulls: most gaps are short, some are long.
    const gap = random() < 0.001 ? meanGapMs * 400 * random() : meanGapMs * 2 * random() * 0.8;
    left -= 1;
    if (left > 0) clock.setTimer(arrive, gap);
    if (random() < 0.0005) clock.block(2_000);
    const tokens = Math.ceil(meanTokens * (0.2 + 1.6 * random()));
    try {
      const permit = acquire({ tokens });
      if (permit instanceof Promise) {
        permit.then(
          (granted) => {
            starts.push({ at: clock.now(), weight: tokens });
            granted.release();
          },
          () => undefined,
        );
        return;
      }
      starts.push({ at: clock.now(), weight: tokens });
      permit.release();
    } catch {
      // Full, or too late anyway: the caller is told and goes elsewhere.
    }
  };
  arrive();
  for (let until = 60_000; left > 0; until += 60_000) await clock.run(until);
  return starts;
}
