import type { Clock } from '../clock.js';
import type { Need } from '../domain/limits.js';
import { Alarm } from './limiter-alarm.js';
import type { Link } from './limiter-chain.js';
import { Deadlines } from './limiter-deadlines.js';
import { count, type Gate, goesBefore, type Passage, type Waiter } from './limiter-gate.js';
import type { Desk } from './limiter-permit.js';

/**
 * Decides who goes next. A call goes when all its limiters admit it at once, so nothing is held while waiting and nobody can
 * deadlock. The first in line for what a limiter lacks keeps that limiter from everybody behind it, so heavy calls do not
 * starve; a call that lacks something of another limiter does not hold up the others. One timer serves all, and there is
 * none while nobody waits.
 */
export class LimiterQueue implements Desk {
  readonly #clock: Clock;
  /** Gates that somebody waits for. */
  readonly #busy = new Set<Gate>();
  /** Gates where something changed. */
  readonly #stale = new Set<Gate>();
  readonly #deadlines = new Deadlines<Waiter>();
  #closed = false;
  #sequence = 0;
  #round = 0;
  readonly #alarm: Alarm;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#alarm = new Alarm(clock, () => this.#wake());
  }

  now(): number {
    return this.#clock.now();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** A number for a call that is going to wait: higher than all before. */
  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** Takes what a call that has just arrived needs, if nobody waits before it and nothing is lacking. */
  admitNow(passage: Passage, need: Need, project: string, now: number): boolean {
    for (const gate of passage.gates) if (gate.waiting > 0 || !gate.limiter.admits(need, now)) return false;
    takeAll(passage, need, project, now);
    return true;
  }

  /** Lets a call wait; its turn may come within this very step, for a call that others wait behind. */
  enqueue(call: Waiter, now: number): void {
    const { line } = call;
    const waitsBehind = line.waiters.first !== undefined;
    call.place = line.waiters.append(call);
    this.#deadlines.watch(call);
    for (const gate of line.passage.gates) {
      this.#busy.add(gate);
      gate.lines.add(line);
      count(gate, call.need, 1);
    }
    if (!waitsBehind && this.#tryFirst(call, now)) this.#serveStale(now);
    this.#arm(now);
  }

  /** Takes a call out of the queue because nobody waits for it any more. */
  abandon(call: Waiter): void {
    if (call.place === undefined) return;
    const now = this.#clock.now();
    this.#remove(call);
    this.#serveStale(now);
    this.#arm(now);
  }

  freed(gates: readonly Gate[]): void {
    for (const gate of gates) if (gate.waiting > 0) this.#stale.add(gate);
    if (this.#stale.size === 0) return;
    const now = this.#clock.now();
    this.#serveStale(now);
    this.#arm(now);
  }

  /** Nobody is admitted any more, and everybody who waits is told so. Permits that were given stay good. */
  close(): void {
    this.#closed = true;
    for (const gate of this.#busy) {
      for (const { waiters } of gate.lines) {
        for (let call = waiters.first; call !== undefined; call = waiters.first) {
          this.#remove(call);
          call.closed();
        }
      }
    }
    this.#stale.clear();
    this.#arm(this.#clock.now());
  }

  #serveStale(now: number): void {
    for (const gate of this.#stale) {
      this.#stale.delete(gate);
      this.#serve(gate, now);
    }
  }

  /** Admits everybody at a gate whose turn it is. */
  #serve(gate: Gate, now: number): void {
    gate.blocker = undefined;
    gate.wakeAt = Number.POSITIVE_INFINITY;
    this.#round += 1;
    const round = this.#round;
    for (;;) {
      let next: Waiter | undefined;
      for (const line of gate.lines) {
        if (line.stuckIn === round) continue;
        const first = line.waiters.first as Waiter;
        if (next === undefined || goesBefore(first, next, gate)) next = first;
      }
      if (next === undefined) return;
      if (this.#tryFirst(next, now)) continue;
      // Whoever is left comes after the one who lacks something here.
      if (gate.blocker !== undefined) return;
      next.line.stuckIn = round;
    }
  }

  /** Admits the first call of a line, or marks the gates whose limiters lack what it needs. */
  #tryFirst(call: Waiter, now: number): boolean {
    const { gates } = call.passage;
    for (const gate of gates) {
      if (gate.blocker !== undefined && gate.blocker !== call && goesBefore(gate.blocker, call, gate)) return false;
    }
    let lacking = false;
    for (const gate of gates) {
      if (!gate.limiter.admits(call.need, now)) {
        lacking = true;
        gate.blocker = call;
        gate.wakeAt = now + gate.limiter.readyMs(call.need, now);
      } else if (gate.blocker === call) {
        this.#unblock(gate);
      }
    }
    if (lacking) return false;
    this.#remove(call);
    takeAll(call.passage, call.need, call.project, now);
    call.admitted(now);
    return true;
  }

  #remove(call: Waiter): void {
    const { line } = call;
    line.waiters.remove(call.place as Link<Waiter>);
    call.place = undefined;
    this.#deadlines.forget(call);
    const empty = line.waiters.first === undefined;
    if (empty) line.emptied();
    for (const gate of line.passage.gates) {
      count(gate, call.need, -1);
      if (empty) gate.lines.delete(line);
      if (gate.blocker === call) this.#unblock(gate);
      if (gate.waiting === 0) this.#busy.delete(gate);
    }
  }

  #unblock(gate: Gate): void {
    gate.blocker = undefined;
    gate.wakeAt = Number.POSITIVE_INFINITY;
    this.#stale.add(gate);
  }

  #arm(now: number): void {
    let at = this.#deadlines.nextAt;
    for (const gate of this.#busy) at = Math.min(at, gate.wakeAt);
    this.#alarm.set(at, now);
  }

  #wake(): void {
    const now = this.#clock.now();
    // Turns first: a call whose turn has come is served even if its patience ends in the same moment.
    for (const gate of this.#busy) if (gate.wakeAt <= now) this.#stale.add(gate);
    this.#serveStale(now);
    for (let call = this.#deadlines.due(now); call !== undefined; call = this.#deadlines.due(now)) {
      this.#remove(call);
      call.expired(now);
    }
    this.#serveStale(now);
    this.#arm(now);
  }
}

function takeAll({ gates }: Passage, need: Need, project: string, now: number): void {
  for (const { limiter } of gates) {
    limiter.take(need, now);
    limiter.fairShare?.charge(project, limiter.costMs(need));
  }
}
