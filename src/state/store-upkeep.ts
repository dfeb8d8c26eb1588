import type { Clock, TimerHandle } from '../clock.js';
import type { LedgerStore } from '../domain/ledger.js';

export interface StoreUpkeepParts {
  readonly store: LedgerStore;
  readonly clock: Clock;
  /** Gives back what no attempt holds. */
  readonly giveBack: () => void;
  /** Attempts that hold something. */
  readonly open: () => number;
  readonly onStoreError: (error: unknown) => void;
}

/** Idle time after which unused money goes back to a shared store; also how often this is looked at, in milliseconds. */
const IDLE_MS = 1_000;
/** How often a shared store is told that this process is alive, in milliseconds. */
const RENEW_MS = 10_000;

/** Keeps a shared store informed while it holds money for this process; does nothing, and no timer, when it does not. */
export class StoreUpkeep {
  readonly #parts: StoreUpkeepParts;
  #timer: TimerHandle | undefined;
  #activeAt = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: StoreUpkeepParts) {
    this.#parts = parts;
  }

  /** Something is about to be reserved. */
  active(now: number): void {
    this.#activeAt = now;
    this.#timer ??= this.#parts.clock.setTimer(() => this.#look(), IDLE_MS, true);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#parts.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { clock, giveBack, open } = this.#parts;
    this.#timer = undefined;
    const now = clock.wallNow();
    const idle = now - this.#activeAt >= IDLE_MS;
    if (idle) giveBack();
    if (now - this.#renewedAt >= RENEW_MS) this.#renew(now);
    if (!idle || open() > 0) this.#timer = clock.setTimer(() => this.#look(), IDLE_MS, true);
  }

  #renew(now: number): void {
    const { store, onStoreError } = this.#parts;
    this.#renewedAt = now;
    try {
      const renewed = store.renew?.();
      if (renewed instanceof Promise) renewed.catch(onStoreError);
    } catch (error) {
      onStoreError(error);
    }
  }
}
