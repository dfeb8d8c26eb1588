import type { Clock } from '../../src/clock.ts';
import { needOf } from '../../src/domain/need-of.ts';
import type { LimiterOptions } from '../../src/state/limiter.ts';
import { type Gate, gateOf } from '../../src/state/limiter-gate.ts';
import { LocalQuota } from '../../src/state/limiter-local-quota.ts';
import { LimiterQueue } from '../../src/state/limiter-queue.ts';
import { type AcquireOptions, LimiterSet } from '../../src/state/limiter-set.ts';
import { SharedLimits, type SharedOptions } from '../../src/state/limiter-shared.ts';
import { sharing } from '../../src/state/limiter-sharing.ts';
import type { QuotaSource } from '../../src/state/quota-source.ts';

/** A source in memory that takes its time, counts questions, and can be broken in every way. */
export class ShakySource implements QuotaSource {
  readonly #clock: Clock;
  readonly #quota: LocalQuota;
  /** How long an answer takes. */
  delayMs = 1;
  state: 'works' | 'fails' | 'hangs' = 'works';
  questions = 0;
  /** Reservoirs that were closed. */
  closed = 0;

  constructor(clock: Clock, quota: LocalQuota = new LocalQuota(clock)) {
    this.#clock = clock;
    this.#quota = quota;
  }

  reservoir(rate: Parameters<QuotaSource['reservoir']>[0]) {
    const inner = this.#quota.reservoir(rate);
    return {
      take: (amount: number) => this.#answer(() => inner.take(amount)),
      giveBack: (amount: number) => this.#answer(() => inner.giveBack(amount)),
      close: async () => {
        this.closed += 1;
      },
    };
  }

  places(name: string, limit: number) {
    const inner = this.#quota.places(name, limit);
    return {
      leaseMs: inner.leaseMs,
      hold: (holding: Parameters<typeof inner.hold>[0]) => this.#answer(() => inner.hold(holding)),
    };
  }

  probe(): Promise<void> {
    return this.#answer(() => Promise.resolve());
  }

  async close(): Promise<void> {}

  #answer<T>(give: () => Promise<T>): Promise<T> {
    this.questions += 1;
    if (this.state === 'hangs') return new Promise(() => undefined);
    if (this.state === 'fails') return Promise.reject(new Error('connection lost'));
    return new Promise((resolve, reject) => {
      this.#clock.setTimer(() => void give().then(resolve, reject), this.delayMs);
    });
  }
}

/** What one of several processes has: a limiter that shares its limits through `source`. */
export function processOf(
  clock: Clock,
  source: QuotaSource,
  options: LimiterOptions,
  settings: Partial<SharedOptions> = {},
) {
  const shared = new SharedLimits({ source, clock, ...settings });
  const queue = new LimiterQueue(clock);
  const gate: Gate = gateOf(sharing(shared)('account', options, clock.now(), { gate: () => gate, queue }));
  const set = new LimiterSet(queue, [gate]);
  return {
    shared,
    gate,
    set,
    limiter: gate.limiter,
    acquire: (need: Parameters<typeof needOf>[0] = {}, how?: AcquireOptions) => set.acquire(needOf(need), how),
  };
}
