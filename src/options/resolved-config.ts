/** What the rest of the library is built from: options, environment and defaults, merged, checked and frozen. */
import type { Clock } from '../clock.js';
import type { CircuitSettings } from '../domain/circuit-settings.js';
import type { FxRates } from '../domain/money.js';
import type { PriceRule, UnknownPricePolicy } from '../domain/price.js';
import type { CostPlace } from '../domain/price-reported.js';
import type { RetryQuotaSettings } from '../domain/quota-settings.js';
import type { CallSettings, Route } from '../domain/route.js';
import type { Hooks, Tags } from '../events.js';
import type {
  BudgetOptions,
  ClientOptions,
  ConnectionOptions,
  GatewayOptions,
  HedgeOptions,
  LimitOptions,
  SdkClient,
  TagLimitOptions,
} from './options.js';
import type { Quirks } from './presets.js';

/** One endpoint, ready to be built. */
export interface ResolvedEndpoint {
  /** Unique; holds no `:`, `,` or `/`. */
  readonly name: string;
  /** From 1. */
  readonly tier: number;
  /** 0 or more; 0 is never chosen first. */
  readonly weight: number;
  /** Absent where only the SDK knows it (`provider`). */
  readonly baseURL?: string | undefined;
  /**
   * Everything the SDK's client needs. Complete unless the endpoint is the SDK's own configuration (`sdkOnly`): what may not come
   * from `OPENAI_*` is an explicit `null`.
   */
  readonly sdk: ClientOptions;
  /**
   * `sdk.defaultHeaders` is all there is to send. The SDK adds those of `OPENAI_CUSTOM_HEADERS` to every client that it builds,
   * so they have to be set again afterwards.
   */
  readonly headersComplete: boolean;
  /** A client made by the user, used as it is. */
  readonly client?: SdkClient | undefined;
  /** Upstream names by public name. */
  readonly models: ReadonlyMap<string, string>;
  readonly limits: Readonly<LimitOptions>;
  readonly preset?: string | undefined;
  readonly quirks: Quirks;
  /** Where its replies state what a call cost; absent: the places that are known. */
  readonly costPlace?: CostPlace | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** What this endpoint says about its attempts; what it leaves out is the client's. */
  readonly settings: CallSettings;
  /** What this endpoint says about its connections; what it leaves out is the client's. */
  readonly connections: Readonly<ConnectionOptions>;
}

/** The whole configuration. */
export interface ResolvedConfig {
  readonly mode: 'gateway' | 'compat';
  /** No endpoints in code or environment: exactly one, the SDK's own configuration with the user's options untouched. */
  readonly sdkOnly: boolean;
  /** The first one is the client itself. */
  readonly endpoints: readonly ResolvedEndpoint[];
  /** Nested aliases are flattened: each step is a model. Several spellings of one alias share one route. */
  readonly aliases: ReadonlyMap<string, Route>;
  readonly defaultModel?: string | undefined;
  readonly strictModels: boolean;
  readonly tags: Tags;
  readonly hooks: Hooks;
  readonly clock: Clock;
  /** Of the client; `idleTimeoutMs`, `commitAfterMs`, `maxRetries` and `balance` are always there. */
  readonly settings: CallSettings;
  readonly transport: 'auto' | 'fetch' | 'undici';
  readonly connections: Readonly<ConnectionOptions>;
  /** `false`: no quota. */
  readonly retryQuota: RetryQuotaSettings | false;
  readonly respectShouldRetry: boolean;
  readonly maxPriceRatio?: number | undefined;
  /** `false`: no circuits. */
  readonly circuit: CircuitSettings | false;
  readonly whenAllOpen: 'try' | 'reject';
  readonly hedge: Readonly<HedgeOptions> | false;
  readonly limits: Readonly<LimitOptions>;
  readonly tagLimits: readonly Readonly<TagLimitOptions>[];
  readonly countTokens?: GatewayOptions['countTokens'];
  readonly budgets: readonly Readonly<BudgetOptions>[];
  /** Those of the code before those of `LLM_CONFIG`. */
  readonly prices: readonly PriceRule[];
  readonly onUnknownPrice?: UnknownPricePolicy | undefined;
  readonly defaultMaxOutputTokens?: number | undefined;
  readonly fx: FxRates;
  readonly store?: object | undefined;
  readonly allowInsecureHttp: boolean;
  readonly maxResponseBytes?: number | undefined;
  /** Worth telling the operator once; hold no secrets. */
  readonly warnings: readonly string[];
}
