import type { Need, Unit } from '../domain/limits.js';
import type { RateHint } from '../domain/rate-limit-headers.js';
import type { Gate, Passage } from './limiter-gate.js';
import type { Availability } from './limiter-learning.js';

/** Who is told that something came back, so that waiting calls can go. */
export interface Desk {
  now(): number;
  freed(gates: readonly Gate[]): void;
}

const UNITS: readonly Unit[] = ['requests', 'tokens', 'images', 'audioMinutes'];

/**
 * Leave to send one request, with what was reserved for it. Every method may be called more than once and in any order;
 * what has been given back or settled once is not given back again.
 */
export class Permit {
  /** When it was given; monotonic milliseconds. */
  readonly at: number;
  /** Milliseconds the call had waited for it. */
  readonly waitedMs: number;
  readonly #desk: Desk;
  readonly #passage: Passage;
  readonly #need: Need;
  readonly #before: Availability | undefined;
  /** One bit per unit whose reservation has been dealt with. */
  #closed = 0;
  #released = false;

  /** @internal Permits are made by a `LimiterSet`. */
  constructor(desk: Desk, passage: Passage, need: Need, at: number, waitedMs: number) {
    this.#desk = desk;
    this.#passage = passage;
    this.#need = need;
    this.at = at;
    this.waitedMs = waitedMs;
    this.#before = passage.learner?.availability(at);
  }

  /** Replaces what was reserved by what was really used; units left out stay open. */
  settle(used: Partial<Need>): void {
    const now = this.#desk.now();
    let changed = false;
    for (const unit of UNITS) {
      const amount = used[unit];
      if (amount === undefined || !this.#close(unit)) continue;
      for (const gate of this.#passage.gates) gate.limiter.settle(this.#need, unit, Math.max(0, amount), this.at, now);
      changed = true;
    }
    if (changed) this.#desk.freed(this.#passage.gates);
  }

  /** The provider counted nothing of this unit: gives the reservation back. */
  refund(unit: Unit): void {
    if (!this.#close(unit)) return;
    const now = this.#desk.now();
    for (const gate of this.#passage.gates) gate.limiter.giveBack(this.#need, this.at, now, unit);
    this.#desk.freed(this.#passage.gates);
  }

  /** Nothing was sent: everything is as if the permit had never been given. */
  cancel(): void {
    const now = this.#desk.now();
    for (const unit of UNITS) {
      if (!this.#close(unit)) continue;
      for (const gate of this.#passage.gates) gate.limiter.giveBack(this.#need, this.at, now, unit);
    }
    this.release();
  }

  /** The body has ended: frees the place in flight. What was not settled counts as it was reserved. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    const heldMs = this.#desk.now() - this.at;
    for (const gate of this.#passage.gates) gate.limiter.gauge.free(heldMs);
    for (const unit of UNITS) {
      if (this.#close(unit)) for (const gate of this.#passage.gates) gate.limiter.keep(this.#need, unit);
    }
    this.#desk.freed(this.#passage.gates);
  }

  /** Takes over what a reply said about the provider's own count. */
  learn(hints: readonly RateHint[]): void {
    if (hints.length > 0) this.#passage.learner?.learn(hints, this.#before, this.#desk.now());
  }

  #close(unit: Unit): boolean {
    const bit = 1 << UNITS.indexOf(unit);
    if ((this.#closed & bit) !== 0) return false;
    this.#closed |= bit;
    return true;
  }
}
