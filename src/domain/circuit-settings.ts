/** When a circuit opens and for how long. Durations in milliseconds. */
export interface CircuitSettings {
  /** Failures in a row that open it, if at least `failureRatio` of the window failed too. */
  readonly consecutiveFailures: number;
  /** Share of failures within the window that opens it. */
  readonly failureRatio: number;
  /** Attempts the window must hold before the share alone counts. */
  readonly minimumAttempts: number;
  readonly windowMs: number;
  /** First time out; doubles each time it opens anew. */
  readonly openMs: number;
  readonly maxOpenMs: number;
  /** First time a suspect stands last; doubles each time it is silent again. */
  readonly suspectMs: number;
  /** After this long without a result another call may make the trial too, so that a lost one cannot block for ever. */
  readonly trialLeaseMs: number;
}

/**
 * Five in a row or half of twenty, as Finagle and Envoy; out for 5 s doubling to 300 s, as Finagle's failure accrual. The second
 * half of the first condition keeps a busy target open to calls when five of a thousand happen to fail in a row.
 */
export const DEFAULT_CIRCUIT: CircuitSettings = {
  consecutiveFailures: 5,
  failureRatio: 0.5,
  minimumAttempts: 20,
  windowMs: 10_000,
  openMs: 5_000,
  maxOpenMs: 300_000,
  suspectMs: 5_000,
  trialLeaseMs: 60_000,
};
