import { styleText } from 'node:util';
import { formatCost, formatCount, formatDuration, formatName, formatShare } from './format.js';
import type { ReportData, ReportSums } from './report-data.js';
import { tableLines } from './table.js';

/** Rows of a table before the rest is added up. */
const MAX_ROWS = 12;

/** The report as text for a terminal. */
export function terminalReport(data: ReportData, file: string): string {
  const { total, currency } = data;
  const lines = [
    styleText('bold', `Calls in ${file}`),
    `${formatTime(data.from)} to ${formatTime(data.to)}, ${formatCount(data.records)} records`,
    '',
    `${bold(formatCost(total.nano, currency))} for ${bold(formatCount(total.calls))} calls (${formatCount(total.attempts)} attempts): ` +
      `${formatShare(total.failed, total.calls)} failed, ${formatShare(total.fallbacks, total.calls)} served by a fallback`,
    `${formatCount(total.inputTokens)} tokens in (${formatShare(total.cachedTokens, total.inputTokens)} from cache), ${formatCount(total.outputTokens)} out`,
    `Latency: half within ${formatDuration(data.latency.percentile(0.5))}, 95 % within ${formatDuration(data.latency.percentile(0.95))}, 99 % within ${formatDuration(data.latency.percentile(0.99))}`,
    ...notes(data).map((note) => styleText('yellow', note)),
    '',
    ...table('Project', 'no project', data.byProject, data),
    '',
    ...table('Model', 'no model', data.byModel, data),
    '',
    ...table('Endpoint', 'none', data.byEndpoint, data),
  ];
  if (data.byKind.size > 0) {
    const kinds = [...data.byKind].sort(([, a], [, b]) => b - a).map(([kind, count]) => [kind, formatCount(count)]);
    lines.push('', ...underlined(tableLines(['Failed calls', 'count'], kinds)));
  }
  return lines.join('\n');
}

/** What a reader must know to trust the figures. */
export function notes({ total, otherCurrencies, lostNano, currency }: ReportData): readonly string[] {
  const found: string[] = [];
  if (total.unpriced > 0)
    found.push(
      `${formatCount(total.unpriced)} attempts have no known price and are in no sum. Set their models' prices.`,
    );
  for (const [other, nano] of otherCurrencies) {
    found.push(
      `${formatCost(nano, other)} could not be converted and is in no sum. Give a rate: --fx ${other}=<dollars per unit>.`,
    );
  }
  if (total.estimated > 0) found.push(`${formatCount(total.estimated)} attempts have an estimated usage or price.`);
  if (lostNano > 0)
    found.push(`${formatCost(lostNano, currency)} was reserved by processes that died; it may not have been spent.`);
  return found;
}

function table(head: string, none: string, groups: ReadonlyMap<string, ReportSums>, data: ReportData): string[] {
  const sorted = [...groups].sort(([, a], [, b]) => b.nano - a.nano || b.calls - a.calls);
  const rows = sorted.slice(0, MAX_ROWS).map(([name, sums]) => row(formatName(name, none), sums, data));
  if (sorted.length > MAX_ROWS) rows.push([`and ${sorted.length - MAX_ROWS} more`]);
  return underlined(
    tableLines([head, 'cost', 'share', 'calls', 'failed', 'fallback', 'tokens in', 'cached', 'tokens out'], rows),
  );
}

function row(name: string, sums: ReportSums, { total, currency }: ReportData): string[] {
  return [
    name,
    formatCost(sums.nano, currency),
    formatShare(sums.nano, total.nano),
    formatCount(sums.calls),
    formatShare(sums.failed, sums.calls),
    formatShare(sums.fallbacks, sums.calls),
    formatCount(sums.inputTokens),
    formatShare(sums.cachedTokens, sums.inputTokens),
    formatCount(sums.outputTokens),
  ];
}

function underlined([head, ...rows]: string[]): string[] {
  return [styleText('bold', head ?? ''), ...rows];
}

function bold(text: string): string {
  return styleText('bold', text);
}

/** An instant as the reader's own clock shows it, to the minute. */
export function formatTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
