/** Pieces of the report's charts: plain SVG, coloured by the page's style sheet, so that it reads in light and dark. */

/** Width of every chart in its own units; the page scales it. */
const WIDTH = 720;
const HEIGHT = 250;
const TOP = 14;
const BOTTOM = 26;
const RIGHT = 10;
/** Width of a character of an axis label. */
const CHARACTER = 6.6;

/** One thing drawn over time. */
export interface Series {
  readonly name: string;
  /** One value for each bucket; `undefined` leaves a gap. */
  readonly values: readonly (number | undefined)[];
  /** Class that colours it, `s0` to `s6` or a word of the style sheet. */
  readonly style: string;
}

/** What a chart is drawn over, and how its values read. */
export interface Axes {
  readonly count: number;
  readonly label: (index: number) => string;
  readonly shortLabel: (index: number) => string;
  readonly format: (value: number) => string;
  /** Upper end of the axis, when it is fixed. */
  readonly max?: number | undefined;
}

/** Text safe inside HTML and SVG. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

/** Bars on top of each other. */
export function stackedBars(title: string, series: readonly Series[], axes: Axes): string {
  const totals = Array.from({ length: axes.count }, (_, index) =>
    series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0),
  );
  const frame = frameFor(Math.max(...totals, 0), axes);
  const step = frame.width / axes.count;
  const bar = Math.max(1, Math.min(step * 0.78, 46));
  const bars = totals.map((total, index) => {
    let below = 0;
    const parts = series.map(({ name, values, style }) => {
      const value = values[index] ?? 0;
      if (value <= 0) return '';
      const y = frame.y(below + value);
      const height = Math.max(frame.y(below) - y, 0.4);
      below += value;
      const x = frame.left + step * index + (step - bar) / 2;
      const hint = `${axes.label(index)} · ${name}: ${axes.format(value)}${series.length > 1 ? ` of ${axes.format(total)}` : ''}`;
      return `<rect class="${style}" x="${n(x)}" y="${n(y)}" width="${n(bar)}" height="${n(height)}"><title>${escapeText(hint)}</title></rect>`;
    });
    return parts.join('');
  });
  return drawing(title, frame, axes, bars.join(''));
}

/** Lines beside each other. */
export function lines(title: string, series: readonly Series[], axes: Axes): string {
  const values = series.flatMap((one) => one.values.filter((value) => value !== undefined));
  const frame = frameFor(Math.max(...values, 0), axes);
  const step = frame.width / axes.count;
  const x = (index: number) => frame.left + step * (index + 0.5);
  const paths = series.map(({ values: points, style }) => {
    let path = '';
    points.forEach((value, index) => {
      if (value === undefined) return;
      path += `${path === '' || points[index - 1] === undefined ? 'M' : 'L'}${n(x(index))} ${n(frame.y(value))}`;
    });
    return `<path class="line ${style}" d="${path}"/>`;
  });
  const dots = series.flatMap(({ name, values: points, style }) =>
    points.map((value, index) => {
      if (value === undefined) return '';
      const hint = escapeText(`${axes.label(index)} · ${name}: ${axes.format(value)}`);
      const alone = points[index - 1] === undefined && points[index + 1] === undefined;
      return `<circle class="${alone ? 'dot' : 'spot'} ${style}" cx="${n(x(index))}" cy="${n(frame.y(value))}" r="${alone ? 2.5 : 5}"><title>${hint}</title></circle>`;
    }),
  );
  return drawing(title, frame, axes, paths.join('') + dots.join(''));
}

/** Names of series with their colours; nothing for a single one. */
export function legend(series: readonly Series[]): string {
  if (series.length < 2) return '';
  const items = series.map(({ name, style }) => `<li><span class="swatch ${style}"></span>${escapeText(name)}</li>`);
  return `<ul class="legend">${items.join('')}</ul>`;
}

interface Frame {
  readonly left: number;
  readonly width: number;
  readonly ticks: readonly number[];
  y(value: number): number;
}

function frameFor(most: number, axes: Axes): Frame {
  const ticks = ticksUpTo(axes.max ?? most);
  const top = ticks[ticks.length - 1] as number;
  const left = 12 + Math.max(...ticks.map((tick) => axes.format(tick).length)) * CHARACTER;
  const height = HEIGHT - TOP - BOTTOM;
  return { left, width: WIDTH - left - RIGHT, ticks, y: (value) => TOP + height * (1 - value / top) };
}

/** Round steps of 1, 2 or 5 from zero to just above the largest value, four to six of them. */
export function ticksUpTo(most: number): readonly number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) as number) * power;
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

function drawing(title: string, frame: Frame, axes: Axes, body: string): string {
  const grid = frame.ticks.map((tick) => {
    const y = n(frame.y(tick));
    return `<line class="grid" x1="${n(frame.left)}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/><text class="tick end" x="${n(frame.left - 6)}" y="${n(frame.y(tick) + 3.5)}">${escapeText(axes.format(tick))}</text>`;
  });
  const step = frame.width / axes.count;
  const every = Math.max(1, Math.ceil((axes.shortLabel(0).length * CHARACTER + 14) / step));
  const labels = Array.from({ length: axes.count }, (_, index) => {
    if (index % every !== 0) return '';
    const half = (axes.shortLabel(index).length * CHARACTER) / 2;
    const x = Math.min(frame.left + step * (index + 0.5), WIDTH - half);
    return `<text class="tick middle" x="${n(x)}" y="${HEIGHT - 8}">${escapeText(axes.shortLabel(index))}</text>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}">${grid.join('')}${body}${labels.join('')}</svg>`;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
