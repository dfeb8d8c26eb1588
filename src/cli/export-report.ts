import { closeSync, openSync, writeSync } from 'node:fs';
import { Money } from '../domain/money.js';
import type { ReportData, ReportSums } from './report-data.js';
import type { ReportRecord, ReportSource } from './report-record.js';
import { formatTime } from './terminal-report.js';

const PERCENTILES = [0.5, 0.9, 0.95, 0.99];

/** The report's figures as an object for JSON. Money is in `currency`; `costNano` is exact. */
export function reportJson(data: ReportData): object {
  const { buckets, latency, firstEvent } = data;
  const groups = (map: ReadonlyMap<string, ReportSums>) =>
    [...map].map(([name, sums]) => ({ name, ...figures(sums) })).sort((a, b) => b.costNano - a.costNano);
  const percentiles = (histogram: ReportData['latency']) =>
    Object.fromEntries(PERCENTILES.map((share) => [`p${share * 100}Ms`, rounded(histogram.percentile(share))]));
  return {
    from: new Date(data.from).toISOString(),
    to: new Date(data.to).toISOString(),
    currency: data.currency,
    records: data.records,
    total: figures(data.total),
    latency: percentiles(latency),
    firstEvent: percentiles(firstEvent),
    lostNano: data.lostNano,
    notConverted: [...data.otherCurrencies].map(([currency, nano]) => new Money(BigInt(nano), currency)),
    byProject: groups(data.byProject),
    byModel: groups(data.byModel),
    byEndpoint: groups(data.byEndpoint),
    failures: Object.fromEntries(data.byKind),
    over: data.over.map((sums, index) => ({
      [buckets.unit]: buckets.label(index),
      ...figures(sums),
      ...percentiles(data.latencyOver[index] as ReportData['latency']),
    })),
  };
}

function figures({ nano, ...sums }: ReportSums) {
  return { cost: nano / 1e9, costNano: nano, ...sums };
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10;
}

interface AllocationRow {
  calls: number;
  attempts: number;
  input: number;
  cached: number;
  output: number;
  unpriced: number;
  nano: bigint;
}

const CSV_HEAD = [
  'day',
  'project',
  'model',
  'endpoint',
  'currency',
  'cost',
  'calls',
  'attempts',
  'tokens_in',
  'tokens_cached',
  'tokens_out',
  'unpriced_attempts',
];

/** Cost allocation as CSV: a row for each day, project, model, endpoint and currency. Amounts are exact and not converted. */
export function allocationCsv(source: ReportSource): string {
  const rows = new Map<string, AllocationRow>();
  const days = new Map<number, string>();
  for (const record of source.read()) {
    const hour = Math.floor(record.at / 3_600_000);
    let day = days.get(hour);
    if (day === undefined) {
      day = formatTime(record.at).slice(0, 10);
      days.set(hour, day);
    }
    const key = [day, record.project, record.model, record.endpoint, record.currency].map(csvCell).join(',');
    let row = rows.get(key);
    if (row === undefined) {
      row = { calls: 0, attempts: 0, input: 0, cached: 0, output: 0, unpriced: 0, nano: 0n };
      rows.set(key, row);
    }
    addRow(row, record);
  }
  const lines = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, row]) =>
      [key, exactUnits(row.nano), row.calls, row.attempts, row.input, row.cached, row.output, row.unpriced].join(','),
    );
  return `${[CSV_HEAD.join(','), ...lines].join('\r\n')}\r\n`;
}

function addRow(row: AllocationRow, record: ReportRecord): void {
  if (record.final) row.calls += 1;
  if (record.attempt > 0) row.attempts += 1;
  row.input += record.inputTokens;
  row.cached += record.cachedTokens;
  row.output += record.outputTokens;
  if (record.nano === undefined) row.unpriced += record.billed ? 1 : 0;
  else row.nano += BigInt(record.nano);
}

/** Nano-units as a decimal number with all its digits. */
function exactUnits(nano: bigint): string {
  const digits = String(nano).padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
}

/** A cell for CSV. What a spreadsheet would take for a formula is marked as text: names may come from users. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Writes all records to a file, one JSON object a line, whatever their number. */
export function exportLines(source: ReportSource, file: string, onProgress: (done: number) => void): void {
  const handle = openSync(file, 'w');
  let block = '';
  let done = 0;
  try {
    for (const line of source.lines()) {
      block += `${line}\n`;
      done += 1;
      if (block.length < 1 << 20) continue;
      writeSync(handle, block);
      block = '';
      onProgress(done);
    }
    writeSync(handle, block);
  } finally {
    closeSync(handle);
  }
}
