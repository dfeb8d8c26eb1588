import type { Clock, TimerHandle } from '../../src/clock.ts';

interface Timer {
  readonly at: number;
  readonly sequence: number;
  callback: (() => void) | undefined;
}

/** A clock for simulations of millions of events: a heap of timers, and time that jumps from one to the next. */
export class VirtualClock implements Clock {
  #now = 0;
  #sequence = 0;
  #pending = 0;
  /** Set by tests that let the wall clock lie. */
  wallOffsetMs = Date.UTC(2026, 0, 1);
  readonly #random: () => number;
  readonly #heap: Timer[] = [];

  constructor(random: () => number = () => 0.5) {
    this.#random = random;
  }

  now = () => this.#now;
  wallNow = () => this.wallOffsetMs + this.#now;
  random = () => this.#random();

  /** Timers that have not fired and were not cleared. */
  get pending(): number {
    return this.#pending;
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), sequence: this.#sequence++, callback };
    this.#pending += 1;
    this.#push(timer);
    return timer;
  }

  clearTimer(handle: TimerHandle): void {
    const timer = handle as Timer;
    if (timer.callback !== undefined) this.#pending -= 1;
    timer.callback = undefined;
  }

  /** Moves time without firing anything, as a blocked event loop does; timers that became due fire with the next run. */
  block(ms: number): void {
    this.#now += ms;
  }

  /** Fires timers in order until `until`, letting promises run after each. */
  async run(until: number): Promise<void> {
    await flush();
    for (let first = this.#heap[0]; first !== undefined && first.at <= until; first = this.#heap[0]) {
      this.#pop();
      const { callback } = first;
      if (callback === undefined) continue;
      first.callback = undefined;
      this.#pending -= 1;
      this.#now = Math.max(this.#now, first.at);
      callback();
      await flush();
    }
    this.#now = Math.max(this.#now, until);
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!earlier(timer, heap[parent] as Timer)) break;
      heap[at] = heap[parent] as Timer;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Timer;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1] as Timer, heap[child] as Timer)) child += 1;
      if (!earlier(heap[child] as Timer, last)) break;
      heap[at] = heap[child] as Timer;
      at = child;
    }
    heap[at] = last;
  }
}

function earlier(a: Timer, b: Timer): boolean {
  return a.at === b.at ? a.sequence < b.sequence : a.at < b.at;
}

/** Turns of the microtask queue: more than the longest chain of promises between a timer and whoever it is for. */
async function flush(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await undefined;
}
