import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { LedgerRecord } from '../domain/ledger.js';
import type { ReportRange, ReportRecord, ReportSource } from './report-record.js';

const CHUNK_BYTES = 1 << 20;

/** Opens an export: one record a line. @throws Error for a line that is none, with its number. */
export function openLines(file: string, range: ReportRange): ReportSource {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, tag = 'project' } = range;
  function* records(): Generator<LedgerRecord> {
    let number = 0;
    for (const line of linesOf(file)) {
      number += 1;
      if (line.trim() === '') continue;
      const record = parse(line);
      if (record === undefined)
        throw new Error(`${file} is neither a ledger file nor an export of one: line ${number} is no record.`);
      if (record.at >= since && record.at < until) yield record;
    }
  }
  let count = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { at } of records()) {
    count += 1;
    from = Math.min(from, at);
    to = Math.max(to, at);
  }
  return {
    count,
    from: count === 0 ? 0 : from,
    to: count === 0 ? 0 : to,
    *read() {
      for (const record of records()) yield reduced(record, tag);
    },
    *lines() {
      for (const record of records()) yield JSON.stringify(record);
    },
    close: () => {},
  };
}

function parse(line: string): LedgerRecord | undefined {
  try {
    const value = JSON.parse(line) as Partial<LedgerRecord> | null;
    return typeof value?.at === 'number' && typeof value.model === 'string' && typeof value.cost === 'object'
      ? (value as LedgerRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

function reduced(record: LedgerRecord, tag: string): ReportRecord {
  const { usage, cost } = record;
  return {
    at: record.at,
    final: record.final,
    attempt: record.attempt,
    status: record.status,
    kind: record.kind ?? '',
    endpoint: record.endpoint,
    model: record.model,
    project: record.tags[tag] ?? '',
    fallback: record.fallback,
    durationMs: record.durationMs,
    firstEventMs: record.firstEventMs,
    inputTokens: usage?.inputTokens ?? 0,
    cachedTokens: usage?.cachedInputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    nano: cost.amountNano ?? undefined,
    currency: cost.currency ?? '',
    source: cost.source,
    billed: record.possiblyBilled,
    fxRate: record.fxRate,
  };
}

function* linesOf(file: string): Generator<string> {
  const handle = openSync(file, 'r');
  const decoder = new StringDecoder('utf8');
  const bytes = Buffer.alloc(CHUNK_BYTES);
  let rest = '';
  try {
    for (;;) {
      const read = readSync(handle, bytes, 0, bytes.length, null);
      if (read === 0) break;
      const lines = (rest + decoder.write(bytes.subarray(0, read))).split('\n');
      rest = lines.pop() as string;
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(handle);
  }
}
