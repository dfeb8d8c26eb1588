import type { UsageDimension, UsageQuery, UsageRow } from '../domain/ledger.js';
import { compareRows, newSums, queryRange, rowOf, type UsageSums } from '../domain/ledger-sums.js';

/** A statement with its parameters. */
export interface UsageSql {
  readonly text: string;
  readonly parameters: readonly (string | number)[];
}

const COLUMNS: Readonly<Record<string, string>> = {
  model: 'model',
  endpoint: 'endpoint',
  alias: "coalesce(alias, '')",
  operation: 'operation',
  status: 'status',
  kind: "coalesce(kind, '')",
  hour: "strftime('%Y-%m-%dT%H', at / 1000, 'unixepoch')",
  day: "strftime('%Y-%m-%d', at / 1000, 'unixepoch')",
  month: "strftime('%Y-%m', at / 1000, 'unixepoch')",
};

/** The question of a usage query: one row for each group and currency. */
export function usageSql(query: UsageQuery): UsageSql {
  const by = query.by ?? [];
  const parameters: (string | number)[] = [];
  const tag = (name: string): string => {
    parameters.push(`$.${JSON.stringify(name)}`);
    return "coalesce(json_extract(tags, ?), '')";
  };
  const groups = by.map((dimension) => (Object.hasOwn(COLUMNS, dimension) ? COLUMNS[dimension] : tag(dimension)));
  const conditions: string[] = [];
  const { since, until } = queryRange(query);
  for (const [name, value] of Object.entries(query.match ?? {})) {
    conditions.push(`${tag(name)} = ?`);
    parameters.push(value);
  }
  if (Number.isFinite(since)) conditions.push(`at >= ${Math.ceil(since)}`);
  if (Number.isFinite(until)) conditions.push(`at < ${Math.ceil(until)}`);
  const text = `SELECT ${groups.map((group, index) => `${group} AS g${index}, `).join('')}
    coalesce(currency, '') AS currency,
    sum(final) AS calls,
    sum(final AND status IN ('failed', 'interrupted')) AS failed,
    sum(final AND fallback) AS fallbacks,
    sum(attempt > 0) AS attempts,
    total(input_tokens) AS input,
    total(cached_tokens) AS cached,
    total(output_tokens) AS output,
    total(reasoning_tokens) AS reasoning,
    sum(billed AND cost_source = 'unknown') AS unpriced,
    sum(cost_source = 'estimated') AS estimated,
    CAST(coalesce(sum(cost_nano), 0) AS TEXT) AS nano
    FROM records ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
    GROUP BY ${[...by.map((_, index) => `g${index}`), 'currency'].join(', ')}`;
  return { text, parameters };
}

/** Puts the answer's rows together: those of one group differ in their currency. */
export function usageRows(
  by: readonly UsageDimension[],
  answer: readonly Readonly<Record<string, unknown>>[],
): readonly UsageRow[] {
  const groups = new Map<string, { readonly group: Record<string, string>; readonly sums: UsageSums }>();
  if (by.length === 0) groups.set('', { group: {}, sums: newSums() });
  for (const row of answer) {
    const values = by.map((_, index) => String(row[`g${index}`]));
    const key = values.join('\n');
    let entry = groups.get(key);
    if (entry === undefined) {
      entry = {
        group: Object.fromEntries(by.map((dimension, index) => [dimension, values[index] as string])),
        sums: newSums(),
      };
      groups.set(key, entry);
    }
    add(entry.sums, row);
  }
  return [...groups.values()].map(({ group, sums }) => rowOf(group, sums)).sort(compareRows);
}

function add(sums: UsageSums, row: Readonly<Record<string, unknown>>): void {
  sums.calls += Number(row['calls']);
  sums.failedCalls += Number(row['failed']);
  sums.fallbackCalls += Number(row['fallbacks']);
  sums.attempts += Number(row['attempts']);
  sums.inputTokens += Number(row['input']);
  sums.cachedInputTokens += Number(row['cached']);
  sums.outputTokens += Number(row['output']);
  sums.reasoningTokens += Number(row['reasoning']);
  sums.unpricedAttempts += Number(row['unpriced']);
  sums.estimatedAttempts += Number(row['estimated']);
  const currency = String(row['currency']);
  if (currency !== '') sums.costs.set(currency, (sums.costs.get(currency) ?? 0n) + BigInt(String(row['nano'])));
}
