import type { Clock } from '../clock.js';
import type { Attempt } from '../domain/call.js';
import type { Unit } from '../domain/limits.js';
import type { Failure, Reply, Settlement } from '../domain/outcome.js';
import { type RateHint, readRateHints } from '../domain/rate-limit-headers.js';
import type { Target } from '../domain/route.js';
import type { Usage } from '../domain/usage.js';
import { isGatewayError } from '../errors.js';
import { stopFailure } from '../signals.js';
import { BoundedMap } from './bounded-map.js';
import type { Estimate, EstimatedCall, TokenEstimator } from './limiter-estimator.js';
import type { Permit } from './limiter-permit.js';
import type { LimitedTarget, LimiterRegistry } from './limiter-registry.js';

/** What a limit did to an attempt. */
export type LimitEffect = 'queued' | 'spilled' | 'refused';

/** What admission needs of the rest. */
export interface LimiterAdmissionParts {
  readonly clock: Clock;
  readonly registry: LimiterRegistry;
  readonly estimator: TokenEstimator;
  /** Whether a target may be asked at all, for choosing where a call would be served sooner. */
  readonly isAvailable: (target: Target) => boolean;
  /** Told when an attempt does not go at once. */
  readonly onEffect?: ((attempt: Attempt, effect: LimitEffect, waitMs: number, error?: unknown) => void) | undefined;
}

/** An attempt that was let through. */
export interface AdmittedAttempt {
  readonly waitedMs: number;
  answered(reply: Reply): void;
  settle(settlement: Settlement): void;
  fail(failure: Failure): void;
}

type Refusal = { readonly refused: Failure };

/** A wait shorter than this is not worth another target, which may be dearer or slower. */
const WORTH_SPILLING_MS = 100;
/** Targets of which it is remembered that they report their limits. */
const MAX_REMEMBERED = 1_000;
const ESTIMATED_UNITS: readonly Unit[] = ['tokens', 'images', 'audioMinutes'];

/** Lets attempts through when they fit the limits, and tells the limits what became of them. */
export class LimiterAdmission {
  readonly #parts: LimiterAdmissionParts;
  /** Targets that send `x-ratelimit-*`; such providers count `max_tokens` in full when a request arrives. */
  readonly #reporting = new BoundedMap<string, true>(MAX_REMEMBERED);

  constructor(parts: LimiterAdmissionParts) {
    this.#parts = parts;
  }

  /** The attempt's turn; `undefined` if nothing limits it. */
  admit(attempt: Attempt): AdmittedAttempt | Refusal | undefined | Promise<AdmittedAttempt | Refusal> {
    const { call, target } = attempt;
    // What manages files, batches and stored replies is not what providers count per minute.
    if (!call.operation.stateless) return undefined;
    const limited = this.#parts.registry.of(target, call.tags);
    if (limited === undefined) return undefined;
    const described = this.#describe(attempt);
    const estimate = this.#parts.estimator.estimate(described);
    const project = call.tags['project'] ?? '';
    const signal = attempt.controller.signal;
    if (signal.aborted) return { refused: stopFailure(signal.reason) };
    const permit = limited.set.tryAcquire(estimate.need, project);
    if (permit !== undefined) return this.#admitted(described, limited, estimate, permit);
    return this.#wait(attempt, described, limited, estimate, project);
  }

