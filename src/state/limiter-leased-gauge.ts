import type { TimerHandle } from '../clock.js';
import { type Gauge, LocalGauge } from './limiter-gauge.js';
import type { QueueLink } from './limiter-lease.js';
import type { SharedLimits, SharedMember } from './limiter-shared.js';
import type { Held, SharedPlaces } from './quota-source.js';

/** Until the next question while others have too much of what is due here, and while there is nothing to be had. */
const HURRY_MS = 50;
const PATIENCE_MS = 200;
/** Between two questions that only give something back. */
const RETURN_MS = 20;
/** What is asked for on top of what is needed, as a part of it: calls never come evenly. */
const SPARE = 1 / 4;
/** How long free places are kept for the next call. */
const KEEP_MS = 1_000;
/** After the source was lost, everybody first says what they have in flight before anybody takes more. */
const GRACE_MS = 500;
/** A source that is out of reach for no longer than this is not regarded as lost for good. */
const MOMENT_MS = 1_000;

const NOTHING: Held = { places: 0, fairPlaces: 0, contested: false };

/**
 * A limit on calls in flight that is shared with other processes. Holds places under a lease that is renewed while they are
 * used, so that the places of a process that dies come free by themselves; uses a place again and again without asking.
 */
export class LeasedGauge implements Gauge, SharedMember {
  readonly limit: number;
  readonly #shared: SharedLimits;
  readonly #link: QueueLink;
  readonly #places: SharedPlaces;
  readonly #local: LocalGauge;
  #held = NOTHING;
  #heldUntil = Number.NEGATIVE_INFINITY;
  /** Most calls in flight since the last question. */
  #peak = 0;
  #asking = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #timer: TimerHandle | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(limiter: string, limit: number, shared: SharedLimits, link: QueueLink) {
    this.#local = new LocalGauge(limit);
    this.limit = this.#local.limit;
    this.#shared = shared;
    this.#link = link;
    this.#places = shared.source.places(limiter, this.limit);
  }

  get inFlight(): number {
    return this.#local.inFlight;
  }

  admits(): boolean {
    if (this.inFlight < this.#allowed()) return true;
    if (!this.#shared.lost) this.#want();
    return false;
  }

  take(): void {
    this.#local.take();
    this.#peak = Math.max(this.#peak, this.inFlight);
    this.#askIn(this.#places.leaseMs / 3);
  }

  free(heldMs: number): void {
    this.#local.free(heldMs);
    // Others wait, and for this place nobody does here.
    const { places, fairPlaces, contested } = this.#held;
    const due = this.#link.waiting() > 0 ? fairPlaces : 0;
    this.#askIn(contested && places > Math.max(due, this.inFlight) ? RETURN_MS : KEEP_MS);
  }

  waitMs(ahead: number): number {
    return this.#local.waitMs(ahead, Math.max(1, this.#allowed(), this.#held.fairPlaces));
  }

  changed(now: number): void {
    if (!this.#shared.lost) {
      // What others have in flight is not known yet: as much as in the time alone, and no more.
      const places = Math.max(this.inFlight, this.#alone(now));
      this.#held = { places, fairPlaces: places, contested: false };
      this.#heldUntil = now + this.#places.leaseMs;
      this.#askIn(0);
    }
    this.#link.changed();
  }

  async close(): Promise<void> {
    this.#clearTimer();
    const { inFlight } = this;
    if (this.#held.places === 0) return;
    const now = this.#shared.clock.now();
    const held = await this.#shared.ask(() => this.#places.hold({ inUse: inFlight, wanted: inFlight }));
    if (held !== undefined) this.#hold(held, now);
  }

  #allowed(): number {
    const now = this.#shared.clock.now();
    if (this.#shared.lost) return this.#alone(now);
    const { places, fairPlaces, contested } = this.#held;
    const leased = now < this.#heldUntil ? places : 0;
    // Places that are due to others are not used again.
    return contested ? Math.min(leased, fairPlaces) : leased;
  }

  /** What this process may have without asking: its share, and what nobody can have taken away while the lease still runs. */
  #alone(now: number): number {
    const leased = now < this.#heldUntil ? this.#held.places : 0;
    // Often it is only a moment, in which others go on with what they hold.
    const brief = this.#shared.lost && now < this.#shared.since + MOMENT_MS;
    return brief && leased > 0 ? leased : Math.max(leased, this.#share);
  }

  get #share(): number {
    return Math.max(1, Math.floor(this.limit / this.#shared.assumedProcesses));
  }

  /** A call finds no place. Asks at once, unless it was told a moment ago that there is none. */
  #want(): void {
    const { places, fairPlaces, contested } = this.#held;
    const sinceMs = this.#shared.clock.now() - this.#askedAt;
    const pauseMs = !contested && places < this.limit ? 0 : places < fairPlaces ? HURRY_MS : PATIENCE_MS;
    if (sinceMs >= pauseMs) this.#ask(1);
    else this.#askIn(pauseMs - sinceMs);
  }

  #ask(newcomers: number): void {
    if (this.#asking || this.#shared.lost) return;
    this.#shared.add(this);
    this.#asking = true;
    this.#clearTimer();
    const now = this.#shared.clock.now();
    this.#askedAt = now;
    const inUse = this.inFlight;
    const most = now < this.#shared.since + GRACE_MS ? Math.max(inUse, this.#share) : this.limit;
    const needed = inUse + Math.max(newcomers, this.#link.waiting());
    // A few more for the next calls, unless somebody else needs them.
    const spare = this.#held.contested ? 0 : Math.ceil(Math.max(needed, this.#peak) * SPARE);
    const wanted = Math.min(most, Math.max(needed, this.#held.contested ? 0 : this.#peak) + spare);
    this.#peak = inUse;
    void this.#shared
      .ask(() => this.#places.hold({ inUse, wanted }))
      .then((held) => {
        this.#asking = false;
        if (held === undefined || this.#shared.lost) return;
        const more = held.places > this.#held.places;
        this.#hold(held, now);
        if (more) this.#link.changed();
      });
  }

  #hold(held: Held, askedAt: number): void {
    this.#held = held;
    this.#heldUntil = askedAt + this.#places.leaseMs;
    this.#askNext();
  }

  /** Renews the lease as long as anything is held or wanted. */
  #askNext(): void {
    const { places, fairPlaces, contested } = this.#held;
    if (this.#link.waiting() > 0) this.#askIn(contested && places >= fairPlaces ? PATIENCE_MS : HURRY_MS);
    else if (places > this.inFlight) this.#askIn(contested ? RETURN_MS : KEEP_MS);
    else if (places > 0) this.#askIn(this.#places.leaseMs / 3);
  }

  #askIn(delayMs: number): void {
    if (this.#shared.lost) return;
    const { clock } = this.#shared;
    const at = clock.now() + delayMs;
    if (this.#timer !== undefined && this.#timerAt <= at) return;
    this.#clearTimer();
    this.#timerAt = at;
    const ask = () => {
      this.#timer = undefined;
      if (this.inFlight > 0 || this.#link.waiting() > 0 || this.#held.places > 0) this.#ask(0);
    };
    // Somebody who waits must not be left behind by a process that exits.
    this.#timer = clock.setTimer(ask, delayMs, this.#link.waiting() === 0);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#shared.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
