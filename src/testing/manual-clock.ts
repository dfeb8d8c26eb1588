import type { Clock, TimerHandle } from '../clock.js';
import { loadAtOnce } from './load-at-once.js';
import { seededRandom } from './seeded-random.js';

/** Settings of {@link manualClock}. */
export interface ManualClockOptions {
  /** Wall-clock time at the start, in milliseconds since the epoch. @default 2026-01-01T00:00:00Z */
  startAt?: number;
  /** Seed of `random()`. @default 1 */
  seed?: number;
}

/** A {@link Clock} that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /**
   * Moves time on by `ms` milliseconds, firing due timers in order. Between two timers the promises that the first one set
   * off are given time to run, so that a timer they set in turn fires in the same `advance` when it is due.
   * It waits for promises, not for sockets.
   */
  advance(ms: number): Promise<void>;
  /** Lets pending promises run without moving time. */
  settle(): Promise<void>;
  /** Moves the wall clock alone, as an operator or a time server does; timers and `now()` do not notice. */
  jumpWallClock(byMs: number): void;
  /** Timers that have not fired: those somebody waits for, and those that do not keep a process alive. */
  readonly pending: { readonly foreground: number; readonly background: number };
  /** `now()` of the earliest pending timer, if there is one. */
  readonly nextTimerAt: number | undefined;
}

interface ManualTimer {
  readonly dueAt: number;
  readonly background: boolean;
  readonly callback: () => void;
}

/** A turn of the event loop that fake timers cannot hold back: a message, not a timer. */
function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

const DEFAULT_START_AT = Date.UTC(2026, 0, 1);

/**
 * Makes a clock for tests: `createGatewayClient({ clock: manualClock() })`. `now()` starts at 0 and moves only by
 * {@link ManualClock.advance}.
 */
export function manualClock(options: ManualClockOptions = {}): ManualClock {
  loadAtOnce();
  const timers = new Set<ManualTimer>();
  const random = seededRandom(options.seed ?? 1);
  let now = 0;
  let wallOffset = options.startAt ?? DEFAULT_START_AT;

  const count = (background: boolean) => [...timers].filter((timer) => timer.background === background).length;
  // A Set keeps insertion order and `<` keeps the first of equals: timers due together fire in the order they were set.
  const earliest = () => {
    let first: ManualTimer | undefined;
    for (const timer of timers) if (first === undefined || timer.dueAt < first.dueAt) first = timer;
    return first;
  };

  return {
    now: () => now,
    wallNow: () => wallOffset + now,
    random,
    setTimer(callback, delayMs, background = false): TimerHandle {
      const timer = { dueAt: now + Math.max(0, delayMs || 0), background, callback };
      timers.add(timer);
      return timer;
    },
    clearTimer(handle) {
      timers.delete(handle as ManualTimer);
    },
    async advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`A clock cannot be advanced by ${ms} ms.`);
      const target = now + ms;
      await eventLoopTurn();
      for (let timer = earliest(); timer !== undefined && timer.dueAt <= target; timer = earliest()) {
        timers.delete(timer);
        now = Math.max(now, timer.dueAt);
        timer.callback();
        await eventLoopTurn();
      }
      now = target;
    },
    settle: eventLoopTurn,
    jumpWallClock(byMs) {
      wallOffset += byMs;
    },
    get pending() {
      return { foreground: count(false), background: count(true) };
    },
    get nextTimerAt() {
      return earliest()?.dueAt;
    },
  };
}
