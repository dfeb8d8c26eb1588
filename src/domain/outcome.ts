import type { Usage } from './usage.js';

/**
 * What went wrong, from a closed list. {@link file://./disposition.ts} says what follows from each.
 */
export type FailureKind =
  | 'rate_limited'
  | 'quota_exhausted'
  | 'overloaded'
  | 'server_error'
  | 'unsupported'
  | 'unreachable'
  | 'timeout'
  | 'unauthorized'
  | 'forbidden'
  | 'model_missing'
  | 'context_too_long'
  | 'content_filtered'
  | 'invalid_request'
  | 'invalid_response'
  | 'redirected'
  | 'credentials'
  | 'cancelled'
  | 'refused'
  | 'unavailable'
  | 'unclassified';

/** What is known about one failed attempt. `error` is what the caller would get if nothing else is tried. */
export interface Failure {
  readonly kind: FailureKind;
  readonly error: unknown;
  /** HTTP status, when there was an answer. */
  readonly status?: number | undefined;
  /** The provider's own error code or type, as sent (may be numeric text). */
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  /** How long the provider asks to be left alone, in milliseconds; absent when it did not say or said nonsense. */
  readonly retryAfterMs?: number | undefined;
  /** How far the fault reaches: this request, this model there, or everything behind that key. */
  readonly scope?: 'request' | 'target' | 'endpoint' | undefined;
  /** Which limit was hit, when the provider says so. */
  readonly limit?:
    | 'requests'
    | 'tokens'
    | 'requestsPerDay'
    | 'tokensPerDay'
    | 'concurrency'
    | 'images'
    | 'spend'
    | undefined;
  /** The `x-should-retry` header, when sent. */
  readonly shouldRetry?: boolean | undefined;
  /** Nothing came back at all: refused, reset, no headers in time. */
  readonly noResponse?: boolean | undefined;
  /** The same target will fail again until somebody changes something (TLS, wrong protocol): not worth a second visit. */
  readonly permanent?: boolean | undefined;
  /** The provider may have done the work and charge for it. */
  readonly possiblyBilled?: boolean | undefined;
}

/** How the body of a successful attempt ended. */
export type Ending = 'complete' | 'aborted' | 'interrupted' | 'unread';

/** Text of a stream, as far as it was delivered. */
export interface ReceivedText {
  readonly text: string;
  readonly toolCalls: readonly { readonly arguments: string }[];
  /** Characters of reasoning and of other choices. */
  readonly otherLength: number;
}

/** What came over a stream, whether or not its reader took it. */
export interface ReceivedStream extends ReceivedText {
  /** Events that were decoded; each of them stands for a token or more. */
  readonly eventCount: number;
}

/** Known once the body has been read, dropped or lost. */
export interface Settlement {
  readonly ending: Ending;
  readonly usage?: Usage | undefined;
  /** What a stream delivered, to estimate its usage by where it brought none. */
  readonly received?: ReceivedStream | undefined;
  /** The `model` in the provider's reply. */
  readonly responseModel?: string | undefined;
  /** The reply's own id, e.g. `chatcmpl-...`. */
  readonly responseId?: string | undefined;
  /** Milliseconds from send to the first content event of a stream. */
  readonly firstEventMs?: number | undefined;
  /** Why the body was lost (`ending: 'interrupted'`). */
  readonly failure?: Failure | undefined;
}

/** A usable answer. */
export interface Reply {
  readonly response: Response;
  /** What the caller gets: the parsed body, a stream, or the `Response` itself. */
  readonly value: unknown;
  /** Reads the body after all, for a caller who first took the unread `Response` and then asks for the parsed value. */
  readonly inspect?: (() => Promise<Outcome>) | undefined;
  /** The body's end; a plain value when it is known already, so that nobody waits a turn for it. */
  readonly settled: Settlement | Promise<Settlement>;
}

/** How a call or an attempt ended. Layers return outcomes; they do not throw. */
export type Outcome = { readonly ok: true; readonly reply: Reply } | { readonly ok: false; readonly failure: Failure };

/** Calls `then` with the settlement of a good outcome, at once if it is known. */
export function onSettled(outcome: Outcome, then: (settlement: Settlement) => void): void {
  if (!outcome.ok) return;
  const { settled } = outcome.reply;
  if (settled instanceof Promise) void settled.then(then);
  else then(settled);
}
