import { formatMoney, NANO_PER_UNIT } from '../domain/format-money.js';

/** A count for people: `1,234`, `56.7k`, `8.9M`. */
export function formatCount(count: number): string {
  if (count < 10_000) return count.toLocaleString('en-US');
  const units = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const [size, name] = units.find(([least]) => count >= least) ?? [1e3, 'k'];
  const value = count / size;
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)}${name}`;
}

/** A share as a percentage: `0 %`, `0.4 %`, `12.3 %`, `100 %`; a dash when there is nothing to share. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (part / whole) * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  return percent < 0.1 ? '< 0.1 %' : `${percent.toFixed(1)} %`;
}

/** A duration for people: `0.8 ms`, `850 ms`, `2.4 s`, `3.1 min`; a dash when there is none. */
export function formatDuration(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** Money in a column: two decimals from a hundredth upwards, so that figures line up; less than that as far as it takes. */
export function formatCost(nano: number, currency: string): string {
  const tiny = nano > 0 && nano < NANO_PER_UNIT / 200;
  return formatMoney(nano, currency, tiny ? undefined : 2);
}

/** A name for display; calls without one are told apart from a project called by that word. */
export function formatName(name: string, none: string): string {
  return name === '' ? `(${none})` : name;
}
