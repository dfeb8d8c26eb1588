import type { Clock } from '../clock.js';
import type { Attempt, Call } from '../domain/call.js';
import type { Need } from '../domain/limits.js';
import { needOf } from '../domain/need-of.js';
import type { Failure } from '../domain/outcome.js';
import type { Target } from '../domain/route.js';
import { isGatewayError } from '../errors.js';
import { stopFailure } from '../signals.js';
import type { LimitedTarget } from './limited-target.js';
import { AdmittedAttempt } from './limiter-admitted.js';
import type { Estimate, TokenEstimator } from './limiter-estimator.js';
import type { Permit } from './limiter-permit.js';
import type { LimiterRegistry } from './limiter-registry.js';

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

type Refusal = { readonly refused: Failure };

/** A wait shorter than this is not worth another target, which may be dearer or slower. */
const WORTH_SPILLING_MS = 100;
/** A call that is sent to another target arrives there within this time, or somebody else has kept it. */
const ARRIVES_MS = 100;
const ONE_REQUEST: Need = needOf({});

/** Lets attempts through when they fit the limits, and tells the limits what became of them. */
export class LimiterAdmission {
  readonly #parts: LimiterAdmissionParts;
  /** Calls that have been sent to a target where they would be served sooner, oldest first. */
  readonly #spilled = new Map<Call, { readonly at: number; readonly arrived: () => void }>();

  constructor(parts: LimiterAdmissionParts) {
    this.#parts = parts;
  }

  /** The attempt's turn; `undefined` if nothing limits it. */
  admit(attempt: Attempt): AdmittedAttempt | Refusal | undefined | Promise<AdmittedAttempt | Refusal> {
    const { call, target } = attempt;
    this.#arrived(call);
    // What manages files, batches and stored replies is not what providers count per minute.
    if (!call.operation.stateless) return undefined;
    const limited = this.#parts.registry.of(target, call.tags);
    if (limited === undefined) return undefined;
    // What nobody counts need not be estimated.
    const estimate = limited.set.estimates ? this.#estimate(attempt, limited, limited.set.mostTokens) : undefined;
    const project = call.tags['project'] ?? '';
    const signal = attempt.controller.signal;
    if (signal.aborted) return { refused: stopFailure(signal.reason) };
    const permit = limited.set.tryAcquire(estimate?.need ?? ONE_REQUEST, project);
    if (permit !== undefined) return new AdmittedAttempt(this.#parts, limited, estimate, permit);
    return this.#wait(attempt, limited, estimate, project);
  }

  #wait(attempt: Attempt, limited: LimitedTarget, estimate: Estimate | undefined, project: string) {
    const { controller } = attempt;
    const need = estimate?.need ?? ONE_REQUEST;
    const waitMs = limited.set.waitMs(need);
    const spills = limited.onLimit === 'spill' && this.#isServedSooner(attempt, limited, waitMs);
    const admitted = (permit: Permit) => new AdmittedAttempt(this.#parts, limited, estimate, permit);
    const { signal } = controller;
    let turn: Permit | Promise<Permit>;
    try {
      turn = limited.set.acquire(need, {
        signal,
        project,
        priority: this.#priorityOf(attempt, limited),
        ...((spills || limited.onLimit === 'reject') && { maxQueueMs: 0 }),
      });
    } catch (error) {
      return this.#refused(attempt, spills ? 'spilled' : 'refused', waitMs, error);
    }
    if (!(turn instanceof Promise)) return admitted(turn);
    this.#parts.onEffect?.(attempt, 'queued', waitMs);
    return turn.then(
      (permit) => {
        // Aborted in the moment in which its turn came.
        if (!signal.aborted) return admitted(permit);
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
  #isServedSooner(attempt: Attempt, limited: LimitedTarget, waitMs: number): boolean {
    const { call, target, last } = attempt;
    if (last || waitMs < WORTH_SPILLING_MS) return false;
    const { clock, registry, isAvailable } = this.#parts;
    const { need } = this.#estimate(attempt, limited, Number.POSITIVE_INFINITY);
    this.#forgetSpilled();
    const tried = call.trace.attempts;
    for (const group of call.groups) {
      for (const other of group) {
        if (other === target || !isAvailable(other)) continue;
        if (tried.some(({ endpoint, model = '' }) => endpoint === other.endpoint && model === other.model)) continue;
        const set = registry.of(other, call.tags)?.set;
        if ((set?.waitMs(need) ?? 0) + WORTH_SPILLING_MS > waitMs) continue;
        if (set !== undefined) this.#spilled.set(call, { at: clock.now(), arrived: set.expect(need) });
        return true;
      }
    }
    return false;
  }

  #arrived(call: Call): void {
    if (this.#spilled.size === 0) return;
    this.#spilled.get(call)?.arrived();
    this.#spilled.delete(call);
  }

  #forgetSpilled(): void {
    const since = this.#parts.clock.now() - ARRIVES_MS;
    for (const [call, { at }] of this.#spilled) {
      if (at > since) return;
      this.#arrived(call);
    }
  }

  #estimate({ call, target }: Attempt, { reports }: LimitedTarget, mostTokens: number): Estimate {
    return this.#parts.estimator.estimate({
      call,
      model: target.model,
      target: target.key,
      kind: `${call.alias ?? target.model} ${call.tags['project'] ?? ''}`,
      countsMaxTokens: reports.tokens,
      mostTokens,
    });
  }
}