  #wait(attempt: Attempt, described: EstimatedCall, limited: LimitedTarget, estimate: Estimate, project: string) {
    const { controller } = attempt;
    const waitMs = limited.set.waitMs(estimate.need);
    const spills = limited.onLimit === 'spill' && this.#isServedSooner(attempt, estimate, waitMs);
    const { signal } = controller;
    let turn: Permit | Promise<Permit>;
    try {
      turn = limited.set.acquire(estimate.need, {
        signal,
        project,
        priority: this.#priorityOf(attempt, limited),
        ...((spills || limited.onLimit === 'reject') && { maxQueueMs: 0 }),
      });
    } catch (error) {
      return this.#refused(attempt, spills ? 'spilled' : 'refused', waitMs, error);
    }
    if (!(turn instanceof Promise)) return this.#admitted(described, limited, estimate, turn);
    this.#parts.onEffect?.(attempt, 'queued', waitMs);
    return turn.then(
      (permit) => {
        // Aborted in the moment in which its turn came.
        if (!signal.aborted) return this.#admitted(described, limited, estimate, permit);
        permit.cancel();
        return { refused: stopFailure(signal.reason) };
      },
      (error: unknown) =>
        signal.aborted ? { refused: stopFailure(signal.reason) } : this.#refused(attempt, 'refused', waitMs, error),
    );
  }

  #priorityOf({ call, visit }: Attempt, { retryPriority }: LimitedTarget): number {
    const own = call.priority === 0 ? this.#parts.registry.priorityOf(call.tags) : call.priority;
    return visit > 0 ? own + retryPriority : own;
  }

  #refused(attempt: Attempt, effect: LimitEffect, waitMs: number, error: unknown): Refusal {
    this.#parts.onEffect?.(attempt, effect, waitMs, error);
    const retryAfterMs = isGatewayError(error) && 'retryAfterMs' in error ? error.retryAfterMs : undefined;
    // Another target may have room. Only a gateway that is closing refuses for all.
    const kind = isGatewayError(error) && error.code === 'shutting_down' ? 'refused' : 'unavailable';
    return { refused: { kind, error, retryAfterMs } };
  }

  /** Whether a target that this call has not tried would serve it clearly sooner. */
  #isServedSooner({ call, target, last }: Attempt, { need }: Estimate, waitMs: number): boolean {
    if (last || waitMs < WORTH_SPILLING_MS) return false;
    const { registry, isAvailable } = this.#parts;
    const tried = call.trace.attempts;
    for (const group of call.groups) {
      for (const other of group) {
        if (other === target || !isAvailable(other)) continue;
        if (tried.some(({ endpoint, model = '' }) => endpoint === other.endpoint && model === other.model)) continue;
        const otherMs = registry.of(other, call.tags)?.set.waitMs(need) ?? 0;
        if (otherMs + WORTH_SPILLING_MS <= waitMs) return true;
      }
    }
    return false;
  }

  #admitted(described: EstimatedCall, limited: LimitedTarget, estimate: Estimate, permit: Permit): AdmittedAttempt {
    const { clock, estimator } = this.#parts;
    return {
      waitedMs: permit.waitedMs,
      answered: ({ response }) => this.#learn(permit, described, readRateHints(response.headers, clock.wallNow())),
      settle: ({ usage }) => {
        if (usage !== undefined) {
          estimator.learn(described, estimate, usage);
          permit.settle(usedBy(usage));
        }
        permit.release();
      },
      fail: (failure) => this.#failed(permit, described, limited, failure),
    };
  }

  #failed(permit: Permit, described: EstimatedCall, limited: LimitedTarget, failure: Failure): void {
    const { clock } = this.#parts;
    if (failure.possiblyBilled !== true) {
      // Providers count a request that they answer, also with an error; what was never sent counts nowhere.
      if (failure.status === undefined) permit.cancel();
      else for (const unit of ESTIMATED_UNITS) permit.refund(unit);
    }
    permit.release();
    const { headers } = failure.error as { headers?: unknown };
    if (headers instanceof Headers) this.#learn(permit, described, readRateHints(headers, clock.wallNow()));
    if (failure.kind !== 'rate_limited' && failure.kind !== 'overloaded') return;
    const now = clock.now();
    if (failure.kind === 'rate_limited') limited.set.learner?.exhausted(unitOf(failure), now);
    if (failure.retryAfterMs !== undefined && failure.scope !== 'request') {
      limited.pauses.pauseUntil(now + failure.retryAfterMs, now);
    }
  }

  #learn(permit: Permit, { target }: EstimatedCall, hints: readonly RateHint[]): void {
    if (hints.length === 0) return;
    if (hints.some(({ unit }) => unit === 'tokens')) this.#reporting.set(target, true);
    permit.learn(hints);
  }

  #describe({ call, target }: Attempt): EstimatedCall {
    return {
      call,
      model: target.model,
      target: target.key,
      kind: `${call.alias ?? target.model} ${call.tags['project'] ?? ''}`,
      countsMaxTokens: this.#reporting.get(target.key) === true,
    };
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

/** The unit a provider named when it refused a call. */
function unitOf({ limit }: Failure): Unit | undefined {
  if (limit === 'tokens' || limit === 'tokensPerDay') return 'tokens';
  if (limit === 'requests' || limit === 'requestsPerDay') return 'requests';
  return limit === 'images' ? 'images' : undefined;
}
