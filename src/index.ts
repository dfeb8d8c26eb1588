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
export { GatewayClient } from './gateway-client.js';
export { type ComputerDriver, ComputerToolset, OpenAI, OpenAI as default } from './openai.js';
