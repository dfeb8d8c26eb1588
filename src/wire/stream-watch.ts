import type { Clock, TimerHandle } from '../clock.js';

/** Which clock of a stream ran out. */
export type Expiry = 'first_event' | 'idle';

export interface StreamLimits {
  /** From the start of the attempt to the first event, milliseconds. */
  readonly firstEventMs: number;
  /** Between two events while somebody waits for one, milliseconds. */
  readonly idleMs: number;
}

/**
 * A timer that fires this much after an apparent stall decides. The process may have been busy and the events may lie in
 * the socket: one more turn of the event loop lets them be read first.
 */
const GRACE_MS = 5;
/** A timer that fires this late says that the event loop was blocked, and that silence proves nothing. */
const LAG_MS = 20;

/**
 * Watches one stream with a single timer, which is re-armed when it fires and not at every event. Comments and pings never
 * reach it, so they do not count as progress; a consumer that does not read stops the clock. What is handed on and says
 * nothing does not set it back.
 */
export class StreamWatch {
  /** Set when a clock ran out; `onExpire` has been called then. */
  expired: Expiry | undefined;
  /** A stream that outlives its attempt has taken the watch along and stops it itself. */
  handedOver = false;
  /** When the first event arrived, on the monotonic clock. */
  firstEventAt: number | undefined;

  readonly #clock: Clock;
  readonly #limits: StreamLimits;
  readonly #onExpire: () => void;
  #since: number;
  #waiting = true;
  /** How long the present silence had lasted when the reader last turned away, milliseconds. */
  #waited = 0;
  #timer: TimerHandle | undefined;
  #dueAt = 0;
  #suspect = false;

  constructor(clock: Clock, startedAt: number, limits: StreamLimits, onExpire: () => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onExpire = onExpire;
    this.#since = startedAt;
    this.#arm(limits.firstEventMs);
  }

  /** An event arrived. */
  progress(): void {
    this.#since = this.#clock.now();
    this.#waited = 0;
    this.#suspect = false;
    if (this.firstEventAt !== undefined) return;
    this.firstEventAt = this.#since;
    if (this.#waiting) this.#hasten();
  }

  /** Somebody began (`true`) or ceased (`false`) to wait for the next event. */
  waiting(waiting: boolean): void {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    const now = this.#clock.now();
    if (!waiting) this.#waited = now - this.#since;
    else {
      this.#since = now - this.#waited;
      if (this.expired === undefined) this.#hasten();
    }
  }

  /** Sees to it that the timer fires no later than the present limit says. */
  #hasten(): void {
    const dueAt = this.#since + this.#limit();
    if (this.#timer !== undefined) {
      if (this.#dueAt <= dueAt) return;
      this.#clock.clearTimer(this.#timer);
      this.#timer = undefined;
    }
    this.#arm(Math.max(0, dueAt - this.#clock.now()));
  }

  /** Ends the watch; its timer is gone afterwards. */
  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#waiting = false;
  }

  #limit(): number {
    return this.firstEventAt === undefined ? this.#limits.firstEventMs : this.#limits.idleMs;
  }

  #arm(delayMs: number): void {
    if (!Number.isFinite(delayMs)) return;
    this.#dueAt = this.#clock.now() + delayMs;
    this.#timer = this.#clock.setTimer(this.#check, delayMs);
  }

  readonly #check = (): void => {
    this.#timer = undefined;
    // A consumer that does not read: nothing to watch until it waits again.
    if (!this.#waiting) return;
    const now = this.#clock.now();
    const left = this.#since + this.#limit() - now;
    if (left > 0) {
      this.#arm(left);
      return;
    }
    const lag = now - this.#dueAt;
    if (!this.#suspect || lag > LAG_MS) {
      this.#suspect = true;
      this.#arm(lag > LAG_MS ? Math.min(lag, this.#limit()) : GRACE_MS);
      return;
    }
    this.expired = this.firstEventAt === undefined ? 'first_event' : 'idle';
    this.#onExpire();
  };
}
