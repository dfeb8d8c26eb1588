import type { LedgerRecord, RecordStatus } from '../domain/ledger.js';
import type { FailureKind } from '../domain/outcome.js';
import type { Cost } from '../domain/price.js';
import { UNKNOWN_COST } from '../domain/unknown-price.js';
import type { Usage } from '../domain/usage.js';

type Value = string | number | null;

const tagTexts = new WeakMap<object, string>();

/** A record as a row, in the order of `RECORD_COLUMNS`. */
export function rowOfRecord(record: LedgerRecord): Value[] {
  const { usage, cost } = record;
  return [
    record.id,
    record.callId,
    record.attempt,
    record.final ? 1 : 0,
    Math.round(record.at),
    record.operation,
    record.stream ? 1 : 0,
    record.endpoint,
    record.model,
    record.alias ?? null,
    record.tier,
    tagText(record.tags),
    record.status,
    record.kind ?? null,
    record.httpStatus ?? null,
    record.fallback ? 1 : 0,
    record.durationMs,
    record.firstEventMs ?? null,
    record.possiblyBilled ? 1 : 0,
    usage?.inputTokens ?? null,
    usage?.cachedInputTokens ?? null,
    usage?.outputTokens ?? null,
    usage?.reasoningTokens ?? null,
    usage === undefined ? null : JSON.stringify(usage),
    cost.amountNano,
    cost.currency,
    cost.source,
    cost.priceVersion,
    record.fxRate ?? null,
    record.sends ?? null,
  ];
}

/** The record of a row. */
export function recordOfRow(row: Readonly<Record<string, unknown>>): LedgerRecord {
  const optional = <T>(value: unknown): T | undefined => (value === null ? undefined : (value as T));
  return {
    id: String(row['id']),
    callId: String(row['call_id']),
    attempt: Number(row['attempt']),
    final: row['final'] === 1,
    at: Number(row['at']),
    operation: String(row['operation']),
    stream: row['stream'] === 1,
    endpoint: String(row['endpoint']),
    model: String(row['model']),
    alias: optional<string>(row['alias']),
    tier: Number(row['tier']),
    tags: JSON.parse(String(row['tags'])) as Record<string, string>,
    status: row['status'] as RecordStatus,
    kind: optional<FailureKind>(row['kind']),
    httpStatus: optional<number>(row['http_status']),
    fallback: row['fallback'] === 1,
    durationMs: Number(row['duration_ms']),
    firstEventMs: optional<number>(row['first_event_ms']),
    possiblyBilled: row['billed'] === 1,
    usage: row['usage'] === null ? undefined : (JSON.parse(String(row['usage'])) as Usage),
    cost: costOfRow(row),
    fxRate: optional<number>(row['fx_rate']),
    sends: optional<number>(row['sends']),
  };
}

function costOfRow(row: Readonly<Record<string, unknown>>): Cost {
  if (row['cost_nano'] === null) return UNKNOWN_COST;
  return {
    amountNano: Number(row['cost_nano']),
    currency: String(row['currency']),
    source: row['cost_source'] as 'reported' | 'table' | 'estimated',
    priceVersion: String(row['price_version']),
  };
}

/** Tags of one client are one object, so their text is made once. */
function tagText(tags: Readonly<Record<string, string>>): string {
  let text = tagTexts.get(tags);
  if (text === undefined) {
    text = JSON.stringify(tags);
    tagTexts.set(tags, text);
  }
  return text;
}
