/** Watches a client through its hooks and writes down what happened, for people to read. */
import { styleText } from 'node:util';
import type { CallSettledEvent, Hooks } from 'llm-gateway-client';

/** One column of the table of calls. A new one, e.g. for costs, is one line in {@link CALL_COLUMNS}. */
interface Column<Row> {
  readonly head: string;
  readonly width: number;
  readonly right?: boolean;
  readonly of: (row: Row) => string;
}

interface CallRow {
  readonly number: number;
  readonly label: string;
  readonly call: CallSettledEvent;
}

/** What one project used. */
interface ProjectTotals {
  calls: number;
  notServed: number;
  inputTokens: number;
  outputTokens: number;
}

const CALL_COLUMNS: readonly Column<CallRow>[] = [
  { head: '#', width: 2, right: true, of: ({ number }) => String(number) },
  { head: 'call', width: 44, of: ({ label }) => label },
  { head: 'alias', width: 5, of: ({ call }) => call.alias ?? '-' },
  { head: 'project', width: 7, of: ({ call }) => call.tags['project'] ?? '-' },
  { head: 'answered by', width: 26, of: ({ call }) => answeredBy(call) },
  { head: 'tries', width: 5, right: true, of: ({ call }) => String(call.attempts.length) },
  { head: 'ms', width: 5, right: true, of: ({ call }) => call.durationMs.toFixed(0) },
  {
    head: 'tokens',
    width: 7,
    right: true,
    of: ({ call }) => tokens(call.usage?.inputTokens, call.usage?.outputTokens),
  },
];

const TOTAL_COLUMNS: readonly Column<readonly [string, ProjectTotals]>[] = [
  { head: 'project', width: 10, of: ([project]) => project },
  { head: 'calls', width: 6, right: true, of: ([, { calls }]) => String(calls) },
  { head: 'not served', width: 10, right: true, of: ([, { notServed }]) => String(notServed) },
  { head: 'tokens in', width: 9, right: true, of: ([, { inputTokens }]) => String(inputTokens) },
  { head: 'tokens out', width: 10, right: true, of: ([, { outputTokens }]) => String(outputTokens) },
];

export class Journal {
  readonly #settled: CallSettledEvent[] = [];
  readonly #news: string[] = [];
  readonly #projects = new Map<string, ProjectTotals>();
  #shown = 0;

  /** Give these to the client. They observe; they cannot change anything. */
  readonly hooks: Hooks = {
    onCallSettled: (call) => this.#note(call),
    onCircuitOpened: ({ endpoint, kind }) =>
      this.#news.push(`${endpoint} failed too often (last: ${kind}); it is left alone for a while`),
    onCircuitClosed: ({ endpoint }) => this.#news.push(`${endpoint} works again`),
    onEndpointTrouble: ({ endpoint, kind, status, coolDownMs }) =>
      this.#news.push(
        `look at ${endpoint}: ${kind}${status === undefined ? '' : ` (${status})`}; it is left alone for ${coolDownMs / 1000} s`,
      ),
  };

  #note(call: CallSettledEvent): void {
    this.#settled.push(call);
    const project = call.tags['project'] ?? '-';
    const sums = this.#projects.get(project) ?? { calls: 0, notServed: 0, inputTokens: 0, outputTokens: 0 };
    this.#projects.set(project, sums);
    sums.calls += 1;
    if (call.status !== 'ok') sums.notServed += 1;
    sums.inputTokens += call.usage?.inputTokens ?? 0;
    sums.outputTokens += call.usage?.outputTokens ?? 0;
  }

  heads(): void {
    console.log(
      styleText(
        'bold',
        line(CALL_COLUMNS, ({ head }) => head),
      ),
    );
  }

  /** Prints the calls that have settled since the last time, what went wrong on the way, and what it led to. */
  show(label: string, remark?: string): void {
    for (const call of this.#settled.splice(0)) {
      this.#shown += 1;
      const row = { number: this.#shown, label, call };
      const text = line(CALL_COLUMNS, ({ of }) => of(row));
      console.log(call.status === 'ok' ? text : styleText('red', text));
      const failed = call.attempts.filter(({ ok }) => !ok);
      if (failed.length > 0) note('yellow', failed.map(({ endpoint, kind }) => `${endpoint}: ${kind}`).join(', then '));
    }
    if (remark !== undefined) note('dim', remark);
    for (const news of this.#news.splice(0)) note('cyan', news);
  }

  totals(): void {
    const projects = [...this.#projects].sort(([a], [b]) => a.localeCompare(b));
    console.log(
      styleText(
        'bold',
        line(TOTAL_COLUMNS, ({ head }) => head),
      ),
    );
    for (const project of projects) console.log(line(TOTAL_COLUMNS, ({ of }) => of(project)));
  }
}

/** A line under a row of the table. */
function note(colour: 'yellow' | 'dim' | 'cyan', text: string): void {
  console.log(styleText(colour, `      ${text}`));
}

function answeredBy({ status, endpoint, model }: CallSettledEvent): string {
  if (status === 'failed') return 'nobody';
  if (status === 'interrupted') return `${endpoint}, broken off`;
  return `${endpoint}${model === undefined ? '' : `: ${model}`}`;
}

function tokens(input: number | undefined, output: number | undefined): string {
  return input === undefined && output === undefined ? '-' : `${input ?? '?'} + ${output ?? '?'}`;
}

function line<Row>(columns: readonly Column<Row>[], cell: (column: Column<Row>) => string): string {
  const cells = columns.map((column) =>
    column.right === true ? cell(column).padStart(column.width) : cell(column).padEnd(column.width),
  );
  return ` ${cells.join('  ')}`.trimEnd();
}
