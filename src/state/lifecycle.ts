import type { Clock } from '../clock.js';
import { ShuttingDownError } from '../errors.js';

/** Something under way that can be ended from outside. */
export interface Stoppable {
  abort(reason: ShuttingDownError): void;
}

/** Knows what is under way, so that a gateway can finish its work before it closes. */
export class Lifecycle {
  readonly #clock: Clock;
  readonly #calls = new Set<object>();
  readonly #running = new Set<Stoppable>();
  readonly #hurry = new Set<() => void>();
  #idle: (() => void) | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** No new calls are taken. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Calls under way, streams that are still being read included. */
  get callCount(): number {
    return this.#calls.size;
  }

  begin(call: object): void {
    this.#calls.add(call);
  }

  end(call: object): void {
    if (this.#calls.delete(call) && this.#calls.size === 0) this.#idle?.();
  }

  /** Registers one attempt or one wait, which is ended with the gateway. */
  guard(running: Stoppable): void {
    this.#running.add(running);
  }

  /** It has ended by itself. */
  unguard(running: Stoppable): void {
    this.#running.delete(running);
  }

  /** Registers what need not be waited for once the gateway closes; told at once if it does so already. */
  onClosing(hurry: () => void): () => void {
    if (this.#closed) hurry();
    else this.#hurry.add(hurry);
    return () => {
      this.#hurry.delete(hurry);
    };
  }

  /**
   * Takes no new calls, lets those under way finish for `graceMs`, then ends the rest with a {@link ShuttingDownError}.
   * Resolves when nothing is under way any more, at the latest then.
   */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    for (const hurry of [...this.#hurry]) hurry();
    if (this.#calls.size > 0 && graceMs > 0) await this.#drained(graceMs);
    const reason = new ShuttingDownError();
    for (const running of [...this.#running]) running.abort(reason);
    this.#running.clear();
  }

  #drained(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(resolve, graceMs);
      this.#idle = () => {
        this.#clock.clearTimer(timer);
        resolve();
      };
    });
  }
}
