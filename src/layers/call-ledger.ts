import type { Call } from '../domain/call.js';
import type { Failure } from '../domain/outcome.js';
import type { Bracket } from './layer.js';

/** The ledger, as far as a whole call touches it. */
export interface CallLedger {
  /** Writes down a call that ended without an answer. */
  failed(call: Call, failure: Failure): void;
}

/** Enters calls into the ledger that end without an answer; answers are entered attempt by attempt. */
export function callLedger(ledger: CallLedger): Bracket<Call, void> {
  return {
    enter() {},
    leave(call, outcome) {
      if (!outcome.ok) ledger.failed(call, outcome.failure);
    },
  };
}
