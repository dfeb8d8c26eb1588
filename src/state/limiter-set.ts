import type { AttemptController } from '../domain/call.js';
import type { Need } from '../domain/limits.js';
import { ShuttingDownError, userAbortError } from '../errors.js';
import { QueueFullError, QueueTimeoutError, RequestTooLargeError } from './limit-errors.js';
import type { Limiter } from './limiter.js';
import { Chain } from './limiter-chain.js';
import { count, expectedMs, type Gate, type Line, type Passage, type Waiter } from './limiter-gate.js';
import type { LimiterLearning } from './limiter-learning.js';
import { Permit } from './limiter-permit.js';
import type { LimiterQueue } from './limiter-queue.js';

/** How a call waits. */
export interface AcquireOptions {
  /** Stops the wait. */
  readonly signal?: AttemptController['signal'] | undefined;
  /** Higher goes first; whole numbers from -10 to 10. @default 0 */
  readonly priority?: number | undefined;
  /** Longest wait in milliseconds; `0` does not wait. @default the strictest `maxQueueMs` of the limiters */
  readonly maxQueueMs?: number | undefined;
  /** Whose call it is, for limiters that share evenly. @default '' */
  readonly project?: string | undefined;
}

const MAX_PRIORITY = 10;

/**
 * The limiters a call has to pass, all in one step or not at all: those of its endpoint, of the model there, of its tags.
 * Calls with the same limiters use the same set.
 */
export class LimiterSet implements Passage {
  readonly gates: readonly Gate[];
  readonly learner: LimiterLearning | undefined;
  /** Whether any of them counts what has to be estimated: tokens, images, minutes of audio. */
  readonly estimates: boolean;
  readonly #queue: LimiterQueue;
  readonly #maxQueueMs: number;
  readonly #agingMs: number;
  readonly #lines = new Map<string, Line>();

  /** @param gates from general to specific: what a provider reports about its limits goes to the last that can use it. */
  constructor(queue: LimiterQueue, gates: readonly Gate[]) {
    this.#queue = queue;
    this.gates = gates;
    this.learner = gates.findLast(({ limiter }) => limiter.learning !== undefined)?.limiter.learning;
    this.estimates = gates.some(({ limiter }) => limiter.meters.some(({ unit }) => unit !== 'requests'));
    this.#maxQueueMs = Math.min(...gates.map(({ limiter }) => limiter.maxQueueMs));
    this.#agingMs = Math.min(...gates.map(({ limiter }) => limiter.agingMs));
  }

  /** The most tokens that one call can have here. */
  get mostTokens(): number {
    let most = Number.POSITIVE_INFINITY;
    for (const { limiter } of this.gates)
      for (const { unit, heaviest } of limiter.meters) if (unit === 'tokens') most = Math.min(most, heaviest);
    return most;
  }

  /** A permit, if one can be had without waiting and without going before anybody. */
  tryAcquire(need: Need, project = ''): Permit | undefined {
    const now = this.#queue.now();
    return this.#queue.admitNow(this, need, project, now) ? this.#permit(need, now, 0) : undefined;
  }

