/** From one call to attempts. Longer than most files because the choice of the next step needs everything that has happened so far. */
import pRetry from 'p-retry';
import type { Clock } from '../clock.js';
import { sdkBackoffMs } from '../domain/backoff.js';
import type { Attempt, Call } from '../domain/call.js';
import { disposition } from '../domain/disposition.js';
import { isOneShot } from '../domain/operation.js';
import { type Failure, type Outcome, onSettled } from '../domain/outcome.js';
import { attemptsAllowed, nextTarget, type Standing, type Visit, visitOf } from '../domain/plan.js';
import type { Target } from '../domain/route.js';
import { NoTargetAvailableError } from '../errors.js';
import type { Emitter } from '../events.js';
import { followSignal, StopSwitch, stopFailure } from '../signals.js';
import { describeCall } from './call-recorder.js';
import { type HedgeBudget, hedge, type Leg } from './hedge.js';
import type { Handler, Layer } from './layer.js';

/** What failover asks of the state that outlives a call. */
export interface FailoverParts {
  readonly clock: Clock;
  readonly emitter: Emitter;
  standing(target: Target): Standing;
  /** When a target that was asked may be asked again, on the monotonic clock. */
  readyAt(target: Target): number;
  choose(candidates: readonly Target[], call: Call): Target;
  /** The target to ask although all are out, or when the earliest comes back. */
  leastBad(groups: Call['groups']): { readonly target: Target } | { readonly retryAfterMs: number };
  /** Pays for asking an endpoint again; `false`: it has been asked too often. */
  payForRetry(endpoint: string, noResponse: boolean): boolean;
  /** Registers how to end an attempt or a wait when the gateway closes; the result takes it back. */
  guard(stop: (reason: Error) => void): () => void;
  /** A second attempt beside a slow first one; `undefined` when that is off. */
  readonly hedging: { readonly budget: HedgeBudget; delayMs(target: Target): number | undefined } | undefined;
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

/** Carries a failure through p-retry, which retries errors only and treats some classes specially. */
class AttemptFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.kind);
  }
}

function alwaysReady(): Standing {
  return 'ready';
}

/** Where one call stands between two attempts. */
interface Progress {
  readonly call: Call;
  readonly visits: Visit[];
  readonly limit: number;
  /** There is only one target, so that nothing is gained by leaving it alone. */
  readonly alone: boolean;
  made: number;
  /** How often it has waited for a resting target. */
  rests: number;
  /** The visit of the attempt made last. */
  current: Visit | undefined;
  /** The failure the caller will see: refusals of our own never hide what a provider said. */
  failure: Failure | undefined;
}

interface Step {
  readonly target: Target;
  readonly waitMs: number;
  readonly asSuspect: boolean;
  readonly forced: boolean;
}

/**
 * Turns one call into attempts: the next target at once, the same target after a wait, within one envelope of attempts.
 * The only layer that may call `next` more than once.
 */
