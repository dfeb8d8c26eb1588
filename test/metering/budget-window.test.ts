import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BudgetPeriod, budgetWindow } from '../../src/domain/budget-window.js';

const iso = (at: number) => new Date(at).toISOString();
const window = (period: BudgetPeriod, zone: string, at: string) => {
  const { slot, until } = budgetWindow(period, zone, Date.parse(at));
  return [iso(slot), iso(until)];
};

describe('calendar windows', () => {
  it.each<[BudgetPeriod, string, string, string, string]>([
    ['hour', 'UTC', '2026-11-22T15:59:59.999Z', '2026-11-22T15:00:00.000Z', '2026-11-22T16:00:00.000Z'],
    ['hour', 'Asia/Kolkata', '2026-11-22T15:40:00Z', '2026-11-22T15:30:00.000Z', '2026-11-22T16:30:00.000Z'],
    ['day', 'Asia/Shanghai', '2026-11-22T15:59:59Z', '2026-11-21T16:00:00.000Z', '2026-11-22T16:00:00.000Z'],
    ['day', 'Asia/Shanghai', '2026-11-22T16:00:00Z', '2026-11-22T16:00:00.000Z', '2026-11-23T16:00:00.000Z'],
    ['week', 'UTC', '2026-11-22T23:59:59Z', '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    ['week', 'UTC', '2026-11-23T00:00:00Z', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['month', 'Asia/Shanghai', '2026-12-31T16:00:00Z', '2026-12-31T16:00:00.000Z', '2027-01-31T16:00:00.000Z'],
    ['month', 'UTC', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    // 23 and 25 hours: the clock goes forward and back in Berlin.
    ['day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['month', 'America/New_York', '2026-11-15T12:00:00Z', '2026-11-01T04:00:00.000Z', '2026-12-01T05:00:00.000Z'],
    // There is no midnight on this day in Beirut: it begins at one.
    ['day', 'Asia/Beirut', '2026-03-29T12:00:00Z', '2026-03-28T22:00:00.000Z', '2026-03-29T21:00:00.000Z'],
  ])('a %j in %s at %s runs from %s to %s', (period, zone, at, start, end) => {
    expect(window(period, zone, at)).toEqual([start, end]);
  });

  it('contains its instant and joins the next window, in any zone at any time', () => {
    const zone = fc.constantFrom(
      'UTC',
      'Asia/Shanghai',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Beirut',
      'Pacific/Apia',
    );
    const period = fc.constantFrom<BudgetPeriod>('hour', 'day', 'week', 'month', { rollingMs: 60_000 });
    fc.assert(
      fc.property(
        zone,
        period,
        fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2030-01-01') }),
        (timeZone, per, now) => {
          const found = budgetWindow(per, timeZone, now);
          const next = budgetWindow(per, timeZone, found.until);
          const first = budgetWindow(per, timeZone, found.slot);
          return found.slot <= now && now < found.until && next.slot === found.until && first.slot === found.slot;
        },
      ),
      { seed: 7, numRuns: 2_000 },
    );
  });

  it('refuses a zone that does not exist', () => {
    expect(() => budgetWindow('day', 'Mars/Olympus', 0)).toThrow(RangeError);
  });
});

describe('rolling windows', () => {
  it('count at least as far back as they say, and at most a sixtieth more', () => {
    const now = Date.parse('2026-11-22T15:59:31Z');
    const { slot, since } = budgetWindow({ rollingMs: 3_600_000 }, 'UTC', now);
    expect(iso(slot)).toBe('2026-11-22T15:59:00.000Z');
    expect(now - since).toBeGreaterThanOrEqual(3_600_000);
    expect(now - since).toBeLessThan(3_600_000 + 60_000);
  });
});
