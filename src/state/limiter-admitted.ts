import type { Clock } from '../clock.js';
import type { Unit } from '../domain/limits.js';
import type { Failure, Reply, Settlement } from '../domain/outcome.js';
import { type RateHint, readRateHints } from '../domain/rate-limit-headers.js';
import type { Usage } from '../domain/usage.js';
import type { LimitedTarget } from './limited-target.js';
import type { Estimate, TokenEstimator } from './limiter-estimator.js';
import type { Permit } from './limiter-permit.js';

interface AdmittedParts {
  readonly clock: Clock;
  readonly estimator: TokenEstimator;
}

const ESTIMATED_UNITS: readonly Unit[] = ['tokens', 'images', 'audioMinutes'];

/** An attempt that was let through: told how it ended, it tells the limits. */
export class AdmittedAttempt {
  readonly #parts: AdmittedParts;
  readonly #limited: LimitedTarget;
  readonly #estimate: Estimate | undefined;
  readonly #permit: Permit;

  constructor(parts: AdmittedParts, limited: LimitedTarget, estimate: Estimate | undefined, permit: Permit) {
    this.#parts = parts;
    this.#limited = limited;
    this.#estimate = estimate;
    this.#permit = permit;
  }

  get waitedMs(): number {
    return this.#permit.waitedMs;
  }

  answered({ response }: Reply): void {
    this.#learn((wallNow) => this.#limited.reports.reader.read(response.headers, wallNow));
  }

  settle({ usage }: Settlement): void {
    if (usage !== undefined && this.#estimate !== undefined) {
      this.#parts.estimator.learn(this.#estimate, usage);
      this.#permit.settle(usedBy(usage));
    }
    this.#permit.release();
  }

  fail(failure: Failure): void {
    const permit = this.#permit;
    if (failure.possiblyBilled !== true) {
      // Providers count a request that they answer, also with an error; what was never sent counts nowhere.
      if (failure.status === undefined) permit.cancel();
      else for (const unit of ESTIMATED_UNITS) permit.refund(unit);
    }
    permit.release();
    const { headers } = failure.error as { headers?: unknown };
    if (headers instanceof Headers) this.#learn((wallNow) => readRateHints(headers, wallNow));
    if (failure.kind !== 'rate_limited' && failure.kind !== 'overloaded') return;
    const now = this.#parts.clock.now();
    const { set, pauses } = this.#limited;
    if (failure.kind === 'rate_limited' && isRate(failure)) set.learner?.exhausted(unitOf(failure), now);
    if (failure.retryAfterMs !== undefined && failure.scope !== 'request') {
      pauses.pauseUntil(now + failure.retryAfterMs, now);
    }
  }

  #learn(read: (wallNow: number) => readonly RateHint[]): void {
    // Headers are asked only where somebody can do something with the answer.
    if (this.#limited.set.learner === undefined && this.#estimate === undefined) return;
    const hints = read(this.#parts.clock.wallNow());
    if (hints.length === 0) return;
    if (hints.some(({ unit }) => unit === 'tokens')) this.#limited.reports.tokens = true;
    this.#permit.learn(hints);
  }
}

/** What was really used, in the units of limits. */
function usedBy({ inputTokens, outputTokens, totalTokens, imageCount, audioSeconds }: Usage) {
  const counted = inputTokens !== undefined || outputTokens !== undefined;
  const tokens = totalTokens ?? (counted ? (inputTokens ?? 0) + (outputTokens ?? 0) : undefined);
  return {
    requests: 1,
    ...(tokens !== undefined && { tokens }),
    ...(imageCount !== undefined && { images: imageCount }),
    ...(audioSeconds !== undefined && { audioMinutes: audioSeconds / 60 }),
  };
}

/** Whether a refusal is about a rate: too many calls at once, or too dear ones, say nothing about what is left of a minute. */
function isRate({ limit }: Failure): boolean {
  return limit !== 'concurrency' && limit !== 'spend';
}

/** The unit a provider named when it refused a call. */
function unitOf({ limit }: Failure): Unit | undefined {
  if (limit === 'tokens' || limit === 'tokensPerDay') return 'tokens';
  if (limit === 'requests' || limit === 'requestsPerDay') return 'requests';
  return limit === 'images' ? 'images' : undefined;
}
