import type { Attempt, Call } from './call.js';
import type { LedgerRecord, RecordStatus } from './ledger.js';
import type { FxRates } from './money.js';
import { convertNano } from './money.js';
import type { Failure, Settlement } from './outcome.js';
import type { Cost } from './price.js';
import { UNKNOWN_COST } from './unknown-price.js';
import type { Usage } from './usage.js';

/** What a record says beyond its attempt. */
export interface RecordFacts {
  readonly status: RecordStatus;
  readonly final: boolean;
  readonly failure?: Failure | undefined;
  readonly httpStatus?: number | undefined;
  readonly durationMs: number;
  readonly firstEventMs?: number | undefined;
  readonly possiblyBilled: boolean;
  readonly usage?: Usage | undefined;
  readonly cost: Cost;
  readonly fxRate?: number | undefined;
  /** Wall-clock time at the attempt's start. */
  readonly at: number;
}

/** The record of one attempt. */
export function attemptRecord(attempt: Attempt, facts: RecordFacts): LedgerRecord {
  const { call, number, target } = attempt;
  const first = call.trace.attempts[0];
  const moved =
    number > 1 && first !== undefined && (first.endpoint !== target.endpoint || (first.model ?? '') !== target.model);
  return record(call, facts, number, target.endpoint, target.model, target.tier, facts.final && moved);
}

/** The record of a call that ended without an answer: it costs nothing by itself, its attempts have records of their own. */
export function failedCallRecord(
  call: Call,
  facts: Pick<RecordFacts, 'status' | 'failure' | 'durationMs' | 'at'>,
): LedgerRecord {
  const last = call.trace.attempts.at(-1);
  const unbilled = {
    ...facts,
    final: true,
    httpStatus: facts.failure?.status,
    possiblyBilled: false,
    cost: NOT_BILLED,
  };
  return record(
    call,
    unbilled,
    0,
    last?.endpoint ?? '',
    last?.model ?? call.requestedModel ?? '',
    last?.tier ?? 0,
    false,
  );
}

/** The cost of an attempt that the provider cannot have billed. */
export const NOT_BILLED: Cost = Object.freeze({
  amountNano: 0,
  currency: 'USD',
  source: 'table',
  priceVersion: 'not-billed',
});

/** How the body of an answer ended, as a status. */
export function statusOf({ ending }: Settlement): RecordStatus {
  return ending === 'aborted' || ending === 'interrupted' ? ending : 'ok';
}

const RANK = { reported: 0, table: 1, estimated: 2, unknown: 3 } as const;

/** Adds up costs of one call in the currency of the first; the sum is as certain as its least certain part. */
export function addCosts(total: Cost | undefined, cost: Cost, fx: FxRates): Cost {
  if (total === undefined || cost === NOT_BILLED) return total ?? cost;
  if (total === NOT_BILLED) return cost;
  if (total.source === 'unknown' || cost.source === 'unknown') return UNKNOWN_COST;
  const converted = convertNano(cost.amountNano, cost.currency, total.currency, fx);
  if (converted === undefined) return UNKNOWN_COST;
  const weaker = RANK[cost.source] > RANK[total.source] ? cost : total;
  return {
    amountNano: total.amountNano + converted,
    currency: total.currency,
    source: weaker.source,
    priceVersion: weaker.priceVersion,
  };
}

function record(
  call: Call,
  facts: RecordFacts,
  attempt: number,
  endpoint: string,
  model: string,
  tier: number,
  fallback: boolean,
): LedgerRecord {
  return {
    id: `${call.id}:${attempt}`,
    callId: call.id,
    attempt,
    final: facts.final,
    at: facts.at,
    operation: call.operation.name,
    stream: call.stream,
    endpoint,
    model,
    alias: call.alias,
    tier,
    tags: call.tags,
    status: facts.status,
    kind: facts.failure?.kind,
    httpStatus: facts.httpStatus,
    fallback,
    durationMs: facts.durationMs,
    firstEventMs: facts.firstEventMs,
    possiblyBilled: facts.possiblyBilled,
    usage: facts.usage,
    cost: facts.cost,
    fxRate: facts.fxRate,
  };
}
