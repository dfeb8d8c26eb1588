/** Equal spans of time that cover a report's range, in the time zone of the machine that makes it. */
export interface Buckets {
  readonly unit: 'hour' | 'day' | 'week' | 'month';
  /** First instants, ascending. */
  readonly starts: readonly number[];
  indexOf(at: number): number;
  /** The name of a bucket, in full. */
  label(index: number): string;
  /** The name of a bucket, for an axis. */
  shortLabel(index: number): string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More bars than this cannot be told apart. */
const MAX_BUCKETS = 75;

/** Chooses spans so that a range has enough of them to show its course and few enough to be read. */
export function bucketsFor(from: number, to: number): Buckets {
  const span = Math.max(to - from, 0);
  const unit =
    span <= 3 * DAY_MS
      ? 'hour'
      : span <= MAX_BUCKETS * DAY_MS
        ? 'day'
        : span <= MAX_BUCKETS * 7 * DAY_MS
          ? 'week'
          : 'month';
  const starts: number[] = [];
  for (let start = floor(from, unit); start <= to || starts.length === 0; start = next(start, unit)) starts.push(start);
  return {
    unit,
    starts,
    indexOf(at) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] as number) <= at) low = middle;
        else high = middle - 1;
      }
      return low;
    },
    label: (index) => name(starts[index] as number, unit, false),
    shortLabel: (index) => name(starts[index] as number, unit, true),
  };
}

function floor(at: number, unit: Buckets['unit']): number {
  const date = new Date(at);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  switch (unit) {
    case 'hour':
      return new Date(year, month, day, date.getHours()).getTime();
    case 'day':
      return new Date(year, month, day).getTime();
    case 'week':
      return new Date(year, month, day - ((date.getDay() + 6) % 7)).getTime();
    case 'month':
      return new Date(year, month, 1).getTime();
  }
}

function next(start: number, unit: Buckets['unit']): number {
  const date = new Date(start);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  switch (unit) {
    case 'hour':
      return start + HOUR_MS;
    case 'day':
      return new Date(year, month, day + 1).getTime();
    case 'week':
      return new Date(year, month, day + 7).getTime();
    case 'month':
      return new Date(year, month + 1, 1).getTime();
  }
}

function name(start: number, unit: Buckets['unit'], short: boolean): string {
  const date = new Date(start);
  const two = (value: number) => String(value).padStart(2, '0');
  const month = `${date.getFullYear()}-${two(date.getMonth() + 1)}`;
  if (unit === 'month') return month;
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  if (unit === 'hour')
    return short ? `${two(date.getHours())}:00` : `${month}-${two(date.getDate())} ${two(date.getHours())}:00`;
  if (short) return day;
  return `${unit === 'week' ? 'week of ' : ''}${month}-${two(date.getDate())}`;
}
