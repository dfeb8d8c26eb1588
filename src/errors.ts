/**
 * The error classes of this library. Longer than most files so that they can be read side by side. Provider failures keep the SDK's own classes; these are for what the SDK has no class for.
 * `instanceof` fails across two copies of a package (CommonJS beside ESM), so {@link isGatewayError} looks at a brand instead.
 */
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError, OpenAIError } from 'openai';
import type { Usage } from './domain/usage.js';

const BRAND = Symbol.for('llm-gateway-client.error');

/** `code` of each error class of this library. */
export type GatewayErrorCode =
  | 'config_invalid'
  | 'deadline_exceeded'
  | 'no_target_available'
  | 'credentials_misdirected'
  | 'shutting_down'
  | 'queue_full'
  | 'queue_timeout'
  | 'request_too_large'
  | 'budget_exceeded'
  | 'price_unknown'
  | 'budget_unreachable'
  | 'response_invalid';

function brand(error: Error, name: string): void {
  Object.defineProperty(error, BRAND, { value: true });
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
}

/** Base class of the refusals that come from this library and not from a provider. Extends the SDK's `OpenAIError`. */
export class GatewayError extends OpenAIError {
  readonly code: GatewayErrorCode;
  /** Milliseconds after which a new try makes sense, when that is known. */
  declare readonly retryAfterMs?: number;

  constructor(
    code: GatewayErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.code = code;
    if (options.cause !== undefined)
      Object.defineProperty(this, 'cause', { value: options.cause, configurable: true, writable: true });
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    brand(this, new.target.name);
  }
}

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** The option path or environment variable, e.g. `endpoints[1].baseURL` or `LLM_API_KEY_2`. */
  readonly name: string;
  /** What is wrong and how to mend it; never contains a secret. */
  readonly message: string;
}

/** The configuration cannot work. Thrown at construction with every problem found. */
export class ConfigError extends GatewayError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map((problem) => `${problem.name}: ${problem.message}`);
    super(
      'config_invalid',
      lines.length === 1
        ? `Invalid configuration: ${lines[0]}`
        : `Invalid configuration, ${lines.length} problems:\n${lines.map((line) => `  - ${line}`).join('\n')}`,
    );
    this.problems = Object.freeze([...problems]);
  }
}

/** `deadlineMs` passed before the call could be served; `cause` is the last failure, if there was one. */
export class DeadlineExceededError extends GatewayError {
  constructor(deadlineMs: number, cause?: unknown) {
    super('deadline_exceeded', `The call was not served within its deadline of ${deadlineMs} ms.`, { cause });
  }
}

/** No target may be asked at present (all circuits open with `whenAllOpen: 'reject'`, or the named endpoint is out). */
export class NoTargetAvailableError extends GatewayError {
  constructor(message: string, retryAfterMs?: number) {
    super('no_target_available', message, { retryAfterMs });
  }
}

/** The gateway was closed, or is draining, when the call was made. */
export class ShuttingDownError extends GatewayError {
  constructor() {
    super('shutting_down', 'The gateway is closed and takes no new calls.');
  }
}

/**
 * A provider answered with a success status and something that is not an answer: a web page, an error body, nothing, cut JSON.
 * Extends the SDK's `APIError`; `code` and `type` are those of an error found inside the body.
 */
export class InvalidResponseError extends APIError {
  constructor(
    status: number | undefined,
    message: string,
    options: { error?: object | undefined; headers?: Headers | undefined; cause?: unknown } = {},
  ) {
    super(status, options.error, message, options.headers);
    // The base class prefers the body's text; the decisive fact comes first here, and a page is never quoted.
    Object.defineProperty(this, 'message', {
      value: status === undefined ? message : `${status} ${message}`,
      configurable: true,
      writable: true,
    });
    if (options.cause !== undefined)
      Object.defineProperty(this, 'cause', { value: options.cause, configurable: true, writable: true });
    brand(this, 'InvalidResponseError');
  }
}

/** Why a stream ended early. */
export type StreamInterruptionReason = 'truncated' | 'stalled' | 'reset' | 'error_event' | 'malformed';

