/** Which attempt of a call comes next: a target that has not been asked, one that only rests, or one that is asked again. */
import type { Clock } from '../clock.js';
import { sdkBackoffMs } from '../domain/backoff.js';
import type { Call } from '../domain/call.js';
import { disposition } from '../domain/disposition.js';
import type { Failure } from '../domain/outcome.js';
import { nextTarget, type Standing, type Visit, visitOf } from '../domain/plan.js';
import type { Target } from '../domain/route.js';

/** What the choice asks of the state that outlives a call. */
export interface StepParts {
  readonly clock: Clock;
  standing(target: Target): Standing;
  /** When a target that was asked may be asked again, on the monotonic clock. */
  readyAt(target: Target): number;
  choose(candidates: readonly Target[], call: Call): Target;
  /** Pays for asking an endpoint again; `false`: it has been asked too often. */
  payForRetry(endpoint: string, noResponse: boolean): boolean;
  /** `x-should-retry: false` ends the call and not only the target. */
  readonly respectShouldRetry: boolean;
}

/** A provider's wish to be left alone longer than this is not waited for (openai-python does the same). */
const MAX_WAIT_MS = 120_000;

/**
 * A call that finds every target resting (a 429, an overload) waits for the first to come back, if that is no longer than the
 * SDK's own longest wait; resting is no outage, and the call keeps its attempts.
 */
const MAX_REST_MS = 8_000;

function alwaysReady(): Standing {
  return 'ready';
}

/** Where one call stands between two attempts. */
export interface Progress {
  readonly call: Call;
  visits: readonly Visit[];
  readonly limit: number;
  /** There is only one target, so that nothing is gained by leaving it alone. */
  readonly alone: boolean;
  made: number;
  /** How often it has waited for a resting target. */
  rests: number;
  /** The visit of the attempt that failed last. */
  current: Visit | undefined;
  /** The failure the caller will see: refusals of our own never hide what a provider said. */
  failure: Failure | undefined;
}

/** An attempt to make. */
export interface Step {
  readonly target: Target;
  readonly waitMs: number;
  readonly asSuspect: boolean;
  readonly forced: boolean;
}

/** Chooses the steps of calls. */
export interface StepChooser {
  /** The next target that has not been asked. */
  untried(progress: Progress): Step | undefined;
  /** Whether another target could still be asked. */
  anyoneLeft(progress: Progress): boolean;
  /** What comes after a failure; `undefined`: nothing does. */
  decide(progress: Progress, failure: Failure): Step | undefined;
  /** The target that comes back soonest of those that only rest and have not been asked. */
  resting(progress: Progress, now: number): Step | undefined;
}

export function stepChooser(parts: StepParts): StepChooser {
  const { clock } = parts;
  return { untried, anyoneLeft, decide, resting };

  /** The next target that has not been asked. */
  function untried({ call, visits, alone }: Progress): Step | undefined {
    const standing = alone ? alwaysReady : parts.standing;
    const target = nextTarget(call.groups, visits, standing, (candidates) => parts.choose(candidates, call));
    return target === undefined
      ? undefined
      : { target, waitMs: 0, asSuspect: standing(target) === 'suspect', forced: alone };
  }

  function anyoneLeft({ call, visits }: Progress): boolean {
    for (const group of call.groups) {
      for (const target of group)
        if (visitOf(visits, target) === undefined && parts.standing(target) !== 'out') return true;
    }
    return false;
  }

  function decide(progress: Progress, failure: Failure): Step | undefined {
    const { call } = progress;
    const current = progress.current as Visit;
    const row = disposition(failure.kind);
    const forbidden = failure.shouldRetry === false;
    const same =
      (row.sameTarget || failure.shouldRetry === true) &&
      !forbidden &&
      failure.permanent !== true &&
      (failure.retryAfterMs ?? 0) <= MAX_WAIT_MS;
    const other = row.nextTarget && !(forbidden && parts.respectShouldRetry);
    if (!same && !other) return undefined;
    if (call.signal?.aborted === true || progress.made >= progress.limit) return undefined;
    const now = clock.now();
    const wait = failure.retryAfterMs ?? sdkBackoffMs(current.count - 1, clock.random());
    current.againAt = same ? now + wait : undefined;
    if (other) {
      const fresh = untried(progress);
      if (fresh !== undefined) return fresh;
    }
    const rested = other ? resting(progress, now, failure.kind === 'unavailable' ? current : undefined) : undefined;
    const soonest = other ? soonestOf(progress, progress.visits) : soonestOf(progress, [current]);
    // A first visit costs nothing, so that it goes before a repeat that could not be made sooner.
    if (rested !== undefined && now + rested.waitMs <= (soonest?.againAt ?? Number.POSITIVE_INFINITY)) return rested;
    return soonest === undefined ? undefined : revisit(progress, failure, now, soonest);
  }

  /**
   * The target that comes back soonest of those that only rest and have not been asked.
   * @param refused a target that went to rest while this call was on its way there; it still has its turn
   */
  function resting(progress: Progress, now: number, refused?: Visit): Step | undefined {
    const { call, visits } = progress;
    if (call.maxRetries === 0 || progress.rests >= progress.limit) return undefined;
    let best: Target | undefined;
    let bestAt = Math.min(now + MAX_REST_MS, call.deadlineAt ?? Number.POSITIVE_INFINITY);
    for (const group of call.groups) {
      for (const target of group) {
        const visit = visitOf(visits, target);
        if (visit !== undefined && visit.count > 0 && visit !== refused) continue;
        if (parts.standing(target) !== 'out' || parts.readyAt(target) >= bestAt) continue;
        best = target;
        bestAt = parts.readyAt(target);
      }
    }
    if (best === undefined) return undefined;
    progress.rests++;
    return { target: best, waitMs: Math.max(0, bestAt - now), asSuspect: true, forced: false };
  }

  function soonestOf({ alone }: Progress, visits: readonly Visit[]): Visit | undefined {
    let best: Visit | undefined;
    for (const visit of visits) {
      if (visit.againAt === undefined) continue;
      if (!alone) visit.againAt = Math.max(visit.againAt, parts.readyAt(visit.target));
      if (best === undefined || visit.againAt < (best.againAt as number)) best = visit;
    }
    return best;
  }

  /** Asks a target again, if waiting for it makes sense and its endpoint has retries left. */
  function revisit({ call, alone }: Progress, failure: Failure, now: number, visit: Visit): Step | undefined {
    if (call.maxRetries === 0 || visit.againAt === undefined || visit.againAt === Number.POSITIVE_INFINITY)
      return undefined;
    const waitMs = Math.max(0, visit.againAt - now);
    if (call.deadlineAt !== undefined && now + waitMs >= call.deadlineAt) return undefined;
    if (!parts.payForRetry(visit.target.endpoint, failure.noResponse === true)) {
      call.trace.retriesWithheld = true;
      return undefined;
    }
    return { target: visit.target, waitMs, asSuspect: true, forced: alone };
  }
}
