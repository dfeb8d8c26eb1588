import type { Attempt } from '../domain/call.js';
import { type Failure, onSettled, type Reply, type Settlement } from '../domain/outcome.js';
import type { Layer } from './layer.js';

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
  admit(
    attempt: Attempt,
  ): MeteredAttempt | { readonly refused: Failure } | Promise<MeteredAttempt | { readonly refused: Failure }>;
  /** Resolves when costs can be named; `undefined` when they can. */
  ready(): Promise<void> | undefined;
}

/**
 * Sets aside the most an attempt can cost before it is sent, and settles with what it did cost. Per attempt and not per
 * call: each has the price of its own target, and one that failed may have been billed as well.
 */
export function budget(metering: MeteringGate): Layer<Attempt> {
  return async function reserveMoney(attempt, next) {
    let metered = metering.admit(attempt);
    if (metered instanceof Promise) metered = await metered;
    if ('refused' in metered) return { ok: false, failure: metered.refused };
    const admitted = metered;
    // The caller may have left while a store was asked: then nothing is sent, and nothing can be billed.
    const left = attempt.controller.signal.aborted;
    const outcome = await next(attempt);
    if (!outcome.ok) {
      admitted.fail(left ? { ...outcome.failure, possiblyBilled: false } : outcome.failure);
      return outcome;
    }
    // The price list loads beside the first request; waiting for it here makes the cost known when the call resolves.
    const ready = metering.ready();
    if (ready !== undefined) await ready;
    // Waiting for the end of a stream must not keep it alive: one that its caller dropped would never end.
    const billed = outcome.reply.settled instanceof Promise ? { ...outcome.reply, value: undefined } : outcome.reply;
    onSettled(outcome, (settlement) => admitted.settle(settlement, billed));
    return outcome;
  };
}
