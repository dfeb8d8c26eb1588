import { unitsFromNano } from '../domain/money.js';
import { formatCost, formatCount, formatDuration, formatName, formatShare } from './format.js';
import { PAGE_STYLE } from './page-style.js';
import type { ReportData, ReportSums } from './report-data.js';
import { type Axes, escapeText, legend, lines, type Series, stackedBars } from './svg.js';
import { formatTime, notes } from './terminal-report.js';

/** Series of a chart that have a colour of their own; the rest is one. */
const MAX_SERIES = 6;
/** Rows of a table before the rest is added up. */
const MAX_ROWS = 25;

/** The report as one page that needs nothing else: no script, no network. */
export function pageReport(data: ReportData, title: string): string {
  const { total, currency } = data;
  const cards = [
    card(formatCost(total.nano, currency), 'spent'),
    card(formatCount(total.calls), `calls, ${formatCount(total.attempts)} attempts`),
    card(formatShare(total.failed, total.calls), 'failed'),
    card(formatShare(total.fallbacks, total.calls), 'served by a fallback'),
    card(formatShare(total.cachedTokens, total.inputTokens), 'of the prompts from cache'),
    card(
      formatDuration(data.latency.percentile(0.5)),
      `median latency, p95 ${formatDuration(data.latency.percentile(0.95))}`,
    ),
    card(formatCount(total.inputTokens + total.outputTokens), `tokens, ${formatCount(total.outputTokens)} of them out`),
  ];
  const warnings = notes(data).map((note) => `<p>${escapeText(note)}</p>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeText(title)}</title><style>${PAGE_STYLE}</style></head><body><main>
<h1>${escapeText(title)}</h1><p class="when">${formatTime(data.from)} to ${formatTime(data.to)}</p>
<div class="cards">${cards.join('')}</div>
${warnings.length > 0 ? `<div class="notes">${warnings.join('')}</div>` : ''}
<div class="charts">${charts(data).join('\n')}</div>
<div class="charts">
${table('Projects', 'no project', data.byProject, data)}
${table('Models', 'no model', data.byModel, data)}
${table('Endpoints', 'none', data.byEndpoint, data)}
${kinds(data)}
</div>
<footer>${formatCount(data.records)} records. Times are those of the machine that made this page.</footer>
</main></body></html>
`;
}

function charts(data: ReportData): readonly string[] {
  const { buckets, currency, over } = data;
  const axes = { count: buckets.starts.length, label: buckets.label, shortLabel: buckets.shortLabel };
  const money: Axes = { ...axes, format: (value) => formatCost(Math.round(value * 1e9), currency) };
  const count: Axes = { ...axes, format: (value) => formatCount(Math.round(value * 10) / 10) };
  const time: Axes = { ...axes, format: (value) => (value === 0 ? '0' : formatDuration(value)) };
  const percent: Axes = { ...axes, format: (value) => `${Math.round(value * 10) / 10} %` };
  const per = `per ${buckets.unit}`;
  const calls: Series[] = [
    { name: 'ok', style: 's0', values: over.map(({ calls: all, failed, aborted }) => all - failed - aborted) },
    { name: 'aborted', style: 's6', values: over.map(({ aborted }) => aborted) },
    { name: 'failed', style: 'bad', values: over.map(({ failed }) => failed) },
  ];
  const latency = [0.5, 0.95, 0.99].map((share, index): Series => {
    const values = data.latencyOver.map((histogram) => histogram.percentile(share));
    return { name: share === 0.5 ? 'median' : `p${share * 100}`, style: `s${index}`, values };
  });
  const shares: Series[] = [
    {
      name: 'served by a fallback',
      style: 's1',
      values: over.map(({ fallbacks, calls: all }) => share(fallbacks, all)),
    },
    { name: 'failed', style: 'bad', values: over.map(({ failed, calls: all }) => share(failed, all)) },
  ];
  const cache: Series[] = [
    {
      name: 'of the prompt tokens from cache',
      style: 's2',
      values: over.map(({ cachedTokens, inputTokens }) => share(cachedTokens, inputTokens)),
    },
  ];
  return [
    chart(`Cost ${per}, by project`, topSeries(data.costOverByProject, 'no project'), money, stackedBars),
    chart(`Cost ${per}, by model`, topSeries(data.costOverByModel, 'no model'), money, stackedBars),
    chart(
      `Calls ${per}`,
      calls.filter(({ values }) => values.some((value) => (value ?? 0) > 0)),
      count,
      stackedBars,
    ),
    chart('Latency of answered calls', latency, time, lines),
    chart('Fallbacks and failures', shares, percent, lines),
    chart('Prompt tokens read from cache', cache, percent, lines),
  ];
}

function chart(
  title: string,
  series: readonly Series[],
  axes: Axes,
  draw: (title: string, series: readonly Series[], axes: Axes) => string,
): string {
  return `<section class="chart"><h2>${escapeText(title)}</h2>${draw(title, series, axes)}${legend(series)}</section>`;
}

/** The dearest names over all time, each with its colour, and the rest as one. */
function topSeries(over: readonly ReadonlyMap<string, number>[], none: string): readonly Series[] {
  const totals = new Map<string, number>();
  for (const bucket of over) for (const [name, nano] of bucket) totals.set(name, (totals.get(name) ?? 0) + nano);
  const names = [...totals].sort(([, a], [, b]) => b - a).map(([name]) => name);
  // One name more than there are colours takes the place that "others" would have.
  const shown = names.length === MAX_SERIES + 1 ? names : names.slice(0, MAX_SERIES);
  const series = shown.map((name, index): Series => {
    return {
      name: formatName(name, none),
      style: `s${index}`,
      values: over.map((bucket) => unitsFromNano(bucket.get(name) ?? 0)),
    };
  });
  if (shown.length === names.length) return series;
  const rest = over.map((bucket) => {
    let sum = 0;
    for (const [name, nano] of bucket) if (!shown.includes(name)) sum += nano;
    return unitsFromNano(sum);
  });
  return [...series, { name: `${names.length - shown.length} others`, style: 's6', values: rest }];
}

function table(title: string, none: string, groups: ReadonlyMap<string, ReportSums>, data: ReportData): string {
  const sorted = [...groups].sort(([, a], [, b]) => b.nano - a.nano || b.calls - a.calls);
  const rows = sorted.slice(0, MAX_ROWS).map(([name, sums]) => row(formatName(name, none), sums, data));
  if (sorted.length > MAX_ROWS)
    rows.push(`<tr><td>and ${formatCount(sorted.length - MAX_ROWS)} more</td><td colspan="7"></td></tr>`);
  const head = ['', 'cost', 'share', 'calls', 'failed', 'fallback', 'tokens in', 'cached', 'tokens out'];
  return `<section class="chart full"><h2>${title}</h2><table><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr>${rows.join('')}</table></section>`;
}

function row(name: string, sums: ReportSums, { total, currency }: ReportData): string {
  const cells = [
    escapeText(name),
    formatCost(sums.nano, currency),
    formatShare(sums.nano, total.nano),
    formatCount(sums.calls),
    formatShare(sums.failed, sums.calls),
    formatShare(sums.fallbacks, sums.calls),
    formatCount(sums.inputTokens),
    formatShare(sums.cachedTokens, sums.inputTokens),
    formatCount(sums.outputTokens),
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function kinds({ byKind, total }: ReportData): string {
  if (byKind.size === 0) return '';
  const rows = [...byKind]
    .sort(([, a], [, b]) => b - a)
    .map(
      ([kind, count]) =>
        `<tr><td>${escapeText(kind)}</td><td>${formatCount(count)}</td><td>${formatShare(count, total.calls)}</td></tr>`,
    );
  return `<section class="chart"><h2>Why calls failed</h2><table><tr><th></th><th>calls</th><th>of all calls</th></tr>${rows.join('')}</table></section>`;
}

function card(figure: string, text: string): string {
  return `<div class="card"><b>${escapeText(figure)}</b><span>${escapeText(text)}</span></div>`;
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : (part / whole) * 100;
}
