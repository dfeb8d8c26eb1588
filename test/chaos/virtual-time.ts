import type { Clock } from 'llm-gateway-client';

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** A clock that jumps from timer to timer whenever nothing else moves. */
export interface VirtualTime extends Clock {
  /** Timers that have not fired and were not cleared. */
  readonly pending: number;
  /**
   * Runs `work` with the global `setTimeout` on this clock as well, for code that knows no other.
   * @throws Error when nothing is left that could bring `work` to its end
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves after `ms` of virtual time. */
  sleep(ms: number): Promise<void>;
}

/** Turns of the event loop without a timer after which nothing will come any more. */
const IDLE_TURNS = 200;

/**
 * Virtual time for volumes: timers are kept in a heap, and a jump costs one turn of the event loop.
 * @param random draws of `random()`
 * @param turns turns of the event loop before time moves; more than one where replies take several
 */
export function virtualTime(random: () => number, turns = 1): VirtualTime {
  const heap: Timer[] = [];
  let now = 0;
  let order = 0;
  let live = 0;
  const realImmediate = setImmediate;
  const turn = () => new Promise<void>((resolve) => realImmediate(resolve));

  const time: VirtualTime = {
    now: () => now,
    wallNow: () => START_AT + now,
    random,
    get pending() {
      return live;
    },
    setTimer(callback, delayMs) {
      const timer: Timer = { dueAt: now + Math.max(0, delayMs || 0), order: order++, callback };
      live++;
      push(heap, timer);
      return timer;
    },
    clearTimer(handle) {
      const timer = handle as Timer;
      if (timer.callback === undefined) return;
      timer.callback = undefined;
      live--;
    },
    sleep: (ms) => new Promise((resolve) => time.setTimer(resolve, ms)),
    async run(work) {
      const restore = takeGlobals(time);
      try {
        let settled = false;
        const promise = work().finally(() => {
          settled = true;
        });
        promise.catch(() => {});
        for (let idle = 0; ; ) {
          for (let count = 0; count < turns; count++) await turn();
          if (settled) return await promise;
          const next = pop(heap);
          if (next === undefined) {
            if (++idle > IDLE_TURNS) throw new Error('Nothing is left that could bring this to an end.');
            continue;
          }
          idle = 0;
          const { callback } = next;
          if (callback === undefined) continue;
          next.callback = undefined;
          live--;
          now = Math.max(now, next.dueAt);
          callback();
        }
      } finally {
        restore();
      }
    },
  };
  return time;
}

const START_AT = Date.UTC(2026, 0, 1);

/** The SDK waits with the global timers. */
function takeGlobals(time: Clock): () => void {
  const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
  const set = (callback: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) => {
    const handle = time.setTimer(() => callback(...given), ms) as object;
    return Object.assign(handle, { ref: () => handle, unref: () => handle });
  };
  const clear = (handle: unknown) => {
    if (typeof handle !== 'object' || handle === null) return;
    if ('dueAt' in handle) time.clearTimer(handle);
    else realClear(handle as NodeJS.Timeout);
  };
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  return () => Object.assign(globalThis, { setTimeout: realSet, clearTimeout: realClear });
}

function before(a: Timer, b: Timer): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}

function push(heap: Timer[], timer: Timer): void {
  let index = heap.push(timer) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as Timer;
    if (!before(timer, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as Timer, heap[child] as Timer)) child++;
    if (!before(heap[child] as Timer, last)) break;
    heap[index] = heap[child] as Timer;
    index = child;
  }
  heap[index] = last;
  return first;
}
