/** The only place that gives a failed attempt its name. */

import type { Clock } from '../clock.js';
import type { Attempt } from '../domain/call.js';
import { classifyConnection, classifyErrorBody, classifyStatus } from '../domain/classify.js';
import type { Failure } from '../domain/outcome.js';
import { ConfigError, connectionError, InvalidResponseError, sdkErrorShape, timeoutError } from '../errors.js';
import { stopFailure } from '../signals.js';

/** Aborts an attempt from inside: a clock ran out. Never seen by a caller. */
export class AttemptExpired extends Error {}

interface StatusError {
  readonly status?: number | undefined;
  readonly headers?: Headers | undefined;
  readonly error?: unknown;
  readonly message: string;
  readonly requestID?: string | null | undefined;
}

/** Names what an SDK client threw, or what broke while a body was read. */
export function nameFailure(error: unknown, attempt: Attempt, clock: Clock): Failure {
  const stopped = nameStop(attempt, error);
  if (stopped !== undefined) return stopped;
  switch (sdkErrorShape(error)) {
    case 'abort':
      return { kind: 'cancelled', error };
    case 'timeout':
      return { kind: 'timeout', error, noResponse: true, possiblyBilled: true };
    case 'connection': {
      const { cause } = error as { cause?: unknown };
      return { noResponse: true, ...classifyConnection((cause ?? error) as object), error };
    }
    case 'status':
      return nameStatus(error as StatusError, clock);
    case 'sdk':
      return { kind: 'credentials', error };
    case 'foreign':
      return isBadHeader(error) ? nameBadHeader(attempt) : { kind: 'unclassified', error };
  }
}

/** `Headers` refuses a value by printing it, and that may be the key. */
function isBadHeader(error: unknown): boolean {
  return error instanceof TypeError && /^Headers\.|\bByteString\b/.test(error.message);
}

/** Keys that a function returns, or that are set later, could not be checked when the client was made. */
function nameBadHeader({ target }: Attempt): Failure {
  const message =
    'a header of the request, perhaps the key, contains a line break or another character that cannot stand in one';
  return { kind: 'credentials', error: new ConfigError([{ name: `endpoint "${target.endpoint}"`, message }]) };
}

/** The failure of an attempt that was stopped from outside: by the caller, by the deadline or by a stream's clock. */
export function nameStop(attempt: Attempt, error?: unknown): Failure | undefined {
  const { call, controller } = attempt;
  if (call.signal?.aborted) {
    const stop = stopFailure(call.signal.reason);
    // The SDK's own abort error says the same and has the better stack.
    const own = stop.kind === 'cancelled' && sdkErrorShape(error) === 'abort' ? error : stop.error;
    return { ...stop, error: own, noResponse: true, possiblyBilled: true };
  }
  if (!controller.signal.aborted) return undefined;
  const reason: unknown = controller.signal.reason;
  if (reason instanceof AttemptExpired) {
    return { kind: 'timeout', error: timeoutError(reason.message), noResponse: true, possiblyBilled: true };
  }
  return { ...stopFailure(reason), possiblyBilled: true };
}

function nameStatus(error: StatusError, clock: Clock): Failure {
  const { status, headers } = error;
  if (status === undefined) return { ...classifyErrorBody(error.error), error };
  return {
    ...classifyStatus({
      status,
      headers: headers ?? new Headers(),
      error: error.error,
      message: error.message,
      wallNow: clock.wallNow(),
    }),
    error,
    status,
    requestId: error.requestID ?? undefined,
  };
}

/** A success status with something that is no answer. */
export function poisoned(response: Response, what: string, cause?: unknown): Failure {
  return {
    kind: 'invalid_response',
    error: new InvalidResponseError(response.status, what, { headers: response.headers, cause }),
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? undefined,
    possiblyBilled: true,
  };
}

/** A success status over a web page: a portal or a wrong base URL, and no model behind it. */
export function webPage(response: Response): Failure {
  return { ...poisoned(response, 'The reply is a web page, not an answer.'), possiblyBilled: false };
}

/** A success status around an error object: named by what the object says. */
export function poisonedByError(response: Response, body: unknown): Failure {
  const inner = errorInside(body);
  const named = classifyErrorBody(body);
  const { message, msg, detail } = Object(inner) as Readonly<Record<string, unknown>>;
  const said = [inner, message, msg, detail].find((text) => typeof text === 'string') as string | undefined;
  const what =
    said === undefined
      ? 'The reply is JSON, but no answer.'
      : `The provider sent an error with a success status: ${said.slice(0, 500)}`;
  return {
    ...named,
    error: new InvalidResponseError(response.status, what, {
      error: typeof inner === 'object' && inner !== null ? inner : { message: inner },
      headers: response.headers,
    }),
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? undefined,
  };
}

/** An error event inside a stream that has delivered nothing yet: the caller would see what the SDK makes of it. */
export function errorEvent(response: Response, body: unknown): Failure {
  const inner = errorInside(body);
  const { message } = Object(inner) as { message?: unknown };
  const error = typeof inner === 'object' && inner !== null ? inner : { message: inner };
  const text = typeof message === 'string' ? message : JSON.stringify(inner);
  return {
    ...classifyErrorBody(body),
    // The stream had begun: the prompt has been read.
    possiblyBilled: true,
    error: new InvalidResponseError(undefined, text, { error, headers: response.headers }),
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? undefined,
  };
}

/** The error object of an error body in any of the usual shapes. */
export function errorInside(body: unknown): unknown {
  if (Array.isArray(body)) return errorInside(body[0]);
  if (typeof body !== 'object' || body === null) return body;
  const fields = body as Record<string, unknown>;
  if (fields['error']) return fields['error'];
  const response = fields['response'];
  if (typeof response === 'object' && response !== null && (response as { error?: unknown }).error) {
    return (response as { error?: unknown }).error;
  }
  const choices = fields['choices'];
  if (Array.isArray(choices) && (choices[0] as { error?: unknown } | undefined)?.error)
    return (choices[0] as { error: unknown }).error;
  return body;
}

/** The connection broke while a body was read. */
export function brokenBody(error: unknown): Failure {
  // There was an answer, if not a whole one: the target is not silent.
  return {
    possiblyBilled: true,
    ...classifyConnection(error as object),
    noResponse: false,
    error: connectionError(error),
  };
}
