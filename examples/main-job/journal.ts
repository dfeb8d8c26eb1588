/** Watches a client through its hooks and writes down what happened, for people to read. */
import { styleText } from 'node:util';
import type { CallSettledEvent, Cost, Hooks, UsageRow } from 'llm-gateway-client';

interface Column<Row> {
  readonly head: string;
  readonly width: number;
  readonly right?: boolean;
  readonly of: (row: Row) => string;
}

/** One line of the table: one call, or several that were made together. */
interface Line {
  readonly number: number;
  readonly label: string;
  readonly calls: readonly CallSettledEvent[];
  readonly costs: readonly Cost[];
}

const CALL_COLUMNS: readonly Column<Line>[] = [
  { head: '#', width: 2, right: true, of: ({ number }) => String(number) },
  { head: 'call', width: 44, of: ({ label }) => label },
  { head: 'alias', width: 5, of: ({ calls }) => same(calls.map(({ alias }) => alias ?? '-')) },
  { head: 'project', width: 7, of: ({ calls }) => same(calls.map(({ tags }) => tags['project'] ?? '-')) },
  { head: 'answered by', width: 26, of: ({ calls }) => same(calls.map(answeredBy)) },
  { head: 'tries', width: 5, right: true, of: ({ calls }) => String(sum(calls, ({ attempts }) => attempts.length)) },
  {
    head: 'ms',
    width: 5,
    right: true,
    of: ({ calls }) => Math.max(...calls.map((call) => call.durationMs)).toFixed(0),
  },
  { head: 'tokens', width: 8, right: true, of: tokens },
  { head: 'cost', width: 9, right: true, of: ({ costs }) => money(costs) },
];

const TOTAL_COLUMNS: readonly Column<UsageRow>[] = [
  { head: 'project', width: 9, of: ({ group }) => group['project'] || '-' },
  { head: 'calls', width: 6, right: true, of: ({ calls }) => String(calls) },
  { head: 'failed', width: 7, right: true, of: ({ failedCalls }) => String(failedCalls) },
  { head: 'by fallback', width: 11, right: true, of: ({ fallbackCalls }) => String(fallbackCalls) },
  { head: 'tokens in', width: 10, right: true, of: ({ inputTokens }) => String(inputTokens) },
  { head: 'tokens out', width: 11, right: true, of: ({ outputTokens }) => String(outputTokens) },
  { head: 'cost', width: 11, right: true, of: ({ cost }) => cost.join(' + ') || '-' },
];

export class Journal {
  readonly #settled: CallSettledEvent[] = [];
  readonly #costs: Cost[] = [];
  readonly #news = new Set<string>();
  #number = 0;
  #queued = 0;

  /** Give these to the client. They observe; they cannot change anything. */
  readonly hooks: Hooks = {
    onCallSettled: (call) => this.#settled.push(call),
    onCost: ({ cost }) => this.#costs.push(cost),
    onRateLimited: ({ effect }) => {
      if (effect === 'queued') this.#queued += 1;
    },
    onCircuitOpened: ({ endpoint, kind }) =>
      this.#news.add(`${endpoint} failed too often (last: ${kind}); it is left alone for a while`),
    onCircuitClosed: ({ endpoint }) => this.#news.add(`${endpoint} works again`),
    onEndpointTrouble: ({ endpoint, kind, status, coolDownMs }) =>
      this.#news.add(`look at ${endpoint}: ${kind} (${status ?? '-'}); it is left alone for ${coolDownMs / 1000} s`),
    onPriceUnknown: ({ endpoint, model }) => this.#news.add(`no price is known for ${model} at ${endpoint}`),
  };

  heads(): void {
    console.log(
      styleText(
        'bold',
        lineOf(CALL_COLUMNS, ({ head }) => head),
      ),
    );
  }

  /** Prints the calls that have settled since the last time, what went wrong on the way, and what it led to. */
  show(label: string, remark?: string): void {
    const calls = this.#settled.splice(0);
    const costs = this.#costs.splice(0);
    if (calls.length > 0) {
      this.#number += 1;
      const line = lineOf(CALL_COLUMNS, ({ of }) => of({ number: this.#number, label, calls, costs }));
      console.log(calls.every(({ status }) => status === 'ok') ? line : styleText('red', line));
    }
    const failed = calls.flatMap(({ attempts }) => attempts.filter(({ ok }) => !ok));
    if (failed.length > 0) note('yellow', failed.map(({ endpoint, kind }) => `${endpoint}: ${kind}`).join(', then '));
    if (this.#queued > 0) note('dim', `${this.#queued} waited for their turn`);
    this.#queued = 0;
    if (remark !== undefined) note('dim', remark);
    for (const news of this.#news) note('cyan', news);
    this.#news.clear();
  }
}

/** Prints what the ledger has added up. */
export function showTotals(rows: readonly UsageRow[]): void {
  console.log(
    styleText(
      'bold',
      lineOf(TOTAL_COLUMNS, ({ head }) => head),
    ),
  );
  for (const row of rows) console.log(lineOf(TOTAL_COLUMNS, ({ of }) => of(row)));
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

function tokens({ calls }: Line): string {
  if (calls.every(({ usage }) => usage === undefined)) return '-';
  return `${sum(calls, ({ usage }) => usage?.inputTokens)} + ${sum(calls, ({ usage }) => usage?.outputTokens)}`;
}

/** Of one line, where all is in dollars. */
function money(costs: readonly Cost[]): string {
  if (costs.length === 0) return '-';
  if (costs.some(({ currency }) => currency !== 'USD')) return '?';
  return `$${(sum(costs, ({ amountNano }) => amountNano ?? 0) / 1e9).toFixed(6)}`;
}

function same(texts: readonly string[]): string {
  return new Set(texts).size === 1 ? String(texts[0]) : 'several';
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number | undefined): number {
  return items.reduce((total, item) => total + (of(item) ?? 0), 0);
}

function lineOf<Row>(columns: readonly Column<Row>[], cell: (column: Column<Row>) => string): string {
  const cells = columns.map((column) =>
    column.right === true ? cell(column).padStart(column.width) : cell(column).padEnd(column.width),
  );
  return ` ${cells.join('  ')}`.trimEnd();
}
