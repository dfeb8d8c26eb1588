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
export type { FailureKind } from './domain/outcome.js';
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
  CallEvent,
  CallSettledEvent,
  CallStartedEvent,
  FallbackEvent,
  GatewayEvents,
  HookErrorEvent,
  Hooks,
  Tags,
} from './events.js';
export { GatewayClient } from './gateway-client.js';
export type { CallPlan, EndpointState, ExplainRequest, GatewayView, PlannedTarget } from './gateway-view.js';
export { type ComputerDriver, ComputerToolset, OpenAI, OpenAI as default } from './openai.js';
export type {
  CallOptions,
  EndpointOptions,
  GatewayOptions,
  ModelAliases,
  ModelRoute,
  ModelStep,
  ModelTarget,
} from './options/options.js';
