import type { LedgerRecord, UsageQuery, UsageRow } from '../domain/ledger.js';
import {
  addRecord,
  addSums,
  type Grouped,
  hasTags,
  newSums,
  type UsageSums,
  UsageTable,
} from '../domain/ledger-sums.js';

const HOUR_MS = 3_600_000;

/** Sums that are kept, with the names of their fields. */
const COUNTS = {
  calls: 'calls',
  failedCalls: 'failed',
  fallbackCalls: 'fallbacks',
  attempts: 'attempts',
  inputTokens: 'input',
  cachedInputTokens: 'cached',
  outputTokens: 'output',
  reasoningTokens: 'reasoning',
  unpricedAttempts: 'unpriced',
  estimatedAttempts: 'estimated',
} as const satisfies Partial<Record<keyof UsageSums, string>>;

/** One number to be added: to which hour, under which name, how much. */
export type Increment = readonly [hour: string, field: string, amount: string];

/** What a batch of records adds to the sums of their hours. */
export function incrementsOf(records: readonly LedgerRecord[]): readonly Increment[] {
  const kinds = new Map<string, { readonly hour: number; readonly kind: string; readonly sums: UsageSums }>();
  for (const record of records) {
    const hour = Math.floor(record.at / HOUR_MS) * HOUR_MS;
    const kind = kindOf(record);
    let entry = kinds.get(`${hour}${kind}`);
    if (entry === undefined) {
      entry = { hour, kind, sums: newSums() };
      kinds.set(`${hour}${kind}`, entry);
    }
    addRecord(entry.sums, record);
  }
  return [...kinds.values()].flatMap(({ hour, kind, sums }) => {
    const fields = Object.entries(COUNTS).map(([name, field]) => [field, sums[name as keyof typeof COUNTS]] as const);
    const [nano = 0n] = sums.costs.values();
    return [...fields, ['nano', nano] as const]
      .filter(([, amount]) => Number(amount) !== 0)
      .map(([field, amount]): Increment => [String(hour), `${kind}|${field}`, String(amount)]);
  });
}

/** Groups the sums of some hours as a query asks. */
export function rowsOfHours(
  hours: readonly (readonly [hour: number, fields: Readonly<Record<string, string>>])[],
  query: UsageQuery,
): readonly UsageRow[] {
  const table = new UsageTable(query.by ?? []);
  for (const [hour, fields] of hours) {
    for (const [name, amount] of Object.entries(fields)) {
      const bar = name.lastIndexOf('|');
      const { grouped, currency } = parseKind(name.slice(0, bar), hour);
      if (!hasTags(grouped.tags, query.match)) continue;
      addSums(table.sumsFor(grouped), sumsWith(name.slice(bar + 1), amount, currency));
    }
  }
  return table.rows();
}

function sumsWith(field: string, amount: string, currency: string): UsageSums {
  const sums = newSums();
  if (field === 'nano') sums.costs.set(currency, BigInt(amount));
  for (const [name, known] of Object.entries(COUNTS))
    if (known === field) sums[name as keyof typeof COUNTS] = Number(amount);
  return sums;
}

/** Everything one can group by, and the currency, as text. */
function kindOf({ operation, endpoint, model, alias, status, kind, cost, tags }: LedgerRecord): string {
  return JSON.stringify([
    operation,
    endpoint,
    model,
    alias ?? '',
    status,
    kind ?? '',
    cost.currency ?? '',
    JSON.stringify(tags),
  ]);
}

function parseKind(text: string, hour: number): { readonly grouped: Grouped; readonly currency: string } {
  const [operation = '', endpoint = '', model = '', alias = '', status = '', kind = '', currency = '', tags = '{}'] =
    JSON.parse(text) as string[];
  const grouped = {
    at: hour,
    operation,
    endpoint,
    model,
    alias,
    status,
    kind,
    tags: JSON.parse(tags) as Record<string, string>,
  };
  return { grouped: grouped as Grouped, currency };
}
