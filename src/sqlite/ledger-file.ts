import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { type BudgetClaim, type BudgetGrant, type BudgetSettlement, grantFor } from '../domain/budget.js';
import {
  COVER_BUDGET,
  type LedgerBatch,
  type LedgerRecord,
  type LedgerStore,
  type UsageQuery,
  type UsageRow,
} from '../domain/ledger.js';
import { lostRecord } from '../domain/ledger-lost.js';
import { COLUMNS, openTables, prepareStatements } from './ledger-tables.js';
import { recordOfRow, rowOfRecord } from './record-row.js';
import { usageRows, usageSql } from './usage-sql.js';

/** Options of a ledger file. */
export interface SqliteLedgerOptions {
  /** Path of the file; made when it is missing. The `-wal` and `-shm` files beside it belong to it. */
  readonly file: string;
  /** How long another process may hold the file before a write fails, in milliseconds. @default 5000 */
  readonly busyTimeoutMs?: number | undefined;
  /** How long a process may be silent before the money it holds counts as spent, in milliseconds. @default 60000 */
  readonly leaseMs?: number | undefined;
}

/** Slots that no budget can ask for any more: the longest calendar window is a month. */
const KEEP_SLOTS_MS = 400 * 24 * 3_600_000;

/**
 * A ledger in a file, for any number of processes of one machine. What is committed survives SIGKILL of the process: it
 * is in the operating system's hands. A loss of power may take the last moments, never the file's consistency.
 */
export class SqliteLedger implements LedgerStore {
  readonly scope = 'shared';
  readonly #database: DatabaseSync;
  readonly #owner = randomUUID();
  readonly #leaseMs: number;
  readonly #statements: ReturnType<typeof prepareStatements>;
  #closed = false;

  /** @throws Error when the file cannot be opened, is no ledger, or is one of a newer version. */
  constructor(options: SqliteLedgerOptions) {
    this.#leaseMs = options.leaseMs ?? 60_000;
    const database = new DatabaseSync(options.file, { timeout: options.busyTimeoutMs ?? 5_000 });
    this.#database = database;
    try {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384');
      openTables(database, options.file);
      this.#statements = prepareStatements(database);
      this.#transaction(() => this.#recover(Date.now()));
    } catch (error) {
      database.close();
      throw error;
    }
  }

  claim(claim: BudgetClaim): BudgetGrant {
    return this.#transaction(() => {
      const now = Date.now();
      this.#renewIn(now);
      this.#recover(now);
      const { spent, held, hold } = this.#statements;
      const sums = spent.get(claim.budget, claim.since) as { nano: number; oldest: number | null };
      const { nano: heldNano } = held.get(claim.budget, claim.since) as { nano: number };
      const grantedNano = grantFor(claim, sums.nano + heldNano);
      if (grantedNano > 0 || claim.calls > 0) hold.run(claim.budget, claim.slot, this.#owner, grantedNano, claim.calls);
      return {
        grantedNano,
        spentNano: sums.nano,
        heldNano: heldNano + grantedNano,
        oldestSlot: sums.oldest ?? undefined,
      };
    });
  }

  write({ records, settlements }: LedgerBatch): void {
    this.#transaction(() => {
      this.#renewIn(Date.now());
      for (const record of records) this.#statements.insert.run(...rowOfRecord(record));
      for (const settlement of settlements) this.#settle(settlement);
    });
  }

  usage(query: UsageQuery): readonly UsageRow[] {
    const { text, parameters } = usageSql(query);
    return usageRows(query.by ?? [], this.#database.prepare(text).all(...parameters) as Record<string, unknown>[]);
  }

  /** All records in the order of their time. */
  *records(): IterableIterator<LedgerRecord> {
    for (const row of this.#database.prepare(`SELECT ${COLUMNS} FROM records ORDER BY at, rowid`).iterate()) {
      yield recordOfRow(row as Record<string, unknown>);
    }
  }

  renew(): void {
    this.#transaction(() => this.#renewIn(Date.now()));
  }

  /** Closes the file; what this process still holds counts as spent when its lease ends. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.part.run(this.#owner, this.#owner);
    this.#database.close();
  }

  #settle({ budget, slot, spentNano, freedNano, calls }: BudgetSettlement): void {
    const { heldBy, hold, unhold, spend } = this.#statements;
    const row = heldBy.get(budget, slot, this.#owner) as { nano: number; calls: number } | undefined;
    // Without a hold the lease ran out, and everything freed here was counted as spent then: only the excess is new.
    const spentNow = row === undefined ? Math.max(0, spentNano - freedNano) : spentNano;
    if (row !== undefined) {
      const nano = Math.min(freedNano, row.nano);
      const sends = Math.min(calls, row.calls);
      if (nano === row.nano && sends === row.calls) unhold.run(budget, slot, this.#owner);
      else hold.run(budget, slot, this.#owner, -nano, -sends);
    }
    if (spentNow > 0) spend.run(budget, slot, spentNow);
  }

  #renewIn(now: number): void {
    this.#statements.renew.run(this.#owner, hostname(), process.pid, now + this.#leaseMs);
  }

  /** Counts what dead processes hold as spent, and writes down what their unrecorded calls may have cost. */
  #recover(now: number): void {
    const { others, heldOf, spend, disown, insert, leave } = this.#statements;
    for (const other of others.all(this.#owner) as {
      owner: string;
      host: string;
      pid: number;
      alive_until: number;
    }[]) {
      if (other.alive_until > now && !(other.host === hostname() && isDead(other.pid))) continue;
      for (const row of heldOf.all(other.owner) as { budget: string; slot: number; nano: number; calls: number }[]) {
        if (row.nano > 0) spend.run(row.budget, row.slot, row.nano);
        if (row.budget === COVER_BUDGET && row.calls > 0) insert.run(...rowOfRecord(lostRecord(other.owner, row, now)));
      }
      disown.run(other.owner);
      leave.run(other.owner);
    }
    this.#statements.forget.run(now - KEEP_SLOTS_MS);
  }

  #transaction<T>(work: () => T): T {
    // Taking the write lock at once avoids the deadlock of two readers that both want to write.
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Whether no process of this machine has the number. Another user's process answers EPERM, and lives. */
function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
