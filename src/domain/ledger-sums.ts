import type { Currency } from './format-money.js';
import type { LedgerRecord, UsageDimension, UsageQuery, UsageRow } from './ledger.js';
import { Money } from './money.js';

/** Running sums over records. Mutable: they are on the path of every call. */
export interface UsageSums {
  calls: number;
  failedCalls: number;
  fallbackCalls: number;
  attempts: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  unpricedAttempts: number;
  estimatedAttempts: number;
  readonly costs: Map<Currency, bigint>;
}

export function newSums(): UsageSums {
  return {
    calls: 0,
    failedCalls: 0,
    fallbackCalls: 0,
    attempts: 0,
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    unpricedAttempts: 0,
    estimatedAttempts: 0,
    costs: new Map(),
  };
}

/** Adds one record. */
export function addRecord(sums: UsageSums, record: LedgerRecord): void {
  const { usage, cost } = record;
  if (record.final) {
    sums.calls += 1;
    if (record.status === 'failed' || record.status === 'interrupted') sums.failedCalls += 1;
    if (record.fallback) sums.fallbackCalls += 1;
  }
  if (record.attempt > 0) sums.attempts += 1;
  if (usage !== undefined) {
    sums.inputTokens += usage.inputTokens ?? 0;
    sums.cachedInputTokens += usage.cachedInputTokens ?? 0;
    sums.outputTokens += usage.outputTokens ?? 0;
    sums.reasoningTokens += usage.reasoningTokens ?? 0;
  }
  if (cost.source === 'unknown') {
    if (record.possiblyBilled) sums.unpricedAttempts += 1;
    return;
  }
  if (cost.source === 'estimated') sums.estimatedAttempts += 1;
  sums.costs.set(cost.currency, (sums.costs.get(cost.currency) ?? 0n) + BigInt(cost.amountNano));
}

/** Adds sums to sums. */
export function addSums(into: UsageSums, from: UsageSums): void {
  into.calls += from.calls;
  into.failedCalls += from.failedCalls;
  into.fallbackCalls += from.fallbackCalls;
  into.attempts += from.attempts;
  into.inputTokens += from.inputTokens;
  into.cachedInputTokens += from.cachedInputTokens;
  into.outputTokens += from.outputTokens;
  into.reasoningTokens += from.reasoningTokens;
  into.unpricedAttempts += from.unpricedAttempts;
  into.estimatedAttempts += from.estimatedAttempts;
  for (const [currency, nano] of from.costs) into.costs.set(currency, (into.costs.get(currency) ?? 0n) + nano);
}

/** The fields of a record by which sums can be grouped. */
export type Grouped = Pick<
  LedgerRecord,
  'at' | 'operation' | 'endpoint' | 'model' | 'alias' | 'status' | 'kind' | 'tags'
>;

/** Whether two records of one endpoint and with the same tags agree in everything else, but for their time. */
export function isLike(a: Grouped, b: Grouped): boolean {
  return (
    a.model === b.model &&
    a.operation === b.operation &&
    a.status === b.status &&
    a.alias === b.alias &&
    a.kind === b.kind
  );
}

/** Adds up groups, and lists them with the dearest first. */
export class UsageTable {
  readonly #by: readonly UsageDimension[];
  readonly #groups = new Map<string, { readonly group: Readonly<Record<string, string>>; readonly sums: UsageSums }>();

  constructor(by: readonly UsageDimension[]) {
    this.#by = by;
  }

  /** The sums of the group that a record belongs to. */
  sumsFor(record: Grouped): UsageSums {
    const values = this.#by.map((dimension) => dimensionOf(record, dimension));
    const key = values.join('\n');
    let entry = this.#groups.get(key);
    if (entry === undefined) {
      entry = {
        group: Object.freeze(
          Object.fromEntries(this.#by.map((dimension, index) => [dimension, values[index] as string])),
        ),
        sums: newSums(),
      };
      this.#groups.set(key, entry);
    }
    return entry.sums;
  }

  rows(): readonly UsageRow[] {
    // Sums without groups have one row even when there is nothing to add up.
    if (this.#by.length === 0 && this.#groups.size === 0) return [rowOf({}, newSums())];
    return [...this.#groups.values()].map(({ group, sums }) => rowOf(group, sums)).sort(compareRows);
  }
}

/** The range of a query as instants; open ends are infinite. */
export function queryRange({ since, until }: UsageQuery): { readonly since: number; readonly until: number } {
  return { since: Number(since ?? Number.NEGATIVE_INFINITY), until: Number(until ?? Number.POSITIVE_INFINITY) };
}

/** Whether a record carries the tags of a query. */
export function hasTags(
  tags: Readonly<Record<string, string>>,
  match: Readonly<Record<string, string>> | undefined,
): boolean {
  for (const name in match) if (tags[name] !== match[name]) return false;
  return true;
}

/** A finished row. */
export function rowOf(group: Readonly<Record<string, string>>, { costs, ...sums }: UsageSums): UsageRow {
  const cost = [...costs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, nano]) => new Money(nano, currency));
  return Object.freeze({ group, ...sums, cost: Object.freeze(cost) });
}

/** Spans of time first and in their order, else the dearest first, else the busiest. */
export function compareRows(a: UsageRow, b: UsageRow): number {
  for (const span of ['month', 'day', 'hour']) {
    const [left, right] = [a.group[span], b.group[span]];
    if (left !== undefined && right !== undefined && left !== right) return left < right ? -1 : 1;
  }
  const total = (row: UsageRow) => row.cost.reduce((sum, { amountNano }) => sum + amountNano, 0n);
  const [left, right] = [total(a), total(b)];
  return left === right ? b.calls - a.calls : left < right ? 1 : -1;
}

/** The value of a dimension on a record: a field of its own, a span of time in UTC, else the tag of that name. */
function dimensionOf(record: Grouped, dimension: UsageDimension): string {
  switch (dimension) {
    case 'model':
      return record.model;
    case 'endpoint':
      return record.endpoint;
    case 'operation':
      return record.operation;
    case 'status':
      return record.status;
    case 'alias':
      return record.alias ?? '';
    case 'kind':
      return record.kind ?? '';
    case 'hour':
      return new Date(record.at).toISOString().slice(0, 13);
    case 'day':
      return new Date(record.at).toISOString().slice(0, 10);
    case 'month':
      return new Date(record.at).toISOString().slice(0, 7);
    default:
      return Object.hasOwn(record.tags, dimension) ? (record.tags[dimension] as string) : '';
  }
}
