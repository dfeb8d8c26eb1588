import type { Clock } from '../../src/clock.ts';
import type { Need } from '../../src/domain/limits.ts';
import { needOf } from '../../src/domain/need-of.ts';
import { Limiter, type LimiterOptions } from '../../src/state/limiter.ts';
import { gateOf } from '../../src/state/limiter-gate.ts';
import type { Permit } from '../../src/state/limiter-permit.ts';
import { LimiterQueue } from '../../src/state/limiter-queue.ts';
import { type AcquireOptions, LimiterSet } from '../../src/state/limiter-set.ts';

/** One limiter by itself, with the set a call goes through. */
export function limiterOf(clock: Clock, options: LimiterOptions) {
  const limiter = new Limiter('account', options, clock.now());
  const queue = new LimiterQueue(clock);
  const gate = gateOf(limiter);
  const set = new LimiterSet(queue, [gate]);
  return {
    limiter,
    queue,
    set,
    /** Acquires what is given; everything else is one request and nothing. */
    acquire: (need: Partial<Need> = {}, how?: AcquireOptions) => set.acquire(needOf(need), how),
    tryAcquire: (need: Partial<Need> = {}): Permit | undefined => set.tryAcquire(needOf(need)),
    waiting: () => gate.waiting,
    available: (rate: string) => limiter.snapshot(clock.now()).rates[rate]?.available,
  };
}
