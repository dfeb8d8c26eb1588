import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { accuracy } from './limiter-accuracy.ts';
import { engine } from './limiter-engine.ts';
import { live } from './limiter-live.ts';
import { overRedis } from './limiter-redis.ts';
import { rounded } from './statistics.ts';

/** One figure with its target, as this bench prints it. */
export interface LimiterFigure {
  readonly what: string;
  /** Its promised name, if it has one. */
  readonly name?: string;
  readonly value: number;
  readonly target: string;
}

/** How well limits are kept and used, how close estimates are, what waiting costs, and what several processes share. */
export async function limiter(options: BenchOptions): Promise<BenchReport> {
  const found: LimiterFigure[] = [];
  for (const part of [engine, accuracy, live, overRedis]) found.push(...(await part(options)));
  const named = found.filter((figure) => figure.name !== undefined);
  return {
    figures: Object.fromEntries(named.map(({ name, value }) => [name, rounded(value)])),
    columns: ['', 'measured', 'target'],
    rows: found.map(
      ({ what, value, target }): BenchRow => [what, Number.isNaN(value) ? 'no redis-server' : value, target],
    ),
  };
}
