import type { Clock, TimerHandle } from '../clock.js';
import type { BudgetSettlement } from '../domain/budget.js';
import type { LedgerBatch, LedgerRecord, LedgerStore, UsageQuery, UsageRow } from '../domain/ledger.js';
import { flushAtExit } from './flush-at-exit.js';

export interface LedgerParts {
  readonly store: LedgerStore;
  readonly clock: Clock;
  /** Told when records could not be written; they are kept and tried again. */
  readonly onStoreError: (error: unknown) => void;
}

/** Records that are written together. Larger batches gain nothing more. */
const BATCH_SIZE = 256;
/** Longest that a record waits for company, in milliseconds. */
const BATCH_MS = 20;
/** Pause after a store has failed, in milliseconds. */
const RETRY_MS = 1_000;
/** Most records kept for a store that is down: about 100 MB. */
const MAX_PENDING = 100_000;

/**
 * Takes records down. A store inside this process has each at once; a shared one has them in batches, and whatever a crash
 * takes from the batch is covered by the block of money that was reserved before the calls were sent.
 */
export class Ledger {
  readonly store: LedgerStore;
  readonly #clock: Clock;
  readonly #onStoreError: (error: unknown) => void;
  readonly #direct: boolean;
  #records: LedgerRecord[] = [];
  #settlements = new Map<string, BudgetSettlement>();
  #failed: LedgerBatch | undefined;
  #timer: TimerHandle | undefined;
  #writing: Promise<void> | undefined;
  #stopFlushing: (() => void) | undefined;
  #detach: (() => void | Promise<void>) | undefined;

  constructor({ store, clock, onStoreError }: LedgerParts) {
    this.store = store;
    this.#clock = clock;
    this.#onStoreError = onStoreError;
    this.#detach = store.attach?.();
    this.#direct = store.scope === 'process';
    if (!this.#direct) this.#stopFlushing = flushAtExit(() => this.flush());
  }

  /** Records that wait to be written. */
  get pending(): number {
    return this.#records.length + (this.#failed?.records.length ?? 0);
  }

  record(record: LedgerRecord): void {
    if (this.#direct) {
      void this.store.write({ records: [record], settlements: NONE });
      return;
    }
    if (this.#records.length >= MAX_PENDING) this.#records.shift();
    this.#records.push(record);
    this.#schedule();
  }

  /** Keeps what became of reserved money, to be committed with the records of the same batch. */
  settle(settlement: BudgetSettlement): void {
    if (this.#direct) {
      void this.store.write({ records: NONE, settlements: [settlement] });
      return;
    }
    const key = `${settlement.budget}\n${settlement.slot}`;
    const before = this.#settlements.get(key);
    this.#settlements.set(key, before === undefined ? settlement : sum(before, settlement));
    this.#schedule();
  }

  /** Writes what waits, and resolves when it is committed. Rejects nothing: what cannot be written stays. */
  flush(): void | Promise<void> {
    if (this.#writing !== undefined) return this.#writing.then(() => this.flush());
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    // A batch that failed is written again as it was: the store may have applied it, and tells by its identity.
    const again = this.#failed !== undefined;
    const batch = this.#failed ?? this.#nextBatch();
    if (batch === undefined) return;
    try {
      const written = this.store.write(batch);
      if (!(written instanceof Promise)) {
        this.#failed = undefined;
        return again ? this.flush() : undefined;
      }
      let failed = false;
      this.#writing = written
        .then(
          () => {
            this.#failed = undefined;
          },
          (error: unknown) => {
            failed = true;
            this.#putBack(batch, error);
          },
        )
        .finally(() => {
          this.#writing = undefined;
        });
      return again ? this.#writing.then(() => (failed ? undefined : this.flush())) : this.#writing;
    } catch (error) {
      this.#putBack(batch, error);
    }
  }

  async usage(query: UsageQuery): Promise<readonly UsageRow[]> {
    await this.flush();
    return this.store.usage(query);
  }

  async close(): Promise<void> {
    this.#stopFlushing?.();
    await this.flush();
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    const detach = this.#detach;
    this.#detach = undefined;
    await detach?.();
  }

  #schedule(): void {
    if (this.#records.length >= BATCH_SIZE && this.#writing === undefined && this.#failed === undefined) {
      void this.flush();
      return;
    }
    this.#timer ??= this.#clock.setTimer(() => void this.flush(), BATCH_MS, true);
  }

  #nextBatch(): LedgerBatch | undefined {
    if (this.#records.length === 0 && this.#settlements.size === 0) return undefined;
    const batch = { records: this.#records, settlements: [...this.#settlements.values()] };
    this.#records = [];
    this.#settlements = new Map();
    return batch;
  }

  #putBack(batch: LedgerBatch, error: unknown): void {
    this.#failed = batch;
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = this.#clock.setTimer(() => void this.flush(), RETRY_MS, true);
    this.#onStoreError(error);
  }
}

const NONE: readonly never[] = Object.freeze([]);

function sum(a: BudgetSettlement, b: BudgetSettlement): BudgetSettlement {
  return { ...a, spentNano: a.spentNano + b.spentNano, freedNano: a.freedNano + b.freedNano, calls: a.calls + b.calls };
}
