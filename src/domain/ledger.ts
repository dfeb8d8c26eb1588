import type { BudgetClaim, BudgetGrant, BudgetSettlement } from './budget.js';
import type { Money } from './money.js';
import type { FailureKind } from './outcome.js';
import type { Cost } from './price.js';
import type { Usage } from './usage.js';

/** How an attempt ended, as far as the bill is concerned. */
export type RecordStatus =
  | 'ok'
  | 'failed'
  | 'aborted'
  | 'interrupted'
  /** Money that was reserved by a process which then died: it may have been spent. */
  | 'lost';

/** One attempt that may have been billed, or the end of a call that never got that far. */
export interface LedgerRecord {
  /** Unique: writing a record twice counts once. */
  readonly id: string;
  readonly callId: string;
  /** From 1; 0 for a call that was refused before its first attempt, and for lost money. */
  readonly attempt: number;
  /** Whether this is the call's last record; calls are counted by it. */
  readonly final: boolean;
  /** Wall-clock time at the attempt's start, milliseconds since the epoch. */
  readonly at: number;
  readonly operation: string;
  readonly stream: boolean;
  readonly endpoint: string;
  readonly model: string;
  readonly alias?: string | undefined;
  readonly tier: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly status: RecordStatus;
  readonly kind?: FailureKind | undefined;
  readonly httpStatus?: number | undefined;
  /** On the last record of a call: another target than the first answered. */
  readonly fallback: boolean;
  /** The attempt's duration in milliseconds; on the last record that of the call. */
  readonly durationMs: number;
  readonly firstEventMs?: number | undefined;
  readonly possiblyBilled: boolean;
  readonly usage?: Usage | undefined;
  readonly cost: Cost;
  /** Dollars per unit of the cost's currency when the record was made, where a rate was set. */
  readonly fxRate?: number | undefined;
  /** On lost money: for how many sends it was reserved. */
  readonly sends?: number | undefined;
}

/** A field to group by: one of a record's own, a span of time (UTC), or the name of a tag. */
export type UsageDimension =
  | 'model'
  | 'endpoint'
  | 'alias'
  | 'operation'
  | 'status'
  | 'kind'
  | 'hour'
  | 'day'
  | 'month'
  | 'project'
  | 'user'
  | 'feature'
  | (string & {});

/** Which records to add up, and how to group them. */
export interface UsageQuery {
  /** @default [] (one row for everything) */
  readonly by?: readonly UsageDimension[] | undefined;
  /** First instant, milliseconds since the epoch or a `Date`. @default the beginning */
  readonly since?: number | Date | undefined;
  /** First instant that no longer counts. @default the end */
  readonly until?: number | Date | undefined;
  /** Tags that must be on a record. */
  readonly match?: Readonly<Record<string, string>> | undefined;
}

/** Sums over a group of records. */
export interface UsageRow {
  /** The group: the value of each dimension that was asked for; empty where a record has none. */
  readonly group: Readonly<Record<string, string>>;
  readonly calls: number;
  readonly failedCalls: number;
  /** Calls that another target than the first one served. */
  readonly fallbackCalls: number;
  readonly attempts: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** One amount for each currency. */
  readonly cost: readonly Money[];
  /** Attempts that may have been billed and whose cost is not known. */
  readonly unpricedAttempts: number;
  /** Attempts whose usage or price is a guess. */
  readonly estimatedAttempts: number;
}

/** What happened since the last write, committed as one. */
export interface LedgerBatch {
  readonly records: readonly LedgerRecord[];
  readonly settlements: readonly BudgetSettlement[];
}

/**
 * Keeps records and what budgets have spent. Stores answer at once or with a promise; they reject when they cannot, and the
 * caller decides what that means.
 */
export interface LedgerStore {
  /** `process`: gone with this process. `shared`: outlives it, and others may write to it too. */
  readonly scope: 'process' | 'shared';
  /** Reserves money for sends to come. Committed before it answers. */
  claim(claim: BudgetClaim): BudgetGrant | Promise<BudgetGrant>;
  /** Commits all of a batch, or nothing. */
  write(batch: LedgerBatch): void | Promise<void>;
  usage(query: UsageQuery): readonly UsageRow[] | Promise<readonly UsageRow[]>;
  /** Tells that this process is alive, so that what it holds is not taken for lost. Shared stores only. */
  renew?(): void | Promise<void>;
  /** A client begins to use the store. Returns how it ends that: the last one lets go of connections that the store itself has opened. */
  attach?(): () => void | Promise<void>;
  close(): void | Promise<void>;
}

/** The budget under which a shared store covers every send, whatever other budgets there are: unlimited, by the dollar. */
export const COVER_BUDGET = '';
