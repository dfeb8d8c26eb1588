/** Four processes that share limits through one Redis, and what that costs each call. */
import '../metering/child/sources.ts';
import { Redis } from 'ioredis';
import { mostInFlight, runShare } from '../limits/child/run-share.ts';
import { RedisServer } from '../limits/redis-server.ts';
import type { BenchOptions } from './bench.ts';
import type { LimiterFigure } from './limiter.ts';
import { quantile } from './statistics.ts';

const { systemClock } = await import('../../src/clock.ts');
const { redisStore } = await import('../../src/redis/redis-store.ts');
const { limiterOf } = await import('../limits/limiter-of.ts');
const { processOf } = await import('../limits/shared-source.ts');
const { fullestWindow } = await import('../limits/strict-provider.ts');

const PROCESSES = 4;
/** 100 calls a second in each process. */
const RATE = 24_000;
const patient = { maxQueue: 1e6, maxQueueMs: 600_000 };

export async function overRedis({ quick }: BenchOptions): Promise<LimiterFigure[]> {
  let server: RedisServer;
  try {
    server = await RedisServer.start();
  } catch {
    return [{ what: 'limits shared through Redis', value: Number.NaN, target: '' }];
  }
  await using _server = server;
  const seconds = quick ? 8 : 65;
  const rate = await sharedRate(server, seconds);
  const own = await ownProcess(server, quick ? 5 : 15);
  return [
    {
      name: 'redis_share',
      what: `share of ${RATE} RPM used by four processes in ${seconds} s`,
      value: rate.share,
      target: '>= 0.95',
    },
    ...(rate.fullest === undefined
      ? []
      : [{ name: 'redis_window', what: 'their fullest minute, to the limit', value: rate.fullest, target: '<= 1.01' }]),
    {
      name: 'redis_in_flight',
      what: 'most of their calls in flight at concurrency 8',
      value: await placesInUse(server, quick ? 5 : 20),
      target: '<= 8',
    },
    {
      name: 'redis_trips_per_call',
      what: 'round trips per call at 100 calls a second',
      value: own.trips,
      target: '<= 0.1',
    },
    { name: 'redis_added_p50_ms', what: 'added to a call, median (ms)', value: own.median, target: '<= 0.05' },
    { name: 'redis_added_p99_ms', what: 'added to a call, p99 (ms)', value: own.p99, target: '' },
  ];
}

async function sharedRate(
  { url }: RedisServer,
  seconds: number,
): Promise<{ share: number; fullest: number | undefined }> {
  const limits = { ...patient, requestsPerMinute: RATE };
  const task = {
    url,
    limits,
    callers: 60,
    workMs: 50,
    forMs: seconds * 1_000,
    assumedProcesses: PROCESSES,
    connected: true,
  };
  const ended = await Promise.all(Array.from({ length: PROCESSES }, () => runShare(task).ended));
  const starts = ended.flatMap(({ calls }) => calls).sort((a, b) => a.at - b.at);
  const first = starts[0]?.at as number;
  const last = starts.at(-1)?.at as number;
  const full = (last - first) / 60_000;
  return { share: starts.length / (RATE * full), fullest: full >= 1 ? fullestWindow(starts).starts / RATE : undefined };
}

async function placesInUse({ url }: RedisServer, seconds: number): Promise<number> {
  const limits = { ...patient, maxConcurrency: 8 };
  const task = {
    url,
    limits,
    callers: 30,
    workMs: 40,
    forMs: seconds * 1_000,
    assumedProcesses: PROCESSES,
    connected: true,
  };
  const ended = await Promise.all(Array.from({ length: PROCESSES }, () => runShare(task).ended));
  return mostInFlight(ended.flatMap(({ calls }) => calls));
}

/** One process at 100 calls a second with limits on requests, tokens and concurrency; beside it the same without Redis. */
async function ownProcess(
  { url }: RedisServer,
  seconds: number,
): Promise<{ trips: number; median: number; p99: number }> {
  const { limits: source } = redisStore({ url, prefix: 'own' });
  const options = { ...patient, requestsPerMinute: RATE, tokensPerMinute: 24e6, maxConcurrency: 100 };
  const { acquire, shared } = processOf(systemClock, source, options);
  const alone = limiterOf(systemClock, options);
  (await acquire({ tokens: 500 })).release();
  const admin = new Redis(url);
  await admin.config('RESETSTAT');
  const took = { shared: [] as number[], alone: [] as number[] };
  const pending: Promise<void>[] = [];
  const call = async (lane: typeof acquire, times: number[]) => {
    const from = performance.now();
    const turn = lane({ tokens: 500 });
    // Awaiting costs a turn of its own where there is nothing to wait for.
    const permit = turn instanceof Promise ? await turn : turn;
    times.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 80));
    permit.settle({ tokens: 400 });
    permit.release();
  };
  for (let number = 0; number < seconds * 100; number += 1) {
    pending.push(call(acquire, took.shared));
    await new Promise((resolve) => setTimeout(resolve, 4));
    pending.push(call(alone.acquire, took.alone));
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  await Promise.all(pending);
  const stats = await admin.info('commandstats');
  const counts = [...stats.matchAll(/cmdstat_(?:evalsha|eval|set):calls=(\d+)/g)].map(([, count]) => Number(count));
  admin.disconnect();
  await shared.close();
  return {
    trips: counts.reduce((sum, count) => sum + count, 0) / took.shared.length,
    median: quantile(took.shared, 0.5) - quantile(took.alone, 0.5),
    p99: quantile(took.shared, 0.99) - quantile(took.alone, 0.99),
  };
}