  /**
   * A permit at once when nothing is in the way, else when it is this call's turn.
   * @throws RequestTooLargeError when a limit can never hold the call.
   * @throws QueueFullError when `maxQueue` calls wait already.
   * @throws QueueTimeoutError (or rejects with it) when the turn does not or cannot come within `maxQueueMs`.
   * @throws ShuttingDownError (or rejects with it) when the gateway was closed.
   * @throws the SDK's `APIUserAbortError` (or rejects with it) when `signal` aborts; its `cause` is the signal's reason.
   */
  acquire(need: Need, options: AcquireOptions = {}): Permit | Promise<Permit> {
    const { signal, project = '' } = options;
    if (signal?.aborted === true) throw userAbortError(signal.reason);
    if (this.#queue.closed) throw new ShuttingDownError();
    const now = this.#queue.now();
    if (this.#queue.admitNow(this, need, project, now)) return this.#permit(need, now, 0);
    return this.#wait(need, options, project, now);
  }

  /**
   * A guess how long a call would wait now, in milliseconds: 0 when it would go at once, `Infinity` when it never could.
   * Calls of higher priority that come later are not in it.
   */
  waitMs(need: Need): number {
    const now = this.#queue.now();
    let longest = 0;
    for (const gate of this.gates) {
      if (gate.limiter.refusal(need) !== undefined) return Number.POSITIVE_INFINITY;
      longest = Math.max(longest, expectedMs(gate, need, now));
    }
    return longest;
  }

  /**
   * Counts a call that is on its way here in what others have to expect, so that a crowd that looks for a better place in one
   * step does not all go to the same one.
   * @returns ends that.
   */
  expect(need: Need): () => void {
    for (const { coming } of this.gates) count(coming, need, 1);
    return () => {
      for (const { coming } of this.gates) count(coming, need, -1);
    };
  }

  #wait(need: Need, options: AcquireOptions, project: string, now: number): Promise<Permit> {
    for (const { limiter } of this.gates) {
      const obstacle = limiter.refusal(need);
      if (obstacle !== undefined) throw new RequestTooLargeError({ limiter: limiter.name, ...obstacle });
    }
    const patienceMs = options.maxQueueMs ?? this.#maxQueueMs;
    for (const { limiter } of this.gates) {
      // Waiting in vain helps nobody: the call could be served elsewhere meanwhile.
      if (patienceMs <= 0 || limiter.soonestMs(need, now) > patienceMs) throw this.#timeout(need, patienceMs, 0, now);
    }
    for (const { limiter, waiting } of this.gates) {
      if (waiting < limiter.maxQueue) continue;
      const facts = { limiter: limiter.name, dimension: 'maxQueue', weight: 1, limit: limiter.maxQueue };
      throw new QueueFullError({ ...facts, retryAfterMs: this.waitMs(need) });
    }
    return this.#enqueue(need, options, project, patienceMs, now);
  }

  #enqueue(need: Need, options: AcquireOptions, project: string, patienceMs: number, now: number): Promise<Permit> {
    const { signal } = options;
    const priority = Math.min(Math.max(Math.round(options.priority ?? 0), -MAX_PRIORITY), MAX_PRIORITY);
    return new Promise<Permit>((resolve, reject) => {
      const fail = (error: Error) => {
        signal?.removeEventListener('abort', leave);
        reject(error);
      };
      const leave = () => {
        this.#queue.abandon(call);
        reject(userAbortError(signal?.reason));
      };
      const call: Waiter = {
        passage: this,
        need,
        project,
        turn: now - priority * this.#agingMs,
        sequence: this.#queue.nextSequence(),
        arrivedAt: now,
        line: this.#line(priority, project),
        place: undefined,
        patienceMs,
        deadline: undefined,
        admitted: (at) => {
          signal?.removeEventListener('abort', leave);
          resolve(this.#permit(need, at, at - now));
        },
        expired: (at) => fail(this.#timeout(need, patienceMs, at - now, at)),
        closed: () => fail(new ShuttingDownError()),
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#queue.enqueue(call, now);
    });
  }

  #permit(need: Need, at: number, waitedMs: number): Permit {
    return new Permit(this.#queue, this, need, at, waitedMs);
  }

  #line(priority: number, project: string): Line {
    const key = `${priority} ${project}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { passage: this, waiters: new Chain<Waiter>(), stuckIn: 0, emptied: () => this.#lines.delete(key) };
      this.#lines.set(key, line);
    }
    return line;
  }

  #timeout(need: Need, patienceMs: number, waitedMs: number, now: number): QueueTimeoutError {
    let slowest: Limiter | undefined;
    let retryAfterMs = -1;
    for (const { limiter, queued, waiting } of this.gates) {
      const expected = limiter.expectedMs(need, queued, waiting, now);
      if (expected <= retryAfterMs) continue;
      slowest = limiter;
      retryAfterMs = expected;
    }
    const limiter = slowest as Limiter;
    const facts = { limiter: limiter.name, ...limiter.obstacle(need, now), retryAfterMs };
    return new QueueTimeoutError(facts, patienceMs, waitedMs);
  }
}
