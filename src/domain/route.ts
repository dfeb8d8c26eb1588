/** One upstream place that can serve a model: an endpoint and the model's name there. */
export interface Target {
  /** `endpoint/model`, unique inside a plan; used as the key of circuits and statistics. */
  readonly key: string;
  readonly endpoint: string;
  /** The model's name there, as it is shown. */
  readonly model: string;
  /** The model's name there as it is sent, where it cannot be shown like that. */
  readonly sentModel?: string;
  readonly tier: number;
  readonly weight: number;
}

/** One entry of an alias's ordered list: a model on every endpoint, or on the one that is named. */
export interface RouteStep {
  readonly model: string;
  readonly endpoint?: string | undefined;
}

/** Settings that may stand on the client, on an alias and on a call; the narrower one wins. Durations in milliseconds. */
export interface CallSettings {
  readonly deadlineMs?: number | undefined;
  readonly firstEventTimeoutMs?: number | undefined;
  readonly idleTimeoutMs?: number | undefined;
  readonly commitAfterMs?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly balance?: 'weighted' | 'latency' | undefined;
}

/** An alias with what it stands for. */
export interface Route {
  readonly alias: string;
  readonly steps: readonly RouteStep[];
  readonly settings: CallSettings;
}
