/** The main door: every public name, one by one. */

// What the root of `openai` offers, so that one import can replace the other.
export {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIPromise,
  APIUserAbortError,
  AuthenticationError,
  type AzureClientOptions,
  AzureOpenAI,
  BadRequestError,
  type BedrockClientOptions,
  BedrockOpenAI,
  type ClientOptions,
  ConflictError,
  type DataResidency,
  InternalServerError,
  InvalidWebhookSignatureError,
  NotFoundError,
  OAuthError,
  OpenAIError,
  PagePromise,
  PermissionDeniedError,
  RateLimitError,
  SubjectTokenProviderError,
  toFile,
  toStreamingFile,
  UnprocessableEntityError,
  type Uploadable,
} from 'openai';
export { type CallInfo, gatewayInfo } from './call-info.js';
export { type Clock, systemClock, type TimerHandle } from './clock.js';
export {
  type ClientOf,
  createGatewayClient,
  type OpenGatewayClient,
  type StrictGatewayClient,
} from './create-gateway-client.js';
export type {
  Budget,
  BudgetClaim,
  BudgetGrant,
  BudgetSettlement,
  BudgetStatus,
  BudgetThreshold,
} from './domain/budget.js';
export type { BudgetPeriod } from './domain/budget-window.js';
export type { Currency } from './domain/format-money.js';
export type {
  LedgerBatch,
  LedgerRecord,
  LedgerStore,
  RecordStatus,
  UsageDimension,
  UsageQuery,
  UsageRow,
} from './domain/ledger.js';
export type { FxRates, Money } from './domain/money.js';
export type { Ending, Failure, FailureKind, Outcome, Reply, Settlement } from './domain/outcome.js';
export type { Standing } from './domain/plan.js';
export type {
  Cost,
  CostSource,
  ModelPrice,
  Price,
  PriceHours,
  PriceRates,
  PriceRule,
  PriceTier,
  UnknownPricePolicy,
} from './domain/price.js';
export type { CostPlace, ReportedCost } from './domain/price-reported.js';
export type { Target } from './domain/route.js';
export type { AttemptSummary } from './domain/trace.js';
export type { Usage } from './domain/usage.js';
export {
  ConfigError,
  type ConfigProblem,
  DeadlineExceededError,
  GatewayError,
  type GatewayErrorCode,
  InvalidResponseError,
  isGatewayError,
  NoTargetAvailableError,
  type PartialReply,
  ShuttingDownError,
  StreamInterruptedError,
  type StreamInterruptionReason,
} from './errors.js';
export type {
  AttemptEvent,
  AttemptFailedEvent,
  AttemptStartedEvent,
  BudgetThresholdEvent,
  CallEvent,
  CallSettledEvent,
  CallStartedEvent,
  CircuitClosedEvent,
  CircuitOpenedEvent,
  CostEvent,
  EndpointTroubleEvent,
  FallbackEvent,
  GatewayEvents,
  HookErrorEvent,
  Hooks,
  PriceDriftEvent,
  PriceUnknownEvent,
  RateLimitedEvent,
  StoreErrorEvent,
  Tags,
  UsageEvent,
} from './events.js';
export { GatewayClient } from './gateway-client.js';
export type { CallPlan, EndpointState, ExplainRequest, GatewayView, PlannedTarget } from './gateway-view.js';
export { type ComputerDriver, ComputerToolset, OpenAI, OpenAI as default } from './openai.js';
export type {
  Balance,
  BudgetOptions,
  CallLimits,
  CallOptions,
  CircuitOptions,
  ConnectionOptions,
  EndpointOptions,
  FallbackOptions,
  GatewayOptions,
  HedgeOptions,
  LimiterOptions,
  LimitOptions,
  ModelAliases,
  ModelRoute,
  ModelStep,
  ModelTarget,
  MoneyAmount,
  RateLimits,
  RetryOptions,
  RetryQuotaOptions,
  TagLimitOptions,
} from './options/options.js';
export { BudgetExceededError, BudgetUnreachableError, PriceUnknownError } from './state/budget-errors.js';
export { QueueFullError, QueueTimeoutError, RequestTooLargeError } from './state/limit-errors.js';
export type { LimiterState } from './state/limiter-registry.js';
export { currentTags, withTags } from './tags.js';
export type {
  ClosedChat,
  ClosedChatCompletions,
  ClosedCompletions,
  ClosedResponses,
  OpenChat,
  OpenChatCompletions,
  OpenCompletions,
  OpenEmbeddings,
  OpenResponses,
  RequestOptions,
} from './typed-models.js';