/** What a stream had delivered before it broke. */
export interface PartialReply {
  /** Text of the first choice (or of the response) so far. */
  readonly text: string;
  /** Tool calls so far; `arguments` may be cut in the middle. */
  readonly toolCalls: readonly {
    readonly index: number;
    readonly id?: string | undefined;
    readonly name?: string | undefined;
    readonly arguments: string;
  }[];
  readonly usage?: Usage | undefined;
}

/**
 * A stream broke after its first content had been handed out, so nobody else can be asked. Extends the SDK's
 * `APIConnectionError`. What had been received is in `partial`, which no way of printing an error shows.
 */
export class StreamInterruptedError extends APIConnectionError {
  readonly reason: StreamInterruptionReason;
  readonly #partial: PartialReply;

  constructor(
    reason: StreamInterruptionReason,
    message: string,
    options: { partial: PartialReply; cause?: unknown; error?: object | undefined },
  ) {
    super({ message });
    this.reason = reason;
    if (options.cause !== undefined)
      Object.defineProperty(this, 'cause', { value: options.cause, configurable: true, writable: true });
    this.#partial = options.partial;
    if (options.error !== undefined) {
      // As the SDK reports an error event: the object, and its code, param and type.
      const { code, param, type } = options.error as { code?: unknown; param?: unknown; type?: unknown };
      Object.assign(this, { error: options.error, code, param, type });
    }
    brand(this, 'StreamInterruptedError');
  }

  /** What had been received. */
  get partial(): PartialReply {
    return this.#partial;
  }
}

/**
 * Whether `error` is one of this library's own (`GatewayError` and its children, `InvalidResponseError`,
 * `StreamInterruptedError`), also when it comes from another copy of the package.
 */
export function isGatewayError(error: unknown): error is GatewayError | InvalidResponseError | StreamInterruptedError {
  return typeof error === 'object' && error !== null && (error as { [BRAND]?: unknown })[BRAND] === true;
}

/** The SDK's own connection error, with the transport's error as `cause`. */
export function connectionError(cause: unknown, message?: string): APIConnectionError {
  return new APIConnectionError({ message, cause: cause instanceof Error ? cause : undefined });
}

/** The SDK's own timeout error. */
export function timeoutError(message?: string): APIConnectionTimeoutError {
  return new APIConnectionTimeoutError(message === undefined ? {} : { message });
}

/** The SDK's own abort error, with the signal's reason as `cause`. */
export function userAbortError(reason: unknown): APIUserAbortError {
  const error = new APIUserAbortError();
  if (reason !== undefined)
    Object.defineProperty(error, 'cause', { value: reason, configurable: true, writable: true });
  return error;
}

/** What the SDK meant by an error it threw. */
export type SdkErrorShape = 'abort' | 'timeout' | 'connection' | 'status' | 'sdk' | 'foreign';

/**
 * Tells the SDK's error classes apart by `instanceof` and, for a client made with another copy of the SDK, by class name.
 */
export function sdkErrorShape(error: unknown): SdkErrorShape {
  if (error instanceof APIUserAbortError) return 'abort';
  if (error instanceof APIConnectionTimeoutError) return 'timeout';
  if (error instanceof APIConnectionError) return 'connection';
  if (error instanceof APIError) return 'status';
  if (error instanceof OpenAIError) return 'sdk';
  for (let proto: unknown = error; typeof proto === 'object' && proto !== null; proto = Object.getPrototypeOf(proto)) {
    const shape = SHAPE_BY_NAME.get((proto as { constructor?: { name?: string } }).constructor?.name ?? '');
    if (shape !== undefined) return shape;
  }
  return 'foreign';
}

const SHAPE_BY_NAME: ReadonlyMap<string, SdkErrorShape> = new Map([
  ['APIUserAbortError', 'abort'],
  ['APIConnectionTimeoutError', 'timeout'],
  ['APIConnectionError', 'connection'],
  ['APIError', 'status'],
  ['OpenAIError', 'sdk'],
]);
