import { Bucket } from './bucket.js';
import { type Dimension, MINUTE_MS, type Unit } from './limits.js';
import type { Meter, MeterSnapshot } from './meter.js';
import { Overrun } from './overrun.js';
import { SlidingWindow } from './window.js';

/** How a {@link RateMeter} behaves at its limit. */
export interface MeterOptions {
  /** Most that may go back to back. */
  readonly burst?: number | undefined;
  readonly window: 'sliding' | 'bucket';
  readonly oversize: 'refuse' | 'alone';
}

/** 100 ms for a minute, 5 minutes for a day: what a saturated limit loses to rounding stays under 0.4 %. */
const SLOTS_PER_MINUTE = 600;
const SLOTS_PER_LONGER_WINDOW = 288;
/**
 * Slots (of 100 ms) by which a minute is made longer. Two calls that leave 60 s apart may arrive less than 60 s apart when
 * the first was slow on its way; this is the difference that does no harm.
 */
const GUARD_SLOTS = 4;
const BURST_SHARE = 1 / 6;

/**
 * The limit of one account as this process sees it. A minute is paced by a bucket and capped by a sliding sum, because a
 * bucket alone exceeds by its burst what a provider counts in a minute; longer spans are only capped.
 */
export class RateMeter implements Meter {
  readonly name: string;
  readonly unit: Unit;
  readonly #burst: number | undefined;
  readonly #alone: boolean;
  readonly #configured: number;
  /** The span the provider counts in, in milliseconds. */
  readonly windowMs: number;
  readonly #windowMs: number;
  readonly #window: SlidingWindow | undefined;
  readonly #overrun: Overrun | undefined;
  #limit: number;
  #bucket: Bucket | undefined;
  #reserved = 0;
  #squares = 0;

  /** @param limit what the window may hold; a fraction below one admits one unit in a longer window. */
  constructor(dimension: Dimension, limit: number, options: MeterOptions, now: number) {
    this.name = dimension.name;
    this.unit = dimension.unit;
    this.windowMs = dimension.windowMs;
    this.#burst = options.burst;
    this.#alone = options.oversize === 'alone';
    const countable = dimension.unit !== 'audioMinutes' && limit > 0 && limit < 1;
    this.#configured = countable ? 1 : limit;
    this.#limit = this.#configured;
    this.#windowMs = countable ? dimension.windowMs / limit : dimension.windowMs;
    const minute = dimension.windowMs === MINUTE_MS;
    if (minute) {
      this.#bucket = this.#newBucket(now);
      // A request is a request: only estimated units can turn out heavier than reserved.
      if (dimension.unit !== 'requests') this.#overrun = new Overrun();
    }
    if (!minute) this.#window = new SlidingWindow(this.#windowMs, SLOTS_PER_LONGER_WINDOW, 0);
    else if (options.window === 'sliding')
      this.#window = new SlidingWindow(this.#windowMs, SLOTS_PER_MINUTE, GUARD_SLOTS);
  }

  get limit(): number {
    return this.#limit;
  }

