/**
 * A process that shares limits through Redis: keeps callers busy for a while, or takes what it can get and holds it until it
 * is killed. Prints a line for each call (start, end, weight) and `lost` whenever it gives Redis up. `node share.ts '{"url":...,"limits":{...},"forMs":...}'`
 */
import '../../metering/child/sources.ts';
import type { LimiterOptions } from '../../../src/state/limiter.ts';

const { systemClock } = await import('../../../src/clock.ts');
const { redisStore } = await import('../../../src/redis/redis-store.ts');
const { processOf } = await import('../shared-source.ts');

export interface Task {
  readonly url: string;
  readonly limits: LimiterOptions;
  readonly callers: number;
  /** How long a call is in flight; absent: for ever. */
  readonly workMs?: number;
  readonly tokens?: number;
  readonly forMs: number;
  readonly leaseMs?: number;
  readonly assumedProcesses?: number;
  /** Begins only when it has reached Redis. */
  readonly connected?: boolean;
  /** Leaves everything as it is at the end, to see whether the process exits by itself. */
  readonly idle?: boolean;
}

const task = JSON.parse(process.argv[2] as string) as Task;
const { limits: source } = redisStore({ url: task.url, leaseMs: task.leaseMs });
const { acquire, shared } = processOf(systemClock, source, task.limits, {
  assumedProcesses: task.assumedProcesses,
  onLost: () => process.stdout.write('lost\n'),
});
if (task.connected === true) await source.probe();
const until = performance.now() + task.forMs;
const wall = () => performance.timeOrigin + performance.now();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function work(): Promise<void> {
  while (performance.now() < until) {
    const permit = await acquire({ tokens: task.tokens ?? 0 });
    const startedAt = wall();
    if (task.workMs === undefined) await sleep(1e9);
    await sleep(task.workMs as number);
    const endedAt = wall();
    permit.release();
    process.stdout.write(`${startedAt} ${endedAt} ${task.tokens ?? 1}\n`);
  }
}

process.stdout.write('ready\n');
await Promise.all(Array.from({ length: task.callers }, work));
if (task.idle !== true) await shared.close();
