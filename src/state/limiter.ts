import { isLimit, type Limits, type Need, type Unit } from '../domain/limits.js';
import type { Meter, MeterSnapshot } from '../domain/meter.js';
import { metersOf } from '../domain/meters-of.js';
import { RateMeter } from '../domain/rate-meter.js';
import { FairShare } from './limiter-fair-share.js';
import { type Gauge, LocalGauge } from './limiter-gauge.js';
import { LimiterLearning } from './limiter-learning.js';

/** What a limiter needs besides its limits. */
export interface LimiterOptions extends Limits {
  /** Calls that may wait for it. @default 10000 */
  readonly maxQueue?: number | undefined;
  /** Longest wait for a turn, in milliseconds. @default 60000 */
  readonly maxQueueMs?: number | undefined;
  /** A waiting call gains one step of priority in this time, in milliseconds. @default 10000 */
  readonly agingMs?: number | undefined;
  /** Share the limiter evenly among the projects that wait for it, instead of in order of arrival. @default false */
  readonly fairShare?: boolean | undefined;
  /** Whether a provider's own figures are about this limiter. @default true */
  readonly learns?: boolean | undefined;
}

/** What stands in the way of a call. */
export interface Obstacle {
  readonly dimension: string;
  readonly weight: number;
  readonly limit: number;
}

/** What a limiter says about itself; see `client.gateway.limits()`. */
export interface LimiterSnapshot {
  readonly inFlight: number;
  readonly maxConcurrency?: number | undefined;
  /** Milliseconds until a pause asked for by the provider ends; 0 when there is none. */
  readonly pausedMs: number;
  readonly rates: Readonly<Record<string, MeterSnapshot>>;
}

/** A provider that asks for more than this is asked again anyway: a wrong header must not stop a service. */
const MAX_PAUSE_MS = 3_600_000;

/**
 * The limits of one account, endpoint, model or rule, with what is used of them. It decides nothing about order: calls
 * reach it through a `LimiterSet`. `now` is monotonic time in milliseconds everywhere.
 */
export class Limiter {
  readonly name: string;
  readonly maxQueue: number;
  readonly maxQueueMs: number;
  readonly agingMs: number;
  readonly fairShare: FairShare | undefined;
  readonly gauge: Gauge;
  readonly meters: readonly Meter[];
  /** Absent when a provider's own figures are not about this limiter. */
  readonly learning: LimiterLearning | undefined;
  /** Nobody uses it at present; gives back what it holds of limits shared with other processes. It works on all the same. */
  readonly close: () => void;
  #pausedUntil = 0;

  /** @param parts other meters and another gauge than the local ones, for limits shared with other processes. */
  constructor(
    name: string,
    options: LimiterOptions,
    now: number,
    parts: { readonly meters?: readonly Meter[]; readonly gauge?: Gauge; readonly close?: () => void } = {},
  ) {
    this.name = name;
    this.maxQueue = options.maxQueue ?? 10_000;
    this.maxQueueMs = options.maxQueueMs ?? 60_000;
    this.agingMs = options.agingMs ?? 10_000;
    this.meters = parts.meters ?? metersOf(options, (...how) => new RateMeter(...how, now));
    const learning = options.learns === false ? undefined : new LimiterLearning(this.meters);
    this.learning = learning?.useful === true ? learning : undefined;
    this.gauge = parts.gauge ?? new LocalGauge(options.maxConcurrency);
    this.close = parts.close ?? (() => undefined);
    this.fairShare = options.fairShare === true ? new FairShare() : undefined;
  }

  /** Why `need` can never be admitted, if it cannot. */
  refusal(need: Need): Obstacle | undefined {
    if (this.gauge.limit < 1) return { dimension: 'maxConcurrency', weight: 1, limit: this.gauge.limit };
    for (const meter of this.meters) {
      if (meter.refuses(need[meter.unit])) {
        return { dimension: meter.name, weight: need[meter.unit], limit: meter.limit };
      }
    }
    return undefined;
  }

