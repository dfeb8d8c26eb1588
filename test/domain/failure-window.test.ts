import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearWindow, countAttempt, createFailureWindow, sumWindow } from '../../src/domain/failure-window.js';

describe('a failure window', () => {
  it('is empty at first and after it was cleared', () => {
    const window = createFailureWindow(10_000);
    expect(sumWindow(window, 0)).toEqual({ attempts: 0, failures: 0 });
    countAttempt(window, true, 0);
    clearWindow(window);
    expect(sumWindow(window, 0)).toEqual({ attempts: 0, failures: 0 });
  });

  it('counts attempts and failures apart', () => {
    const window = createFailureWindow(10_000);
    for (let i = 0; i < 7; i++) countAttempt(window, i < 3, i * 700);
    expect(sumWindow(window, 4200)).toEqual({ attempts: 7, failures: 3 });
  });

  it('forgets a tenth at a time, also where nothing was written since', () => {
    const window = createFailureWindow(10_000);
    countAttempt(window, true, 999);
    countAttempt(window, true, 1000);
    expect(sumWindow(window, 9999).failures).toBe(2);
    expect(sumWindow(window, 10_000).failures).toBe(1);
    expect(sumWindow(window, 10_999).failures).toBe(1);
    expect(sumWindow(window, 11_000).failures).toBe(0);
    expect(sumWindow(window, 55_000).failures).toBe(0);
  });

  it('writes over what is older', () => {
    const window = createFailureWindow(1000);
    countAttempt(window, true, 50);
    countAttempt(window, false, 1050);
    expect(sumWindow(window, 1050)).toEqual({ attempts: 1, failures: 0 });
  });

  it('agrees with a list of everything, for clocks that start below zero too', () => {
    const attempt = fc.record({ after: fc.nat({ max: 3000 }), failed: fc.boolean() });
    fc.assert(
      fc.property(
        fc.integer({ min: -50_000, max: 50_000 }),
        fc.array(attempt, { maxLength: 80 }),
        (start, attempts) => {
          const window = createFailureWindow(10_000);
          const all: { stretch: number; failed: boolean }[] = [];
          let now = start;
          for (const { after, failed } of attempts) {
            now += after;
            countAttempt(window, failed, now);
            all.push({ stretch: Math.floor(now / 1000), failed });
          }
          const live = all.filter(({ stretch }) => stretch > Math.floor(now / 1000) - 10);
          expect(sumWindow(window, now)).toEqual({
            attempts: live.length,
            failures: live.filter(({ failed }) => failed).length,
          });
        },
      ),
      { seed: 17 },
    );
  });
});
