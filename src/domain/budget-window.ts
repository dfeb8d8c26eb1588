/** The span of time a budget is for: by the calendar of a time zone, or a window that moves along. */
export type BudgetPeriod = 'hour' | 'day' | 'week' | 'month' | { readonly rollingMs: number };

/** Where an instant lies in a budget's time. Instants are milliseconds since the epoch. */
export interface BudgetWindow {
  /** Names the window in stores: its beginning, or that of the current slot of a rolling one. */
  readonly slot: number;
  /** Sums count slots from this one on. */
  readonly since: number;
  /** Until when this answer holds. */
  readonly until: number;
}

/** A rolling window moves in steps of a sixtieth, and counts one step too much rather than too little. */
const SLOTS = 60;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The window of a period at an instant. Weeks begin on Monday. Days follow the zone's own clock: on the days it is put
 * forward or back they are 23 or 25 hours long.
 * @param timeZone IANA name, e.g. `Asia/Shanghai`.
 * @throws RangeError for a time zone that does not exist.
 */
export function budgetWindow(period: BudgetPeriod, timeZone: string, now: number): BudgetWindow {
  if (typeof period === 'object') {
    const step = Math.max(1, Math.ceil(period.rollingMs / SLOTS));
    const slot = Math.floor(now / step) * step;
    return { slot, since: slot - step * SLOTS, until: slot + step };
  }
  if (period === 'hour') {
    const start = now - modulo(now + offsetMs(timeZone, now), HOUR_MS);
    return { slot: start, since: start, until: start + HOUR_MS };
  }
  const local = new Date(now + offsetMs(timeZone, now));
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  const monday = day - modulo(local.getUTCDay() - 1, 7);
  const [first, next] = {
    day: [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)],
    week: [Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7)],
    month: [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)],
  }[period] as [number, number];
  const start = instantOf(timeZone, first);
  return { slot: start, since: start, until: instantOf(timeZone, next) };
}

/**
 * The first instant whose clock in the zone shows `local` or later, `local` being that clock's reading taken for UTC. A
 * day can begin at one in the morning (the clock is put forward at midnight in some zones), or show midnight twice.
 */
function instantOf(timeZone: string, local: number): number {
  const readings = [local - DAY_MS, local + DAY_MS].map((around) => local - offsetMs(timeZone, around));
  const [early, late] = [Math.min(...readings), Math.max(...readings)];
  if (early + offsetMs(timeZone, early) === local) return early;
  if (late + offsetMs(timeZone, late) === local) return late;
  // Midnight is skipped: the clock jumps over it at `early`'s or `late`'s distance, whichever is the jump itself.
  return local - offsetMs(timeZone, early);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
function offsetMs(timeZone: string, at: number): number {
  if (timeZone === 'UTC') return 0;
  let format = formats.get(timeZone);
  if (format === undefined) {
    const fields = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', era: 'short', ...fields });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)])) as Record<
    string,
    number
  >;
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
