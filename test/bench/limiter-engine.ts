/** What is measured at the limiter itself, which the package does not export: the sources are loaded as they are. */
import '../metering/child/sources.ts';
import type { BenchOptions } from './bench.ts';
import type { LimiterFigure } from './limiter.ts';
import { median } from './statistics.ts';

const { systemClock } = await import('../../src/clock.ts');
const { limiterOf } = await import('../limits/limiter-of.ts');
const { randomArrivals, saturate } = await import('../limits/saturate.ts');
const { fullestWindow } = await import('../limits/strict-provider.ts');

type Permit = import('../../src/state/limiter-permit.ts').Permit;

const ACQUIRES = 500_000;
const QUEUED = 10_000;
const ROUNDS = 5;

/** Keeping limits, and what that costs in time and memory. */
export async function engine({ quick }: BenchOptions): Promise<LimiterFigure[]> {
  const arrivals = quick ? 100_000 : 1_000_000;
  return [...(await kept(quick)), ...(await windows(arrivals)), acquiring(), heapGrowth(), ...(await queueing())];
}

/** Ten virtual minutes of callers that always have work, against a provider that counts to the millisecond. */
async function kept(quick: boolean): Promise<LimiterFigure[]> {
  const minutes = quick ? 5 : 10;
  const account = { requestsPerMinute: 500, tokensPerMinute: 200_000, error: 0.1, minutes };
  const quickly = { minLatencyMs: 500, maxLatencyMs: 3_000 };
  const slowly = { minLatencyMs: 5_000, maxLatencyMs: 20_000 };
  const results = [
    (await saturate({ ...account, ...quickly, meanTokens: 200 })).requestShare,
    (await saturate({ ...account, ...quickly, meanTokens: 600 })).tokenShare,
    (await saturate({ ...account, ...slowly, meanTokens: 600 })).tokenShare,
    (await saturate({ ...account, ...slowly, requestsPerMinute: 3_000, tokensPerMinute: 2e6, meanTokens: 800 }))
      .tokenShare,
  ];
  const refused =
    (await saturate({ ...account, ...quickly, meanTokens: 600 })).refused +
    (await saturate({ ...account, ...slowly, meanTokens: 600 })).refused;
  return [
    {
      name: 'share',
      what: 'share of the binding limit used, virtual time',
      value: Math.min(...results),
      target: '>= 0.98',
    },
    { name: 'refused', what: '429s drawn meanwhile', value: refused, target: '0' },
  ];
}

/** The fullest minute over many random arrivals, as a share of what it may hold. */
async function windows(arrivals: number): Promise<LimiterFigure[]> {
  const sliding = fullestWindow(
    await randomArrivals(arrivals, { requestsPerMinute: 300, tokensPerMinute: 100_000 }, 120, 330),
  );
  const bucket = fullestWindow(
    await randomArrivals(arrivals, { requestsPerMinute: 300, burst: 40, window: 'bucket' }, 120, 1),
  );
  const what = `over ${arrivals.toLocaleString('en')} arrivals`;
  return [
    {
      name: 'window_requests',
      what: `fullest minute ${what}, requests to R`,
      value: sliding.starts / 300,
      target: '<= 1',
    },
    {
      name: 'window_tokens',
      what: `fullest minute ${what}, tokens to T`,
      value: sliding.weight / 100_000,
      target: '<= 1',
    },
    {
      name: 'window_bucket',
      what: 'the same with a plain bucket, to R + burst',
      value: bucket.starts / 340,
      target: '<= 1',
    },
  ];
}

const UNTROUBLED = { requestsPerMinute: 6e9, tokensPerMinute: 6e12, maxConcurrency: 100 };

function acquireMany(count: number): number {
  const { acquire } = limiterOf(systemClock, UNTROUBLED);
  const from = process.cpuUsage();
  for (let call = 0; call < count; call += 1) {
    const permit = acquire({ tokens: 500 }) as Permit;
    permit.settle({ tokens: 450 });
    permit.release();
  }
  const { user, system } = process.cpuUsage(from);
  return (user + system) / count;
}

function acquiring(): LimiterFigure {
  acquireMany(ACQUIRES / 5);
  const rounds = Array.from({ length: ROUNDS }, () => acquireMany(ACQUIRES));
  return {
    name: 'acquire_us',
    what: 'acquire, settle and release without waiting (us)',
    value: median(rounds),
    target: '<= 2',
  };
}

function heapGrowth(): LimiterFigure {
  const { acquire } = limiterOf(systemClock, UNTROUBLED);
  const use = () => {
    for (let call = 0; call < ACQUIRES; call += 1) (acquire({ tokens: 500 }) as Permit).release();
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  use();
  const before = use();
  return { what: 'heap growth over half a million calls (KB)', value: (use() - before) / 1024, target: 'none' };
}

async function queueing(): Promise<LimiterFigure[]> {
  const drains: number[] = [];
  const aborts: number[] = [];
  const bytes: number[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    drains.push(await drain());
    const result = await abortAll();
    aborts.push(result.ms);
    bytes.push(result.bytes);
  }
  return [
    {
      name: 'drain_ms',
      what: '10,000 queued at concurrency 10, drained (ms)',
      value: median(drains),
      target: '<= 1500',
    },
    { name: 'abort_all_ms', what: '10,000 queued, all aborted (ms)', value: median(aborts), target: '<= 200' },
    { name: 'queued_bytes', what: 'memory of each queued call (bytes)', value: median(bytes), target: '<= 2048' },
  ];
}

async function drain(): Promise<number> {
  const { acquire } = limiterOf(systemClock, { maxConcurrency: 10, maxQueue: QUEUED });
  const from = performance.now();
  const call = async () => {
    const permit = await acquire();
    await undefined;
    permit.release();
  };
  await Promise.all(Array.from({ length: QUEUED }, call));
  return performance.now() - from;
}

async function abortAll(): Promise<{ ms: number; bytes: number }> {
  const { acquire, waiting } = limiterOf(systemClock, { maxConcurrency: 1, maxQueue: QUEUED });
  const running = acquire() as Permit;
  const controllers = Array.from({ length: QUEUED }, () => new AbortController());
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const calls = controllers.map(({ signal }) =>
    (acquire({}, { signal }) as Promise<Permit>).catch((error: unknown) => error),
  );
  globalThis.gc?.();
  const bytes = (process.memoryUsage().heapUsed - before) / QUEUED;
  const from = performance.now();
  for (const controller of controllers) controller.abort();
  await Promise.all(calls);
  const ms = performance.now() - from;
  if (waiting() !== 0) throw new Error(`${waiting()} calls were left in the queue.`);
  running.release();
  return { ms, bytes };
}
