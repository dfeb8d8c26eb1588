/** From one call to attempts. Longer than most files because an attempt is begun, repeated, hedged and ended in one place. */
import pRetry from 'p-retry';
import { attemptsAllowed } from '../domain/attempts-allowed.js';
import { type Attempt, type Call, keyOf } from '../domain/call.js';
import { hideKey } from '../domain/hide-key.js';
import { isOneShot } from '../domain/operation.js';
import type { Failure, Outcome } from '../domain/outcome.js';
import { type Visit, visitOf } from '../domain/plan.js';
import type { Target } from '../domain/route.js';
import { DeadlineExceededError, NoTargetAvailableError } from '../errors.js';
import type { Emitter } from '../events.js';
import { Follower, StopSwitch, stopFailure } from '../signals.js';
import { describeCall } from './call-recorder.js';
import { type HedgeBudget, HedgeLost, hedge, type Leg } from './hedge.js';
import type { Handler, Layer } from './layer.js';
import { type Progress, type Step, type StepParts, stepChooser } from './next-step.js';
import { releaseAfter } from './release.js';

/** A second attempt beside a slow first one. */
export interface Hedging {
  readonly budget: HedgeBudget;
  delayMs(target: Target): number | undefined;
}

/** What failover asks of the state that outlives a call. */
export interface FailoverParts extends StepParts {
  readonly emitter: Emitter;
  /** The target to ask although all are out, or when the earliest comes back. */
  leastBad(groups: Call['groups']): { readonly target: Target } | { readonly retryAfterMs: number };
  /** Registers an attempt or a wait that is to end when the gateway closes. */
  guard(running: Running): void;
  /** It has ended by itself. */
  unguard(running: Running): void;
  /** `undefined` when hedging is off. */
  readonly hedging: Hedging | undefined;
}

/** Something under way that can be ended from outside. */
export interface Running {
  abort(reason: Error): void;
}

/** Carries a failure through p-retry, which retries errors only and treats some classes specially. */
class AttemptFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.kind);
  }
}

/** An attempt on its way, and what to let go of when it is over. */
interface Started {
  readonly attempt: Attempt;
  readonly follower: Follower | undefined;
}

/**
 * Turns one call into attempts: the next target at once, the same target after a wait, within one envelope of attempts.
 * The only layer that may call `next` more than once.
 */
export function failover(parts: FailoverParts): Layer<Call, Attempt> {
  const { clock, emitter } = parts;
  const { untried, anyoneLeft, decide, resting } = stepChooser(parts);

  // Without `async`: its frame would be held as long as the answer is waited for.
  return function failOver(call, next) {
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
    if (call.hedge && parts.hedging !== undefined)
      return hedged(progress, first, parts.hedging, next).then((outcome) => conclude(progress, outcome, next));
    const started = begin(progress, first);
    return next(started.attempt).then((outcome) => conclude(progress, end(progress, started, outcome), next));
  };

  /** What comes after the first attempt. */
  function conclude(progress: Progress, outcome: Outcome, next: Handler<Attempt>): Outcome | Promise<Outcome> {
    if (outcome.ok) return outcome;
    const step = decide(progress, outcome.failure);
    return step === undefined ? surface(progress) : again(progress, step, next);
  }

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
          const before = progress.failure;
          const outcome = (await pause(progress, now.waitMs)) ?? (await launch(progress, now, next).outcome);
          if (!outcome.ok && outcome.failure.kind !== 'unavailable') progress.failure = outcome.failure;
          if (outcome.ok) return outcome;
          const { error } = outcome.failure;
          // What the time was spent on.
          if (error instanceof DeadlineExceededError && before !== undefined)
            Object.defineProperty(error, 'cause', { value: before.error, configurable: true, writable: true });
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
  function hedged(progress: Progress, first: Step, hedging: Hedging, next: Handler<Attempt>): Promise<Outcome> {
    hedging.budget.earn();
    const delayMs = hedging.delayMs(first.target);
    const leg = launch(progress, first, next);
    if (delayMs === undefined) return leg.outcome;
    return hedge(clock, leg, delayMs, () => {
      const step = progress.made < progress.limit ? untried(progress) : undefined;
      return step !== undefined && hedging.budget.tryTake() ? launch(progress, step, next) : undefined;
    });
  }

  /** Makes one attempt. */
  function launch(progress: Progress, step: Step, next: Handler<Attempt>): Leg {
    const started = begin(progress, step);
    const outcome = next(started.attempt).then((ended) => end(progress, started, ended));
    return { outcome, cancel: (reason) => started.attempt.controller.abort(reason) };
  }

  /** Enters an attempt into the progress of its call. */
  function begin(progress: Progress, step: Step): Started {
    const { call } = progress;
    const { target } = step;
    const before = progress.failure;
    let visit = visitOf(progress.visits, target);
    if (visit === undefined) {
      visit = { target, count: 0, againAt: undefined };
      // An array that is pushed to has room for sixteen at once, and most calls have one visit.
      progress.visits = [...progress.visits, visit];
    }
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
    const follower = call.signal === undefined ? undefined : new Follower(call.signal, controller);
    parts.guard(controller);
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
    return { attempt, follower };
  }

  /** Draws the conclusions of its end. */
  function end(progress: Progress, { attempt, follower }: Started, outcome: Outcome): Outcome {
    const { controller } = attempt;
    releaseAfter(outcome, { follower, release: () => parts.unguard(controller) });
    if (outcome.ok) return outcome;
    // The other of two attempts has decided; that this one had to go says nothing.
    if (controller.signal.reason instanceof HedgeLost) return outcome;
    hideKey(outcome.failure.error, keyOf(attempt));
    const visit = visitOf(progress.visits, attempt.target) as Visit;
    progress.current = visit;
    // Nothing was sent: it uses up no attempt, and says less than what a provider said before.
    if (outcome.failure.kind === 'unavailable') {
      progress.made--;
      visit.count--;
    }
    if (outcome.failure.kind !== 'unavailable' || progress.failure === undefined) progress.failure = outcome.failure;
    return outcome;
  }

  /** Waits, or says why the call ended meanwhile. */
  function pause({ call }: Progress, waitMs: number): Promise<Outcome | undefined> | undefined {
    const { signal } = call;
    if (waitMs <= 0) return undefined;
    return new Promise((resolve) => {
      const end = (outcome: Outcome | undefined) => {
        clock.clearTimer(timer);
        signal?.removeEventListener('abort', leave);
        parts.unguard(waiting);
        resolve(outcome);
      };
      const leave = () => end({ ok: false, failure: stopFailure((signal as AbortSignal).reason) });
      const timer = clock.setTimer(() => end(undefined), waitMs);
      const waiting: Running = { abort: (reason) => end({ ok: false, failure: stopFailure(reason) }) };
      parts.guard(waiting);
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
