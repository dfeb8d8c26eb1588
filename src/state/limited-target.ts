import { RateHintReader } from '../domain/rate-limit-headers.js';
import { Limiter, type LimiterOptions } from './limiter.js';
import { type Gate, gateOf } from './limiter-gate.js';
import { UNCOUNTED } from './limiter-gauge.js';
import type { LimiterSet } from './limiter-set.js';

/** What limits a target, for calls with certain tags. */
export interface LimitedTarget {
  readonly set: LimiterSet;
  /** Holds nothing but pauses: what a provider says about one model must not stop the others. */
  readonly pauses: Limiter;
  readonly reports: TargetReports;
  readonly onLimit: 'wait' | 'spill' | 'reject';
  readonly retryPriority: number;
}

/** What is known of the limits that a target reports. */
export interface TargetReports {
  readonly reader: RateHintReader;
  /** It reports tokens; such providers count `max_tokens` in full when a request arrives. */
  tokens: boolean;
}

/** What a target has for itself, whoever calls it. */
export interface OwnState {
  readonly pauses: Gate;
  readonly reports: TargetReports;
}

const UNLIMITED: LimiterOptions = {
  maxQueue: Number.POSITIVE_INFINITY,
  maxQueueMs: Number.POSITIVE_INFINITY,
  learns: false,
};

/** Parts for a limiter that only pauses. All have the same ones: whatever a call reads of its target alone costs it time. */
const NOTHING = { meters: [], gauge: UNCOUNTED } as const;

export function ownState(key: string, now: number): OwnState {
  const pauses = gateOf(new Limiter(key, UNLIMITED, now, NOTHING));
  return { pauses, reports: { reader: new RateHintReader(), tokens: false } };
}
