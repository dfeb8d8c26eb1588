import { Consumption } from '../domain/consumption.js';
import { LeaseBook } from '../domain/lease-book.js';
import { MINUTE_MS } from '../domain/limits.js';
import type { SharedLimits } from './limiter-shared.js';
import type { SharedRate, SharedReservoir } from './quota-source.js';

/** What a shared meter or gauge tells the queue it belongs to, and asks it. */
export interface QueueLink {
  /** More can be taken than before. */
  changed(): void;
  /** Calls that wait. */
  waiting(): number;
}

/** How much of its own consumption a process leases ahead, and of the whole supply for those who wait; milliseconds. */
const BLOCK_MS = 800;
const CROWD_MS = 250;
/** The next block is on its way when this part of the last is left: more than is used up while an answer takes its time. */
const NEXT_BELOW = 0.25;
/** The smallest block, as a part of what can be saved up. */
const LEAST_BLOCK = 1 / 20;
/** How long what is not used is kept. */
const KEEP_MS = 1_000;

/** Spends locally what it has leased in blocks from a shared supply, so that most calls ask nobody. */
export class Lease {
  readonly #shared: SharedLimits;
  readonly #link: QueueLink;
  readonly #reservoir: SharedReservoir;
  readonly #refills: boolean;
  /** Refill per millisecond; for a supply that starts anew after its window, as if it refilled evenly. */
  readonly #perMs: number;
  /** What a process leases that has used nothing lately. */
  readonly #leastBlock: number;
  readonly #book: LeaseBook;
  readonly #consumption: Consumption;
  #asking = false;
  #returning = false;
  /** Nothing is leased before then: the supply is used up and does not say until when. */
  #emptyUntil = Number.NEGATIVE_INFINITY;

  constructor(rate: SharedRate, shared: SharedLimits, link: QueueLink) {
    this.#shared = shared;
    this.#link = link;
    this.#refills = rate.perMs !== undefined;
    this.#perMs = rate.perMs ?? rate.capacity / rate.windowMs;
    this.#leastBlock = Math.floor(rate.capacity * LEAST_BLOCK);
    this.#reservoir = shared.source.reservoir(rate);
    this.#book = new LeaseBook(this.#perMs);
    this.#consumption = new Consumption(shared.clock.now());
  }

  /** What may be spent now. */
  good(now: number): number {
    return this.#book.good(now);
  }

  /** Whether `amount` may be spent now; sees to it that it soon can be. */
  covers(amount: number, now: number): boolean {
    const enough = this.#book.good(now) >= amount;
    if (!this.#asking && now >= this.#emptyUntil) this.#leaseAhead(amount, enough, now);
    return enough;
  }

  spend(amount: number, now: number): void {
    this.#book.spend(amount, now);
    this.#consumption.add(amount, now);
    this.#returnLater();
  }

  /** Puts back what was not used after all, or takes what was used on top (negative). */
  putBack(amount: number, now: number): void {
    this.#book.spend(-amount, now);
    this.#returnLater();
  }

  /** Milliseconds until `amount` could be spent, if everybody else took nothing. */
  waitMs(amount: number, now: number): number {
    return this.#refills ? this.#book.waitMs(amount, now) : this.emptyMs(now);
  }

  /** For how long it is certain that nothing can be had. */
  emptyMs(now: number): number {
    return Math.max(0, this.#emptyUntil - now);
  }

  /** Forgets everything: the supply is another one from now on. */
  clear(): void {
    this.#book.clear();
  }

  /** Gives back all that was not spent; whatever is spent later is leased anew. */
  async close(): Promise<void> {
    await this.#return(0);
    await this.#reservoir.close().catch(() => undefined);
  }

  /** A block: as much as this process uses up in most of a second, and no more than comes back for all in that time. */
  #block(now: number): number {
    return Math.max(this.#leastBlock, Math.min(this.#consumption.perMs(now), this.#perMs) * BLOCK_MS);
  }

  /** Asks for the next block when most of the last is used up, and for those who wait. One question at a time. */
  #leaseAhead(amount: number, enough: boolean, now: number): void {
    const block = this.#block(now);
    const left = this.#book.total(now) - amount;
    if (left >= (enough ? block * NEXT_BELOW : 0)) return;
    const crowd = enough ? 0 : Math.min(amount * this.#link.waiting(), this.#perMs * CROWD_MS);
    const wanted = Math.ceil(Math.max(block, crowd) - left);
    this.#asking = true;
    void this.#shared
      .ask(() => this.#reservoir.take(wanted))
      .then((rest) => {
        this.#asking = false;
        if (rest !== undefined && !this.#shared.lost) this.#leased(wanted, rest);
        this.#link.changed();
      });
  }

  #leased(amount: number, rest: number): void {
    const now = this.#shared.clock.now();
    if (this.#refills || rest >= 0) {
      this.#book.enter(amount, rest, now);
      this.#returnLater();
      return;
    }
    // Nobody here knows when the window began: looked at again in a minute.
    this.#emptyUntil = now + MINUTE_MS;
    void this.#shared.ask(() => this.#reservoir.giveBack(amount));
  }

  /** Looks every second, as long as anything is leased, whether it is still needed. */
  #returnLater(): void {
    if (this.#returning) return;
    this.#returning = true;
    const look = () => {
      this.#returning = false;
      const now = this.#shared.clock.now();
      void this.#return(now - this.#consumption.lastAt >= KEEP_MS ? 0 : this.#block(now));
      if (this.#book.total(now) >= 1) this.#returnLater();
    };
    this.#shared.clock.setTimer(look, KEEP_MS, true);
  }

  async #return(kept: number): Promise<void> {
    if (this.#shared.lost || this.#link.waiting() > 0) return;
    const spare = this.#book.shed(kept, this.#shared.clock.now());
    if (spare > 0) await this.#shared.ask(() => this.#reservoir.giveBack(spare));
  }
}
