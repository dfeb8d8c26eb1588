import { expect, test } from 'vitest';
import { manualClock, seededRandom } from '../../src/testing.js';

test('timers fire in the order they are due, and in the order they were set when due together', async () => {
  const clock = manualClock();
  const fired: string[] = [];
  clock.setTimer(() => fired.push(`late ${clock.now()}`), 20);
  clock.setTimer(() => fired.push(`first ${clock.now()}`), 10);
  clock.setTimer(() => fired.push(`second ${clock.now()}`), 10);
  await clock.advance(9);
  expect(fired).toEqual([]);
  await clock.advance(11);
  expect(fired).toEqual(['first 10', 'second 10', 'late 20']);
});

test('a timer set by what another one set off fires in the same advance', async () => {
  const clock = manualClock();
  const instants: number[] = [];
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(resolve, ms));
  const loop = (async () => {
    for (let turn = 0; turn < 3; turn++) {
      await sleep(100);
      await new Response('a body').text();
      instants.push(clock.now());
    }
  })();
  await clock.advance(1000);
  await loop;
  expect(instants).toEqual([100, 200, 300]);
  expect(clock.now()).toBe(1000);
});

test('pending timers are counted apart: those somebody waits for and those in the background', async () => {
  const clock = manualClock();
  const handle = clock.setTimer(() => {}, 5);
  clock.setTimer(() => {}, 50, true);
  expect(clock.pending).toEqual({ foreground: 1, background: 1 });
  expect(clock.nextTimerAt).toBe(5);
  clock.clearTimer(handle);
  expect(clock.pending).toEqual({ foreground: 0, background: 1 });
  await clock.advance(50);
  expect(clock.pending).toEqual({ foreground: 0, background: 0 });
  expect(clock.nextTimerAt).toBeUndefined();
});

test('the wall clock starts where told, moves with time, and can jump alone', async () => {
  const clock = manualClock({ startAt: 1000 });
  await clock.advance(250);
  expect(clock.wallNow()).toBe(1250);
  clock.jumpWallClock(-3_600_000);
  expect(clock.wallNow()).toBe(1250 - 3_600_000);
  expect(clock.now()).toBe(250);
});

test('time does not run backwards', async () => {
  await expect(manualClock().advance(-1)).rejects.toThrow(RangeError);
  await expect(manualClock().advance(Number.NaN)).rejects.toThrow(RangeError);
});

test('random numbers repeat with the seed, differ between seeds and fill the unit interval', () => {
  const draw = (seed: number) => {
    const clock = manualClock({ seed });
    return Array.from({ length: 1000 }, () => clock.random());
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  const values = draw(7);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean).toBeGreaterThan(0.45);
  expect(mean).toBeLessThan(0.55);
  expect(seededRandom(7)()).toBe(values[0]);
});