  get heaviest(): number {
    if (this.#limit === 0) return 0;
    if (this.#alone) return Number.POSITIVE_INFINITY;
    // The pace alone refuses nothing that the minute can hold: a heavy call leaves a debt in the bucket.
    return this.#window !== undefined ? this.#limit : (this.#bucket?.capacity ?? this.#limit);
  }

  refuses(amount: number): boolean {
    return amount > 0 && amount > this.heaviest;
  }

  admits(amount: number, now: number): boolean {
    if (amount <= 0) return true;
    if (this.refuses(amount)) return false;
    if (this.#bucket !== undefined && !this.#bucket.admits(amount, now)) return false;
    return this.#window === undefined || this.#excess(amount, now) <= 0;
  }

  take(amount: number, now: number): void {
    this.#bucket?.take(amount, now);
    this.#window?.add(amount, now);
    this.#reserved += amount;
    this.#squares += amount * amount;
  }

  giveBack(amount: number, at: number, now: number): void {
    this.keep(amount);
    this.#correct(-amount, at, now);
  }

  settle(reserved: number, used: number, at: number, now: number): void {
    this.keep(reserved);
    this.#overrun?.learn(reserved, used);
    this.#correct(used - reserved, at, now);
  }

  keep(reserved: number): void {
    this.#reserved = Math.max(0, this.#reserved - reserved);
    // With nothing in flight, what rounding left behind goes too.
    this.#squares = this.#reserved === 0 ? 0 : Math.max(0, this.#squares - reserved * reserved);
  }

  waitMs(amount: number, now: number, ahead = 0): number {
    return this.#wait(amount, now, -ahead);
  }

  soonestMs(amount: number, now: number): number {
    return this.#wait(amount, now, this.#reserved);
  }

  costMs(amount: number): number {
    return this.#limit > 0 ? (amount / this.#limit) * this.#windowMs : 0;
  }

  isFresh(now: number): boolean {
    if (this.#reserved > 0 || (this.#window?.total(now) ?? 0) > this.#limit * 1e-9) return false;
    return this.#bucket === undefined || this.#bucket.level(now) >= this.#bucket.capacity;
  }

  /** What the window could still hold at `now`, by our own count; the provider's own count is compared with it. */
  available(now: number): number {
    return this.#window === undefined ? Number.POSITIVE_INFINITY : this.#limit - this.#window.total(now);
  }

  /** Works with a lower limit than configured from now on, or with the configured one again. */
  lowerLimit(limit: number, now: number): void {
    const next = Math.min(this.#configured, limit);
    if (next === this.#limit || !(next > 0)) return;
    this.#limit = next;
    if (this.#bucket !== undefined) {
      const level = this.#bucket.level(now);
      this.#bucket = this.#newBucket(now);
      this.#bucket.give(level - this.#bucket.capacity, now);
    }
  }

  /** Somebody else used `amount` of the limit; it counts for `forMs`. */
  charge(amount: number, forMs: number, now: number): void {
    if (amount <= 0) return;
    this.#window?.correct(amount, now - Math.max(0, this.#windowMs - forMs), now);
  }

  /** The provider says that nothing is left: whatever was saved up for a burst is not there. */
  exhaust(now: number): void {
    this.#bucket?.drain(now);
  }

  snapshot(now: number): MeterSnapshot {
    const paced = this.#bucket?.level(now) ?? Number.POSITIVE_INFINITY;
    return { limit: this.#limit, available: Math.min(paced, this.available(now)), reserved: this.#reserved };
  }

  #correct(delta: number, at: number, now: number): void {
    if (delta === 0) return;
    this.#bucket?.give(-delta, now);
    this.#window?.correct(delta, at, now);
  }

  #newBucket(now: number): Bucket {
    const burst = this.#burst ?? this.#limit * BURST_SHARE;
    const least = this.unit === 'audioMinutes' ? this.#limit * BURST_SHARE : 1;
    return new Bucket(Math.max(burst, least), this.#limit / this.#windowMs, now);
  }

  /** By how much the window would be too full with `amount` in it. */
  #excess(amount: number, now: number): number {
    const used = (this.#window as SlidingWindow).total(now);
    const tolerance = this.#limit * 1e-9;
    // Alone in the window everything fits that was not refused before.
    if (used <= tolerance) return 0;
    const margin = this.#overrun?.margin(this.#reserved + amount, this.#squares + amount * amount) ?? 0;
    const excess = used + amount + margin - this.#limit;
    return excess <= tolerance ? 0 : excess;
  }

  /** @param credit counted as if it had come back (negative: as if it had been taken on top). */
  #wait(amount: number, now: number, credit: number): number {
    if (amount <= 0) return 0;
    if (this.refuses(amount)) return Number.POSITIVE_INFINITY;
    const paced = this.#bucket?.waitMs(amount, now, credit) ?? 0;
    const window = this.#window;
    if (window === undefined) return paced;
    const used = window.total(now);
    const excess = credit < 0 ? used + amount - credit - this.#limit : this.#excess(amount, now) - credit;
    if (excess <= 0) return paced;
    // What others take on top of a full window fills more windows.
    const later = Math.min(Math.max(0, excess - used), Math.max(0, -credit));
    return Math.max(paced, window.waitMs(Math.min(excess, used), now) + this.costMs(later));
  }
}
