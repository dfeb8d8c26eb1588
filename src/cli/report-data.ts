import type { Currency } from '../domain/format-money.js';
import { type Buckets, bucketsFor } from './buckets.js';
import { Histogram } from './histogram.js';
import type { ReportRecord, ReportSource } from './report-record.js';

/** Sums of one group: a project, a model, an endpoint, a span of time, or everything. Money in nano-units of the report's currency. */
export interface ReportSums {
  calls: number;
  failed: number;
  aborted: number;
  fallbacks: number;
  attempts: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  nano: number;
  unpriced: number;
  estimated: number;
}

/** Everything a report shows. */
export interface ReportData {
  readonly records: number;
  readonly from: number;
  readonly to: number;
  readonly currency: Currency;
  readonly buckets: Buckets;
  readonly total: ReportSums;
  readonly byProject: ReadonlyMap<string, ReportSums>;
  readonly byModel: ReadonlyMap<string, ReportSums>;
  readonly byEndpoint: ReadonlyMap<string, ReportSums>;
  readonly byKind: ReadonlyMap<string, number>;
  readonly over: readonly ReportSums[];
  /** Nano-units by name, for each bucket. */
  readonly costOverByProject: readonly ReadonlyMap<string, number>[];
  readonly costOverByModel: readonly ReadonlyMap<string, number>[];
  readonly latency: Histogram;
  readonly latencyOver: readonly Histogram[];
  readonly firstEvent: Histogram;
  /** Money that could not be converted into the report's currency, and so is in no chart. */
  readonly otherCurrencies: ReadonlyMap<Currency, number>;
  /** Money reserved by processes that died, part of the total. */
  readonly lostNano: number;
}

/** How amounts become one currency. */
export interface ReportMoney {
  /** The report's currency. @default the one most records have */
  readonly currency?: Currency | undefined;
  /** Dollars per unit, for records that carry no rate of their own. */
  readonly fx: Readonly<Record<string, number>>;
}

/** Records between two calls of `onProgress`. */
const PROGRESS_EVERY = 50_000;

/** Reads all records once and adds them up. */
export function collectReport(
  source: ReportSource,
  money: ReportMoney,
  onProgress: (done: number) => void = () => {},
): ReportData {
  const buckets = bucketsFor(source.from, source.to);
  const currency = money.currency ?? usualCurrency(source);
  const over = buckets.starts.map(newSums);
  const costOverByProject = buckets.starts.map(() => new Map<string, number>());
  const costOverByModel = buckets.starts.map(() => new Map<string, number>());
  const latencyOver = buckets.starts.map(() => new Histogram());
  const data = {
    total: newSums(),
    byProject: new Map<string, ReportSums>(),
    byModel: new Map<string, ReportSums>(),
    byEndpoint: new Map<string, ReportSums>(),
    byKind: new Map<string, number>(),
    latency: new Histogram(),
    firstEvent: new Histogram(),
    otherCurrencies: new Map<Currency, number>(),
  };
  let lostNano = 0;
  let records = 0;
  for (const record of source.read()) {
    records += 1;
    if (records % PROGRESS_EVERY === 0) onProgress(records);
    const index = buckets.indexOf(record.at);
    const nano = nanoIn(currency, record, money.fx);
    if (nano === undefined && record.nano !== undefined) add(data.otherCurrencies, record.currency, record.nano);
    if (record.status === 'lost') lostNano += nano ?? 0;
    addTo(data.total, record, nano);
    addTo(over[index] as ReportSums, record, nano);
    addTo(sumsOf(data.byProject, record.project), record, nano);
    addTo(sumsOf(data.byModel, record.model), record, nano);
    addTo(sumsOf(data.byEndpoint, record.endpoint), record, nano);
    if (nano !== undefined && nano > 0) {
      add(costOverByProject[index] as Map<string, number>, record.project, nano);
      add(costOverByModel[index] as Map<string, number>, record.model, nano);
    }
    if (!record.final) continue;
    if (record.kind !== '') add(data.byKind, record.kind, 1);
    if (record.status !== 'ok') continue;
    data.latency.add(record.durationMs);
    (latencyOver[index] as Histogram).add(record.durationMs);
    if (record.firstEventMs !== undefined) data.firstEvent.add(record.firstEventMs);
  }
  return {
    ...data,
    records,
    from: source.from,
    to: source.to,
    currency,
    buckets,
    over,
    costOverByProject,
    costOverByModel,
    latencyOver,
    lostNano,
  };
}

/** The currency of most of the first records. */
function usualCurrency(source: ReportSource): Currency {
  const counts = new Map<string, number>();
  let seen = 0;
  for (const { currency, nano } of source.read()) {
    if (currency !== '' && nano !== 0) add(counts, currency, 1);
    seen += 1;
    if (seen >= 10_000) break;
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'USD';
}

/** The amount in a currency, by the rate that was in force when the record was made, else by the one given. */
function nanoIn(currency: Currency, record: ReportRecord, fx: Readonly<Record<string, number>>): number | undefined {
  if (record.nano === undefined || record.currency === currency || record.nano === 0) return record.nano;
  const from = record.currency === 'USD' ? 1 : (record.fxRate ?? fx[record.currency]);
  const to = currency === 'USD' ? 1 : fx[currency];
  return from === undefined || to === undefined ? undefined : Math.round((record.nano * from) / to);
}

function addTo(sums: ReportSums, record: ReportRecord, nano: number | undefined): void {
  if (record.final) {
    sums.calls += 1;
    if (record.status === 'failed' || record.status === 'interrupted') sums.failed += 1;
    else if (record.status === 'aborted') sums.aborted += 1;
    if (record.fallback) sums.fallbacks += 1;
  }
  if (record.attempt > 0) sums.attempts += 1;
  sums.inputTokens += record.inputTokens;
  sums.cachedTokens += record.cachedTokens;
  sums.outputTokens += record.outputTokens;
  sums.nano += nano ?? 0;
  if (record.source === 'unknown' && record.billed) sums.unpriced += 1;
  else if (record.source === 'estimated') sums.estimated += 1;
}

function sumsOf(map: Map<string, ReportSums>, name: string): ReportSums {
  let sums = map.get(name);
  if (sums === undefined) {
    sums = newSums();
    map.set(name, sums);
  }
  return sums;
}

function newSums(): ReportSums {
  return {
    calls: 0,
    failed: 0,
    aborted: 0,
    fallbacks: 0,
    attempts: 0,
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    nano: 0,
    unpriced: 0,
    estimated: 0,
  };
}

function add(map: Map<string, number>, name: string, amount: number): void {
  map.set(name, (map.get(name) ?? 0) + amount);
}
