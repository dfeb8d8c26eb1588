import type { Attempt } from '../domain/call.js';
import { type Failure, type Outcome, onSettled, type Reply, type Settlement } from '../domain/outcome.js';
import type { Bracket, Refused } from './layer.js';

/** An attempt that was let through: told how it ended, once. */
export interface MeteredAttempt {
  /** The answer's body has been read, dropped or lost. */
  settle(settlement: Settlement, reply: Reply): void;
  /** There was no answer. */
  fail(failure: Failure): void;
}

/** Prices, budgets and ledger, as far as an attempt touches them. */
export interface MeteringGate {
  /** Sets money aside. Synchronous unless prices have to be loaded or a shared store asked first. */
  admit(attempt: Attempt): MeteredAttempt | Refused | Promise<MeteredAttempt | Refused>;
  /** Resolves when costs can be named; `undefined` when they can. */
  ready(): Promise<void> | undefined;
}

/**
 * Sets aside the most an attempt can cost before it is sent, and settles with what it did cost. Per attempt and not per
 * call: each has the price of its own target, and one that failed may have been billed as well.
 */
export function budget(metering: MeteringGate): Bracket<Attempt, MeteredAttempt> {
  return {
    enter(attempt) {
      const metered = metering.admit(attempt);
      return metered instanceof Promise
        ? metered.then((admitted) => unsentIfLeft(attempt, admitted))
        : unsentIfLeft(attempt, metered);
    },
    leave(_attempt, outcome, admitted) {
      if (!outcome.ok) return admitted.fail(outcome.failure);
      // The price list loads beside the first request; waiting for it here makes the cost known when the call resolves.
      const ready = metering.ready();
      return ready === undefined ? settleWith(admitted, outcome) : ready.then(() => settleWith(admitted, outcome));
    },
  };
}

/** The caller may have left while a store was asked: then nothing is sent, and nothing can be billed. */
function unsentIfLeft(attempt: Attempt, admitted: MeteredAttempt | Refused): MeteredAttempt | Refused {
  if ('refused' in admitted || !attempt.controller.signal.aborted) return admitted;
  return {
    settle: (settlement, reply) => admitted.settle(settlement, reply),
    fail: (failure) => admitted.fail({ ...failure, possiblyBilled: false }),
  };
}

function settleWith(admitted: MeteredAttempt, outcome: Outcome & { readonly ok: true }): void {
  const { reply } = outcome;
  // Waiting for the end of a stream must not keep it alive: one that its caller dropped would never end.
  const billed = reply.settled instanceof Promise ? { ...reply, value: undefined } : reply;
  onSettled(outcome, (settlement) => admitted.settle(settlement, billed));
}
