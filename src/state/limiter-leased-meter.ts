import { type Dimension, MINUTE_MS, type Unit } from '../domain/limits.js';
import type { Meter, MeterSnapshot } from '../domain/meter.js';
import { type MeterOptions, RateMeter } from '../domain/rate-meter.js';
import { Lease, type QueueLink } from './limiter-lease.js';
import type { SharedLimits, SharedMember } from './limiter-shared.js';
import type { SharedRate } from './quota-source.js';

/**
 * A sliding minute, shared: a minute lets through the refill, what can be saved up, and what processes have leased and not
 * used, which is a block each and at most 800 ms of the refill. 97.5, 1.8 and 1.3 % of the limit stay under 101 %.
 */
const SLIDING_REFILL = 0.975;
const SLIDING_CAPACITY = 0.018;
const BUCKET_CAPACITY = 1 / 6;

/**
 * A rate that is shared with other processes. While the shared supply cannot be reached, a meter of its own holds this
 * process's share of the limit.
 */
export class LeasedMeter implements Meter, SharedMember {
  readonly name: string;
  readonly unit: Unit;
  readonly limit: number;
  readonly #dimension: Dimension;
  readonly #options: MeterOptions;
  readonly #shared: SharedLimits;
  readonly #link: QueueLink;
  readonly #lease: Lease;
  #local: RateMeter;
  #reserved = 0;

  constructor(
    limiter: string,
    dimension: Dimension,
    limit: number,
    options: MeterOptions,
    shared: SharedLimits,
    link: QueueLink,
  ) {
    this.name = dimension.name;
    this.unit = dimension.unit;
    this.limit = limit;
    this.#dimension = dimension;
    this.#options = options;
    this.#shared = shared;
    this.#link = link;
    this.#lease = new Lease(rateOf(limiter, dimension, limit, options), shared, link);
    this.#local = this.#newLocal(shared.clock.now());
  }

  get heaviest(): number {
    return this.#options.oversize === 'alone' && this.limit > 0 ? Number.POSITIVE_INFINITY : this.limit;
  }

  refuses(amount: number): boolean {
    return amount > 0 && amount > this.heaviest;
  }

  admits(amount: number, now: number): boolean {
    if (amount <= 0) return true;
    if (this.refuses(amount)) return false;
    this.#shared.add(this);
    return this.#shared.lost ? this.#local.admits(amount, now) : this.#lease.covers(amount, now);
  }

  take(amount: number, now: number): void {
    this.#reserved += amount;
    if (this.#shared.lost) this.#local.take(amount, now);
    else this.#lease.spend(amount, now);
  }

  giveBack(amount: number, at: number, now: number): void {
    this.#end(amount);
    if (this.#isElsewhere(at)) return;
    if (this.#shared.lost) this.#local.giveBack(amount, at, now);
    else this.#lease.putBack(amount, now);
  }

  settle(reserved: number, used: number, at: number, now: number): void {
    this.#end(reserved);
    if (this.#isElsewhere(at)) return;
    if (this.#shared.lost) this.#local.settle(reserved, used, at, now);
    else if (used !== reserved) this.#lease.putBack(reserved - used, now);
  }

  keep(reserved: number): void {
    this.#end(reserved);
    if (this.#shared.lost) this.#local.keep(reserved);
  }

  waitMs(amount: number, now: number, ahead = 0): number {
    if (amount <= 0) return 0;
    if (this.refuses(amount)) return Number.POSITIVE_INFINITY;
    return this.#shared.lost ? this.#local.waitMs(amount, now, ahead) : this.#lease.waitMs(amount + ahead, now);
  }

  soonestMs(amount: number, now: number): number {
    if (this.refuses(amount)) return Number.POSITIVE_INFINITY;
    if (this.#shared.lost) return this.#local.soonestMs(amount, now);
    return this.#lease.good(now) + this.#reserved >= amount ? 0 : this.#lease.emptyMs(now);
  }

  costMs(amount: number): number {
    return this.limit > 0 ? (amount / this.limit) * this.#dimension.windowMs : 0;
  }

  isFresh(now: number): boolean {
    // What was used is known to the source, for whoever asks it next.
    return this.#reserved === 0 && (!this.#shared.lost || this.#local.isFresh(now));
  }

  snapshot(now: number): MeterSnapshot {
    const available = this.#shared.lost ? this.#local.snapshot(now).available : this.#lease.good(now);
    return { limit: this.limit, available, reserved: this.#reserved };
  }

  changed(now: number): void {
    this.#lease.clear();
    this.#local = this.#newLocal(now);
    this.#link.changed();
  }

  close(): Promise<void> {
    return this.#lease.close();
  }

  #newLocal(now: number): RateMeter {
    const share = this.limit / this.#shared.assumedProcesses;
    // What fits the whole limit is not refused because the share is smaller.
    return new RateMeter(this.#dimension, share, { ...this.#options, oversize: 'alone' }, now);
  }

  #end(reserved: number): void {
    this.#reserved = Math.max(0, this.#reserved - reserved);
  }

  /** What was taken before the last switch was taken from another supply, and does not come back to this one. */
  #isElsewhere(at: number): boolean {
    return at < this.#shared.since;
  }
}

function rateOf(limiter: string, { name, windowMs }: Dimension, limit: number, options: MeterOptions): SharedRate {
  const rate = { name: `${limiter} ${name}`, windowMs };
  // Longer spans start anew instead of refilling: that is how providers count a day.
  if (windowMs !== MINUTE_MS) return { ...rate, capacity: Math.max(1, Math.floor(limit)) };
  const sliding = options.window === 'sliding';
  const capacity = sliding ? limit * SLIDING_CAPACITY : (options.burst ?? limit * BUCKET_CAPACITY);
  return {
    ...rate,
    capacity: Math.max(1, Math.floor(capacity)),
    perMs: (limit * (sliding ? SLIDING_REFILL : 1)) / windowMs,
  };
}