  admits(need: Need, now: number): boolean {
    if (now < this.#pausedUntil || !this.gauge.admits()) return false;
    for (const meter of this.meters) if (!meter.admits(need[meter.unit], now)) return false;
    return true;
  }

  /** Reserves what {@link admits} allowed. */
  take(need: Need, now: number): void {
    this.gauge.take();
    for (const meter of this.meters) {
      const amount = need[meter.unit];
      if (amount > 0) meter.take(amount, now);
    }
  }

  /** Gives back a reservation made at `at`, in one unit or in all. */
  giveBack(need: Need, at: number, now: number, unit?: Unit): void {
    for (const meter of this.meters) {
      const amount = need[meter.unit];
      if (amount > 0 && (unit === undefined || meter.unit === unit)) meter.giveBack(amount, at, now);
    }
  }

  /** Replaces what was reserved of `unit` by what was used. */
  settle(need: Need, unit: Unit, used: number, at: number, now: number): void {
    for (const meter of this.meters) if (meter.unit === unit) meter.settle(need[unit], used, at, now);
  }

  /** Lets what was reserved of `unit` count as used. */
  keep(need: Need, unit: Unit): void {
    for (const meter of this.meters) if (meter.unit === unit && need[unit] > 0) meter.keep(need[unit]);
  }

  /** Milliseconds until time alone lets `need` go; `Infinity` if a call has to end first. */
  readyMs(need: Need, now: number): number {
    if (!this.gauge.admits()) return Number.POSITIVE_INFINITY;
    return this.#longest(now, 0, (meter) => meter.waitMs(need[meter.unit], now));
  }

  /** No call that needs this much can go sooner, whatever is given back meanwhile. */
  soonestMs(need: Need, now: number): number {
    return this.#longest(now, 0, (meter) => meter.soonestMs(need[meter.unit], now));
  }

  /** A guess how long `need` would wait behind `waiting` calls that need `queued` together. */
  expectedMs(need: Need, queued: Need, waiting: number, now: number): number {
    const least = this.gauge.waitMs(waiting);
    return this.#longest(now, least, (meter) => meter.waitMs(need[meter.unit], now, queued[meter.unit]));
  }

  /** What stands in the way of `need` now: the limit that takes longest, for errors and events. */
  obstacle(need: Need, now: number): Obstacle {
    let worst: Obstacle = { dimension: 'maxConcurrency', weight: 1, limit: this.gauge.limit };
    let longest = this.gauge.admits() ? -1 : 0;
    for (const meter of this.meters) {
      const wait = meter.waitMs(need[meter.unit], now);
      if (wait <= longest) continue;
      longest = wait;
      worst = { dimension: meter.name, weight: need[meter.unit], limit: meter.limit };
    }
    return worst;
  }

  /** Admits nothing until `at`; a later pause wins, and none is longer than an hour. */
  pauseUntil(at: number, now: number): void {
    if (!(at > this.#pausedUntil)) return;
    this.#pausedUntil = Math.min(at, now + MAX_PAUSE_MS);
  }

  /** Milliseconds of the limiter's time that `need` costs, by its strictest limit; 1 when it has only a gauge. */
  costMs(need: Need): number {
    let cost = 0;
    for (const meter of this.meters) cost = Math.max(cost, meter.costMs(need[meter.unit]));
    return cost > 0 ? cost : 1;
  }

  /** Whether a new limiter in its place would do the same. */
  isFresh(now: number): boolean {
    return this.gauge.inFlight === 0 && now >= this.#pausedUntil && this.meters.every((meter) => meter.isFresh(now));
  }

  snapshot(now: number): LimiterSnapshot {
    const rates: Record<string, MeterSnapshot> = {};
    for (const meter of this.meters) rates[meter.name] = meter.snapshot(now);
    const { limit, inFlight } = this.gauge;
    const pausedMs = Math.max(0, this.#pausedUntil - now);
    return { inFlight, ...(isLimit(limit) && { maxConcurrency: limit }), pausedMs, rates };
  }

  #longest(now: number, least: number, waitOf: (meter: Meter) => number): number {
    let longest = Math.max(least, this.#pausedUntil - now);
    for (const meter of this.meters) longest = Math.max(longest, waitOf(meter));
    return longest;
  }
}
