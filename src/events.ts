/** Names and payloads of everything that can be observed. Payloads are frozen; they never hold prompts, completions or keys. */
import type { BudgetThreshold } from './domain/budget.js';
import type { FailureKind } from './domain/outcome.js';
import type { Cost } from './domain/price.js';
import type { AttemptSummary } from './domain/trace.js';
import type { Usage } from './domain/usage.js';

export type { AttemptSummary } from './domain/trace.js';

/** Labels of a call: `project`, `user`, `feature` and free ones. */
export type Tags = Readonly<Record<string, string>>;

/** Common to all events of one call. */
export interface CallEvent {
  readonly callId: string;
  /** What kind of call, e.g. `chat`, `embeddings`, `responses`, `files`. */
  readonly operation: string;
  /** What the caller asked for: an alias or a model name. Absent for calls that name no model. */
  readonly requestedModel?: string | undefined;
  /** The alias, when `requestedModel` is one. */
  readonly alias?: string | undefined;
  readonly stream: boolean;
  readonly tags: Tags;
  /** Wall-clock time of the event, milliseconds since the epoch. */
  readonly at: number;
}

export type CallStartedEvent = CallEvent;

/** Common to the events of one attempt. */
export interface AttemptEvent extends CallEvent {
  /** From 1, over the whole call. */
  readonly attempt: number;
  readonly endpoint: string;
  /** The model's name at that endpoint. */
  readonly model?: string | undefined;
  readonly tier: number;
}

export type AttemptStartedEvent = AttemptEvent;

export interface AttemptFailedEvent extends AttemptEvent {
  readonly kind: FailureKind;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  readonly durationMs: number;
  readonly retryAfterMs?: number | undefined;
}

export interface FallbackEvent extends CallEvent {
  readonly attempt: number;
  readonly from: { readonly endpoint: string; readonly model?: string | undefined };
  readonly to: { readonly endpoint: string; readonly model?: string | undefined };
  /** Why the first one was left. */
  readonly kind: FailureKind;
}

export interface CallSettledEvent extends CallEvent {
  readonly status: 'ok' | 'failed' | 'aborted' | 'interrupted';
  readonly kind?: FailureKind | undefined;
  readonly endpoint?: string | undefined;
  readonly model?: string | undefined;
  /** The `model` in the provider's reply. */
  readonly responseModel?: string | undefined;
  readonly attempts: readonly AttemptSummary[];
  /** As the provider reported it, else an estimate (`source: 'estimated'`). */
  readonly usage?: Usage | undefined;
  /** From the call to its end, streams to their last event. */
  readonly durationMs: number;
  /** From the call to the first content of a stream. */
  readonly firstEventMs?: number | undefined;
  /** Waiting for limits and between attempts. */
  readonly waitedMs: number;
  /** Attempts were left and not made, because the endpoint's store of retries was used up (`retry.quota`). */
  readonly retriesWithheld: boolean;
}

export interface HookErrorEvent {
  readonly hook: string;
  readonly error: unknown;
}

/**
 * A limit of our own kept an attempt from going at once: it waits for its turn, leaves the turn to another target that is
 * sooner free, or is refused.
 */
export interface RateLimitedEvent extends AttemptEvent {
  readonly effect: 'queued' | 'spilled' | 'refused';
  /** How long it would have to wait, or has to, as far as that can be told; milliseconds. */
  readonly waitMs: number;
  /** Why it was refused or passed on. */
  readonly error?: unknown;
}

/** Something the operator should look at (a dead key, no money, a model that is gone), told once per cool-down. */
export interface EndpointTroubleEvent {
  readonly endpoint: string;
  readonly model?: string | undefined;
  readonly kind: FailureKind;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  /** How long the endpoint is left alone, in milliseconds. */
  readonly coolDownMs: number;
  readonly at: number;
}

/** A target has failed too often and is left alone for a while. */
export interface CircuitOpenedEvent {
  readonly endpoint: string;
  readonly model?: string | undefined;
  /** The failure that opened it. */
  readonly kind: FailureKind;
  /** For how long, milliseconds. */
  readonly openMs: number;
  readonly at: number;
}

/** A target works again. */
export interface CircuitClosedEvent {
  readonly endpoint: string;
  readonly model?: string | undefined;
  readonly at: number;
}

/** What one attempt consumed: as the provider reported it, or as we estimate where it did not. */
export interface UsageEvent extends AttemptEvent {
  readonly usage: Usage;
}

/** What one attempt cost. */
export interface CostEvent extends AttemptEvent {
  readonly usage: Usage;
  readonly cost: Cost;
}

/** A budget has reached its threshold or its limit; told once each time it is crossed. */
export type BudgetThresholdEvent = BudgetThreshold;

/** A provider's own figures have parted from the price table. */
export interface PriceDriftEvent {
  readonly endpoint: string;
  readonly model: string;
  /** Reported over computed: 1.2 means the provider charges a fifth more than the table says. */
  readonly ratio: number;
  /** Calls that were compared. */
  readonly calls: number;
  readonly at: number;
}

/** A call's price is not known; told once for each model at an endpoint. */
export interface PriceUnknownEvent {
  readonly endpoint: string;
  readonly model: string;
  readonly at: number;
}

/** The store of records and budgets could not be reached. */
export interface StoreErrorEvent {
  readonly error: unknown;
  readonly at: number;
}

/** Every event with its payload. */
export interface GatewayEvents {
  onCallStarted: CallStartedEvent;
  onAttemptStarted: AttemptStartedEvent;
  onAttemptFailed: AttemptFailedEvent;
  onFallback: FallbackEvent;
  onCallSettled: CallSettledEvent;
  onRateLimited: RateLimitedEvent;
  onEndpointTrouble: EndpointTroubleEvent;
  onCircuitOpened: CircuitOpenedEvent;
  onCircuitClosed: CircuitClosedEvent;
  onUsage: UsageEvent;
  onCost: CostEvent;
  onBudgetThreshold: BudgetThresholdEvent;
  onPriceDrift: PriceDriftEvent;
  onPriceUnknown: PriceUnknownEvent;
  onStoreError: StoreErrorEvent;
  onHookError: HookErrorEvent;
}

/**
 * Observers. They are told what happened and can change nothing: a hook that throws, rejects or hangs has no effect on the
 * call; its error goes to `onHookError`, or to the logger when there is none.
 */
export type Hooks = { readonly [Name in keyof GatewayEvents]?: (event: Readonly<GatewayEvents[Name]>) => unknown };

/** Tells observers what happened. */
export interface Emitter {
  /** Whether anybody listens; spares building a payload for nobody. */
  listens(name: keyof GatewayEvents): boolean;
  emit<Name extends keyof GatewayEvents>(name: Name, event: GatewayEvents[Name]): void;
}
