import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { allocationCsv, exportLines, reportJson } from './export-report.js';
import { openReport } from './open-report.js';
import { pageReport } from './page-report.js';
import { Progress } from './progress.js';
import { collectReport } from './report-data.js';
import { terminalReport } from './terminal-report.js';

export const REPORT_HELP = `Usage: llm-gateway-client report <file> [options]

Prints what the calls in a ledger file cost, and writes a page with charts.
<file> is a ledger of llm-gateway-client/sqlite, or an export made with --jsonl.

Options
  --html <file>      where the page goes (default: report.html)
  --no-html          write no page
  --json <file>      write the figures as JSON ("-": print them instead of the summary)
  --csv <file>       write cost by day, project, model and endpoint
  --jsonl <file>     write every record, one JSON object a line
  --since <date>     first day or instant, e.g. 2026-11-01
  --until <date>     first day or instant that no longer counts
  --tag <name>       the tag that names a project (default: project)
  --currency <code>  the currency of the report (default: that of most records)
  --fx <code=rate>   dollars per unit of a currency, e.g. CNY=0.138; may be given again
  --title <text>     heading of the page`;

/** Something in the command line is wrong; its message says what. */
export class UsageError extends Error {}

/** Runs `report`. @throws UsageError for a wrong command line, Error for a file that cannot be read. */
export async function reportCommand(
  args: readonly string[],
  out: NodeJS.WriteStream,
  err: NodeJS.WriteStream,
): Promise<void> {
  const { values, file } = parse(args);
  const fx = rates(values.fx ?? []);
  const source = await openReport(file, {
    since: instant(values.since, '--since'),
    until: instant(values.until, '--until'),
    tag: values.tag,
  });
  try {
    if (source.count === 0) {
      out.write(`There are no records in ${file}${values.since || values.until ? ' in that span of time' : ''}.\n`);
      return;
    }
    const reading = new Progress(err, 'Reading', source.count);
    const data = collectReport(source, { currency: values.currency?.toUpperCase(), fx }, (done) => reading.show(done));
    reading.end();
    const written: string[] = [];
    const write = (to: string, text: () => string): void => {
      writeFileSync(to, text());
      written.push(to);
    };
    if (values.json !== undefined && values.json !== '-')
      write(values.json, () => `${JSON.stringify(reportJson(data), null, 2)}\n`);
    if (values.csv !== undefined) write(values.csv, () => allocationCsv(source));
    if (values.jsonl !== undefined) {
      const writing = new Progress(err, 'Writing', source.count);
      exportLines(source, values.jsonl, (done) => writing.show(done));
      writing.end();
      written.push(values.jsonl);
    }
    if (values.html !== false) write(values.html, () => pageReport(data, values.title ?? `Calls in ${basename(file)}`));
    out.write(
      values.json === '-' ? `${JSON.stringify(reportJson(data), null, 2)}\n` : `${terminalReport(data, file)}\n`,
    );
    if (written.length > 0) err.write(`\nWrote ${written.join(', ')}\n`);
  } finally {
    source.close();
  }
}

interface ReportOptions {
  readonly html: string | false;
  readonly json?: string | undefined;
  readonly csv?: string | undefined;
  readonly jsonl?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly tag?: string | undefined;
  readonly currency?: string | undefined;
  readonly fx?: readonly string[] | undefined;
  readonly title?: string | undefined;
}

function parse(args: readonly string[]): { readonly values: ReportOptions; readonly file: string } {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        html: text,
        'no-html': { type: 'boolean' },
        json: text,
        csv: text,
        jsonl: text,
        since: text,
        until: text,
        tag: text,
        currency: text,
        fx: { type: 'string', multiple: true },
        title: text,
      },
    });
    const [file, ...more] = positionals;
    if (file === undefined) throw new UsageError('Which file? report <file>');
    if (more.length > 0) throw new UsageError(`One file at a time; ${more.join(' ')} is too much.`);
    const html = values['no-html'] === true ? false : (values.html ?? 'report.html');
    return { values: { ...values, html }, file };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function instant(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  // A bare date is a day of the reader's own calendar.
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00` : text);
  if (Number.isNaN(at)) throw new UsageError(`${option} ${text} is no date. Write it like 2026-11-01.`);
  return at;
}

function rates(given: readonly string[]): Readonly<Record<string, number>> {
  const pairs = given.map((text) => {
    const [, code, rate] = /^([A-Za-z]{3})=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
    if (code === undefined || !(Number(rate) > 0))
      throw new UsageError(`--fx ${text} is no rate. Write it like CNY=0.138.`);
    return [code.toUpperCase(), Number(rate)] as const;
  });
  return Object.fromEntries(pairs);
}
