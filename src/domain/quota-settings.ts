/** Sizes of a `RetryQuota`, in tokens of its own. */
export interface RetryQuotaSettings {
  /** What it holds at most, and at the start. */
  readonly capacity: number;
  /** Price of asking again after an answer. */
  readonly cost: number;
  /** Price of asking again after no answer at all, which costs everybody more. */
  readonly noResponseCost: number;
  /** What a success pays in. */
  readonly refund: number;
}

/** The numbers of the AWS SDKs' standard retry mode: under 20 % faults nobody notices, in an outage retries end at once. */
export const DEFAULT_RETRY_QUOTA: RetryQuotaSettings = { capacity: 500, cost: 5, noResponseCost: 10, refund: 1 };
