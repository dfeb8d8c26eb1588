import type { LedgerRecord } from './ledger.js';
import type { Ending, Failure, FailureKind } from './outcome.js';
import type { Cost } from './price.js';
import type { PromptSize } from './prompt-size.js';
import type { Usage } from './usage.js';

/** One attempt, as kept in records, in `gatewayInfo()` and in an error's `attempts`. */
export interface AttemptSummary {
  /** From 1, over the whole call. */
  readonly number: number;
  readonly endpoint: string;
  /** The model's name at that endpoint. */
  readonly model?: string | undefined;
  readonly tier: number;
  readonly ok: boolean;
  readonly kind?: FailureKind | undefined;
  readonly status?: number | undefined;
  /** The provider's own error code. */
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  /** To the answer or failure, milliseconds; for a stream that was handed out, to its commitment. */
  readonly durationMs: number;
  /** Milliseconds waited before this attempt. */
  readonly waitedMs: number;
  /** The provider may charge for it. */
  readonly possiblyBilled: boolean;
  readonly usage?: Usage | undefined;
}

/** What has happened to one call so far. Written by the recorders, read by everybody else. */
export interface CallTrace {
  readonly attempts: AttemptSummary[];
  /** Waiting for limits and between attempts, milliseconds. */
  waitedMs: number;
  /** Set once the call is over, streams at their end. */
  ended: CallEnd | undefined;
  /** Cost of all attempts so far, in the currency of the first that had one; `undefined` also where nobody has asked yet. */
  cost: Cost | undefined;
  /** What an answer without figures of the provider's is taken to have consumed. */
  estimatedUsage: Usage | undefined;
  /** The last attempt whose cost is worked out when somebody asks. */
  bill: Bill | undefined;
  /** Whether an answer to the call is in the ledger: it counts as the call's end once. */
  recorded: boolean;
  /** Whether attempts were left and not made, because the endpoint's store of retries was used up. */
  retriesWithheld: boolean;
  /** What the prompt was measured at, once somebody wanted to know. */
  promptSize: PromptSize | undefined;
}

/** An attempt without a cost so far, and those of the same call before it. */
export interface Bill {
  readonly record: LedgerRecord;
  readonly before: Bill | undefined;
  readonly costs: LateCosts;
}

/** Works out costs after the fact. */
export interface LateCosts {
  /** What all attempts of a bill cost; `undefined` while prices are being loaded. */
  total(bill: Bill): Cost | undefined;
}

export interface CallEnd {
  readonly status: 'ok' | 'failed' | 'aborted' | 'interrupted';
  readonly ending: Ending | undefined;
  readonly failure: Failure | undefined;
  readonly usage: Usage | undefined;
  readonly responseModel: string | undefined;
  readonly responseId: string | undefined;
  readonly durationMs: number;
  readonly firstEventMs: number | undefined;
}

export function newTrace(): CallTrace {
  return {
    attempts: [],
    waitedMs: 0,
    ended: undefined,
    cost: undefined,
    bill: undefined,
    estimatedUsage: undefined,
    recorded: false,
    retriesWithheld: false,
    promptSize: undefined,
  };
}