export function failover(parts: FailoverParts): Layer<Call, Attempt> {
  const { clock, emitter } = parts;

  return async function failOver(call, next) {
    let targetCount = 0;
    for (const group of call.groups) targetCount += group.length;
    const progress: Progress = {
      call,
      visits: [],
      alone: targetCount === 1,
      limit: isOneShot(call.options.body) ? 1 : attemptsAllowed(targetCount, call.maxRetries),
      made: 0,
      rests: 0,
      current: undefined,
      failure: undefined,
    };
    const first = untried(progress);
    if (first === undefined) return despite(progress, next);
    const outcome = await (call.hedge ? hedged(progress, first, next) : launch(progress, first, next).outcome);
    if (outcome.ok) return outcome;
    const step = decide(progress, outcome.failure);
    return step === undefined ? surface(progress) : again(progress, step, next);
  };

  /** All targets are out: one that only rests is waited for, else the least bad one gets one try, or nobody does. */
  async function despite(progress: Progress, next: Handler<Attempt>): Promise<Outcome> {
    const choice = parts.leastBad(progress.call.groups);
    const rested = 'target' in choice && resting(progress, clock.now());
    if (rested) return again(progress, rested, next);
    if ('target' in choice)
      return launch(progress, { target: choice.target, waitMs: 0, asSuspect: true, forced: true }, next).outcome;
    const error = new NoTargetAvailableError(
      'No target is available: all of them failed recently and are left alone for now.',
      choice.retryAfterMs,
    );
    return { ok: false, failure: { kind: 'refused', error, retryAfterMs: choice.retryAfterMs } };
  }

  async function again(progress: Progress, step: Step, next: Handler<Attempt>): Promise<Outcome> {
    let upcoming: Step | undefined = step;
    try {
      return await pRetry(
        async () => {
          const now = upcoming as Step;
          const outcome = (await pause(progress, now.waitMs)) ?? (await launch(progress, now, next).outcome);
          if (!outcome.ok && outcome.failure.kind !== 'unavailable') progress.failure = outcome.failure;
          if (outcome.ok) return outcome;
          throw new AttemptFailed(outcome.failure);
        },
        {
          // Whether to go on is decided below, attempt by attempt.
          retries: Number.POSITIVE_INFINITY,
          // Waiting is ours: it listens to the call's signal, and a fallback waits for nothing.
          minTimeout: 0,
          maxTimeout: 0,
          shouldRetry: ({ error }) => {
            upcoming = error instanceof AttemptFailed ? decide(progress, error.failure) : undefined;
            return upcoming !== undefined;
          },
        },
      );
    } catch (error) {
      if (!(error instanceof AttemptFailed)) throw error;
      return surface(progress);
    }
  }

  /** The first attempt, with a second one beside it if it takes unusually long. */
  function hedged(progress: Progress, first: Step, next: Handler<Attempt>): Promise<Outcome> {
    parts.hedging?.budget.earn();
    const delayMs = parts.hedging?.delayMs(first.target);
    const leg = launch(progress, first, next);
    if (delayMs === undefined) return leg.outcome;
    return hedge(clock, leg, delayMs, () => {
      const step = progress.made < progress.limit ? untried(progress) : undefined;
      return step !== undefined && parts.hedging?.budget.tryTake() ? launch(progress, step, next) : undefined;
    });
  }

  /** Starts one attempt. */
  function launch(progress: Progress, step: Step, next: Handler<Attempt>): Leg {
    const { call, visits } = progress;
    const { target } = step;
    const before = progress.failure;
    let visit = visitOf(visits, target);
    if (visit === undefined) {
      visit = { target, count: 0, againAt: undefined };
      visits.push(visit);
    }
    progress.current = visit;
    progress.made++;
    const previous = call.trace.attempts.at(-1);
    if (
      previous !== undefined &&
      before !== undefined &&
      (previous.endpoint !== target.endpoint || previous.model !== target.model)
    ) {
      tellFallback(call, progress.made, previous, target, before);
    }
    // A stream's controller is handed to the caller, and a signal has to reach the wire; else ours alone will do.
    const controller =
      call.stream || call.signal !== undefined || (call.hedge && parts.hedging !== undefined)
        ? new AbortController()
        : new StopSwitch();
    const unfollow = followSignal(call.signal, controller);
    const unguard = parts.guard((reason) => controller.abort(reason));
    const release = () => {
      unfollow();
      unguard();
    };
    const attempt: Attempt = {
      call,
      number: progress.made,
      target,
      visit: visit.count++,
      waitedMs: step.waitMs,
      last: progress.made >= progress.limit || !anyoneLeft(progress),
      asSuspect: step.asSuspect,
      forced: step.forced,
      controller,
      startedAt: clock.now(),
      after: before,
    };
    return { outcome: run(progress, attempt, next, release), cancel: (reason) => controller.abort(reason) };
  }

  async function run(
    progress: Progress,
    attempt: Attempt,
    next: Handler<Attempt>,
    release: () => void,
  ): Promise<Outcome> {
    const outcome = await next(attempt);
    if (outcome.ok) {
      onSettled(outcome, release);
      return outcome;
    }
    release();
    // Nothing was sent: it uses up no attempt, and says less than what a provider said before.
    if (outcome.failure.kind === 'unavailable') {
      progress.made--;
      const visit = visitOf(progress.visits, attempt.target);
      if (visit !== undefined) visit.count--;
    }
    if (outcome.failure.kind !== 'unavailable' || progress.failure === undefined) progress.failure = outcome.failure;
    return outcome;
  }

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
    if (!parts.payForRetry(visit.target.endpoint, failure.noResponse === true)) return undefined;
    return { target: visit.target, waitMs, asSuspect: true, forced: alone };
  }

  /** Waits, or says why the call ended meanwhile. */
  function pause({ call }: Progress, waitMs: number): Promise<Outcome | undefined> | undefined {
    const { signal } = call;
    if (waitMs <= 0) return undefined;
    return new Promise((resolve) => {
      const end = (outcome: Outcome | undefined) => {
        clock.clearTimer(timer);
        signal?.removeEventListener('abort', leave);
        unguard();
        resolve(outcome);
      };
      const leave = () => end({ ok: false, failure: stopFailure((signal as AbortSignal).reason) });
      const timer = clock.setTimer(() => end(undefined), waitMs);
      const unguard = parts.guard((reason) => end({ ok: false, failure: stopFailure(reason) }));
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  function surface(progress: Progress): Outcome {
    return { ok: false, failure: progress.failure as Failure };
  }

  function tellFallback(
    call: Call,
    number: number,
    from: { readonly endpoint: string; readonly model?: string | undefined },
    to: Target,
    failure: Failure,
  ): void {
    if (!emitter.listens('onFallback')) return;
    emitter.emit('onFallback', {
      ...describeCall(call, clock),
      attempt: number,
      from: Object.freeze({ endpoint: from.endpoint, model: from.model }),
      to: Object.freeze({ endpoint: to.endpoint, model: to.model === '' ? undefined : to.model }),
      kind: failure.kind,
    });
  }
}
