import { DatabaseSync } from 'node:sqlite';
import { recordOfRow } from '../sqlite/record-row.js';
import { RECORD_COLUMNS } from '../sqlite/schema.js';
import type { ReportRange, ReportRecord, ReportSource } from './report-record.js';

const COLUMNS = `at, final, attempt, status, kind, endpoint, model, tags, fallback, duration_ms, first_event_ms,
  input_tokens, cached_tokens, output_tokens, cost_nano, currency, cost_source, billed, fx_rate`;

type Row = readonly [
  at: number,
  final: number,
  attempt: number,
  status: string,
  kind: string | null,
  endpoint: string,
  model: string,
  tags: string,
  fallback: number,
  durationMs: number,
  firstEventMs: number | null,
  input: number | null,
  cached: number | null,
  output: number | null,
  nano: number | null,
  currency: string | null,
  source: string,
  billed: number,
  fxRate: number | null,
];

/** Opens a ledger file for reading; processes may go on writing to it. */
export function openTables(file: string, range: ReportRange): ReportSource {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  const conditions = [
    ...(range.since === undefined ? [] : [`at >= ${Math.ceil(range.since)}`]),
    ...(range.until === undefined ? [] : [`at < ${Math.ceil(range.until)}`]),
  ];
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  let summary: { count: number; first: number | null; last: number | null };
  try {
    summary = database
      .prepare(`SELECT count(*) AS count, min(at) AS first, max(at) AS last FROM records ${where}`)
      .get() as typeof summary;
  } catch (error) {
    database.close();
    throw new Error(`${file} is a database, but no ledger of this library.`, { cause: error });
  }
  const projectOf = projects(range.tag ?? 'project');
  return {
    count: summary.count,
    from: summary.first ?? 0,
    to: summary.last ?? 0,
    *read() {
      const statement = database.prepare(`SELECT ${COLUMNS} FROM records ${where}`);
      statement.setReturnArrays(true);
      for (const row of statement.iterate() as unknown as Iterable<Row>) yield recordOf(row, projectOf);
    },
    *lines() {
      const statement = database.prepare(
        `SELECT ${RECORD_COLUMNS.join(', ')} FROM records ${where} ORDER BY at, rowid`,
      );
      for (const row of statement.iterate()) yield JSON.stringify(recordOfRow(row as Record<string, unknown>));
    },
    close: () => database.close(),
  };
}

function recordOf(row: Row, projectOf: (tags: string) => string): ReportRecord {
  return {
    at: row[0],
    final: row[1] === 1,
    attempt: row[2],
    status: row[3],
    kind: row[4] ?? '',
    endpoint: row[5],
    model: row[6],
    project: projectOf(row[7]),
    fallback: row[8] === 1,
    durationMs: row[9],
    firstEventMs: row[10] ?? undefined,
    inputTokens: row[11] ?? 0,
    cachedTokens: row[12] ?? 0,
    outputTokens: row[13] ?? 0,
    nano: row[14] ?? undefined,
    currency: row[15] ?? '',
    source: row[16],
    billed: row[17] === 1,
    fxRate: row[18] ?? undefined,
  };
}

/** Most records share few sets of tags: each text is parsed once. */
function projects(tag: string): (tags: string) => string {
  const known = new Map<string, string>();
  return (tags) => {
    let project = known.get(tags);
    if (project === undefined) {
      project = (JSON.parse(tags) as Record<string, string>)[tag] ?? '';
      if (known.size < 100_000) known.set(tags, project);
    }
    return project;
  };
}
