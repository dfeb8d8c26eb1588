import type { Need, Unit } from '../domain/limits.js';
import type { Limiter } from './limiter.js';
import type { Chain, Link } from './limiter-chain.js';
import type { Patient } from './limiter-deadlines.js';
import type { LimiterLearning } from './limiter-learning.js';

/** Calls, and what they need together. */
export interface Crowd {
  /** How many they are. */
  waiting: number;
  readonly queued: Record<Unit, number>;
}

/** A limiter with those who wait for it. */
export interface Gate extends Crowd {
  readonly limiter: Limiter;
  /** The lines that lead through it and are not empty. */
  readonly lines: Set<Line>;
  /** First in line for what this limiter lacks at present; nobody behind it may take from the limiter before it. */
  blocker: Waiter | undefined;
  /** When the limiter will have what `blocker` needs, as far as time alone decides it; monotonic milliseconds. */
  wakeAt: number;
  /** Calls that have been sent here from another target and have not arrived yet. */
  readonly coming: Crowd;
}

/** The gates a call has to pass, all at once. */
export interface Passage {
  readonly gates: readonly Gate[];
  /** The one whose limits a provider's own figures are about. */
  readonly learner: LimiterLearning | undefined;
}

/** Calls that need the same limiters, have the same priority and belong to the same project, in order of arrival. */
export interface Line {
  readonly passage: Passage;
  readonly waiters: Chain<Waiter>;
  /** Told when the last one has left. */
  readonly emptied: () => void;
  /** The last round in which its first call could not go. */
  stuckIn: number;
}

/** A call in a line. */
export interface Waiter extends Patient {
  readonly passage: Passage;
  readonly need: Need;
  readonly project: string;
  /** Time of arrival, moved back for priority: the lower, the sooner its turn. Being fixed, it makes waiting calls age. */
  readonly turn: number;
  /** Tells apart calls that arrive at the same time. */
  readonly sequence: number;
  readonly line: Line;
  place: Link<Waiter> | undefined;
  /** Its turn has come, and what it needs has been taken. */
  readonly admitted: (now: number) => void;
  /** Its patience has ended. */
  readonly expired: (now: number) => void;
  /** The queue was closed. */
  readonly closed: () => void;
}

/** Makes the gate of a limiter. */
export function gateOf(limiter: Limiter): Gate {
  return {
    limiter,
    lines: new Set(),
    blocker: undefined,
    wakeAt: Number.POSITIVE_INFINITY,
    ...nobody(),
    coming: nobody(),
  };
}

function nobody(): Crowd {
  return { waiting: 0, queued: { requests: 0, tokens: 0, images: 0, audioMinutes: 0 } };
}

/** Counts a call in (`1`) or out (`-1`). */
export function count(crowd: Crowd, need: Need, by: 1 | -1): void {
  crowd.waiting += by;
  crowd.queued.requests += by * need.requests;
  crowd.queued.tokens += by * need.tokens;
  crowd.queued.images += by * need.images;
  crowd.queued.audioMinutes += by * need.audioMinutes;
}

/** How long one more call would wait at a gate, in milliseconds, as far as that can be told. */
export function expectedMs({ limiter, waiting, queued, coming }: Gate, need: Need, now: number): number {
  if (coming.waiting === 0) return limiter.expectedMs(need, queued, waiting, now);
  const all = {
    requests: queued.requests + coming.queued.requests,
    tokens: queued.tokens + coming.queued.tokens,
    images: queued.images + coming.queued.images,
    audioMinutes: queued.audioMinutes + coming.queued.audioMinutes,
  };
  return limiter.expectedMs(need, all, waiting + coming.waiting, now);
}

/** Whether `a` goes before `b` at `gate`: first the project that was served least, if it shares; then the earlier turn. */
export function goesBefore(a: Waiter, b: Waiter, gate: Gate): boolean {
  const share = gate.limiter.fairShare;
  if (share !== undefined && a.project !== b.project) {
    const difference = share.rank(a.project) - share.rank(b.project);
    if (difference !== 0) return difference < 0;
  }
  return a.turn === b.turn ? a.sequence < b.sequence : a.turn < b.turn;
}
