import { type BudgetClaim, type BudgetGrant, type BudgetSettlement, grantFor } from '../domain/budget.js';
import type { LedgerBatch, LedgerRecord, LedgerStore, UsageQuery, UsageRow } from '../domain/ledger.js';
import {
  addRecord,
  addSums,
  type Grouped,
  hasTags,
  isLike,
  newSums,
  queryRange,
  type UsageSums,
  UsageTable,
} from '../domain/ledger-sums.js';

/** Sizes of a memory ledger. */
export interface MemoryLedgerOptions {
  /** Latest records kept whole; sums go further back. @default 10000 */
  readonly maxRecords?: number | undefined;
  /** Groups (hour, model, tags, ...) whose sums are kept apart; beyond them records are added up without model and tags. @default 20000 */
  readonly maxGroups?: number | undefined;
}

/** Sums over one hour's records that agree in everything one can group by. */
interface Cell extends Grouped {
  readonly sums: UsageSums;
}

/** A budget's money by slot. */
interface Slots {
  readonly spent: Map<number, number>;
  readonly held: Map<number, number>;
}

const HOUR_MS = 3_600_000;
const NO_TAGS = Object.freeze({});
/** Hours go without their tags too once there are this many times the groups allowed: a year of hours at a few endpoints. */
const OVERFLOW = 2;

/** The ledger of one process: bounded, exact in its totals, and gone with the process. */
export class MemoryLedger implements LedgerStore {
  readonly scope = 'process';
  readonly #maxRecords: number;
  readonly #maxGroups: number;
  readonly #budgets = new Map<string, Slots>();
  readonly #cells = new Map<string, Cell>();
  readonly #tagKeys = new WeakMap<object, string>();
  /** The cells last used for a set of tags, by endpoint: most records follow one of their own kind, and need no key made. */
  readonly #recent = new WeakMap<object, Map<string, Cell>>();
  /** A ring of the latest records. */
  readonly #latest: LedgerRecord[] = [];
  #written = 0;
  #forgottenUntil = Number.NEGATIVE_INFINITY;

  constructor(options: MemoryLedgerOptions = {}) {
    this.#maxRecords = options.maxRecords ?? 10_000;
    this.#maxGroups = options.maxGroups ?? 20_000;
  }

  claim(claim: BudgetClaim): BudgetGrant {
    const { spent, held } = this.#slots(claim.budget);
    let spentNano = 0;
    let heldNano = 0;
    let oldestSlot: number | undefined;
    for (const [slot, nano] of spent) {
      if (slot < claim.since) spent.delete(slot);
      else {
        spentNano += nano;
        if (nano > 0 && (oldestSlot === undefined || slot < oldestSlot)) oldestSlot = slot;
      }
    }
    for (const [slot, nano] of held) {
      if (slot >= claim.since) heldNano += nano;
      else if (nano === 0) held.delete(slot);
    }
    const grantedNano = grantFor(claim, spentNano + heldNano);
    if (grantedNano > 0) held.set(claim.slot, (held.get(claim.slot) ?? 0) + grantedNano);
    return { grantedNano, spentNano, heldNano: heldNano + grantedNano, oldestSlot };
  }

  write({ records, settlements }: LedgerBatch): void {
    for (const settlement of settlements) this.#settle(settlement);
    for (const record of records) this.#add(record);
  }

  /** Exact over the latest records; further back, `since` and `until` count whole hours. */
  usage(query: UsageQuery): readonly UsageRow[] {
    const { since, until } = queryRange(query);
    const table = new UsageTable(query.by ?? []);
    if (this.#written <= this.#maxRecords || since >= this.#forgottenUntil) {
      for (const record of this.#latest) {
        if (record.at >= since && record.at < until && hasTags(record.tags, query.match))
          addRecord(table.sumsFor(record), record);
      }
      return table.rows();
    }
    for (const cell of this.#cells.values()) {
      const inRange = cell.at + HOUR_MS > since && cell.at < until;
      if (inRange && hasTags(cell.tags, query.match)) addSums(table.sumsFor(cell), cell.sums);
    }
    return table.rows();
  }

  /** The latest records, oldest first. */
  records(): readonly LedgerRecord[] {
    const start = this.#latest.length < this.#maxRecords ? 0 : this.#written % this.#maxRecords;
    return [...this.#latest.slice(start), ...this.#latest.slice(0, start)];
  }

  close(): void {}

  #slots(budget: string): Slots {
    let slots = this.#budgets.get(budget);
    if (slots === undefined) {
      slots = { spent: new Map(), held: new Map() };
      this.#budgets.set(budget, slots);
    }
    return slots;
  }

  #settle({ budget, slot, spentNano, freedNano }: BudgetSettlement): void {
    const { spent, held } = this.#slots(budget);
    if (spentNano > 0) spent.set(slot, (spent.get(slot) ?? 0) + spentNano);
    if (freedNano > 0) held.set(slot, Math.max(0, (held.get(slot) ?? 0) - freedNano));
  }

  #add(record: LedgerRecord): void {
    const index = this.#written % this.#maxRecords;
    const forgotten = this.#latest[index];
    if (forgotten !== undefined) this.#forgottenUntil = Math.max(this.#forgottenUntil, forgotten.at + 1);
    this.#latest[index] = record;
    this.#written += 1;
    addRecord(this.#cell(record).sums, record);
  }

  /** The cell of a record; beyond the bounds a coarser one, so that totals stay exact whatever names are made up. */
  #cell(record: LedgerRecord): Cell {
    const hour = Math.floor(record.at / HOUR_MS) * HOUR_MS;
    const { tags, endpoint } = record;
    let recent = this.#recent.get(tags);
    const last = recent?.get(endpoint);
    if (last !== undefined && last.at === hour && isLike(last, record)) return last;
    const cell = this.#find(record, hour);
    if (cell.tags !== tags) return cell;
    if (recent === undefined) {
      recent = new Map();
      this.#recent.set(tags, recent);
    }
    recent.set(endpoint, cell);
    return cell;
  }

  #find(record: LedgerRecord, hour: number): Cell {
    const { operation, endpoint, status, kind } = record;
    const place = `${hour}\n${operation}\n${endpoint}\n${status}\n${kind ?? ''}`;
    const fine = `${place}\n${record.model}\n${record.alias ?? ''}\n${this.#tagKey(record.tags)}`;
    const known = this.#cells.get(fine);
    if (known !== undefined) return known;
    if (this.#cells.size < this.#maxGroups) {
      return this.#open(fine, {
        at: hour,
        operation,
        endpoint,
        model: record.model,
        alias: record.alias,
        status,
        kind,
        tags: record.tags,
      });
    }
    const other = { model: '(other)', alias: undefined, tags: NO_TAGS };
    const coarse = this.#cells.get(place);
    if (coarse !== undefined) return coarse;
    if (this.#cells.size < this.#maxGroups * OVERFLOW)
      return this.#open(place, { at: hour, operation, endpoint, status, kind, ...other });
    const rest = this.#cells.get('');
    return rest ?? this.#open('', { at: hour, operation, endpoint: '(other)', status, kind, ...other });
  }

  #open(key: string, place: Grouped): Cell {
    const cell: Cell = { ...place, sums: newSums() };
    this.#cells.set(key, cell);
    return cell;
  }

  #tagKey(tags: Readonly<Record<string, string>>): string {
    let key = this.#tagKeys.get(tags);
    if (key === undefined) {
      key = JSON.stringify(Object.entries(tags).sort());
      this.#tagKeys.set(tags, key);
    }
    return key;
  }
}
