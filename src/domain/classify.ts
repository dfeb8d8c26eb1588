import { CODE_RULES } from './classify-codes.js';
import { brokenLimit } from './classify-limit.js';
import { type BrokenLimit, type ClassifyRule, type FailureScope, findRule, type Verdict } from './classify-rule.js';
import { byGenericName, byStatus, PERHAPS_DONE } from './classify-status.js';
import { OVERRULING_WORDS, WORD_RULES } from './classify-words.js';
import { type ErrorBody, readErrorBody } from './error-body.js';
import type { Failure } from './outcome.js';
import { exhaustedLimitResetMs, type HeaderReader, statedRetryAfterMs } from './retry-after.js';

export { classifyConnection } from './classify-connection.js';

/** The name of a failure with everything that could be read from it. */
export type Classification = Pick<
  Failure,
  'kind' | 'code' | 'retryAfterMs' | 'shouldRetry' | 'possiblyBilled' | 'permanent'
> & {
  /** The provider's own error type, as sent. */
  readonly type?: string | undefined;
  readonly scope: FailureScope;
  /** The limit that was hit, if it says which. */
  readonly limit?: BrokenLimit | undefined;
};

/** An answer with an error status, as the SDK reports it. */
export interface StatusReply {
  readonly status: number;
  readonly headers: HeaderReader;
  /** What the SDK left in `APIError.error`: an object, an array, text, or nothing. */
  readonly error: unknown;
  /** The error's message; the raw body where that was not JSON. */
  readonly message: string;
  /** Wall-clock time in milliseconds since the epoch, for dates in headers. */
  readonly wallNow: number;
}

/** What providers say, in the order in which it is believed. The first row that fits decides; if none does, the status. */
export const CLASSIFY_RULES: readonly ClassifyRule[] = [...OVERRULING_WORDS, ...CODE_RULES, ...WORD_RULES];

const NO_HEADERS: HeaderReader = { get: () => null };

/**
 * Names an answer with an error status. One status can mean opposite things (429 is a pause or an empty account, 403 a missing
 * permission or a prompt that is too long), so the body's code, type and words decide first and the status only if they say
 * nothing.
 *
 * @param rules believed before {@link CLASSIFY_RULES}
 */
export function classifyStatus(reply: StatusReply, rules: readonly ClassifyRule[] = []): Classification {
  const { status, headers, wallNow } = reply;
  const body = readErrorBody(reply.error, reply.message);
  const stated = statedRetryAfterMs(headers, wallNow, body);
  const verdict =
    findRule(rules, body, status) ?? findRule(CLASSIFY_RULES, body, status) ?? byStatus(status, stated !== undefined);
  return {
    ...describe(verdict, body, headers),
    // The resets of the limits are in every reply; they are a wish only where a limit broke.
    retryAfterMs: stated ?? (verdict.kind === 'rate_limited' ? exhaustedLimitResetMs(headers, wallNow) : undefined),
    shouldRetry: readShouldRetry(headers.get('x-should-retry')),
    possiblyBilled: PERHAPS_DONE.has(status),
  };
}

/**
 * Names an error found inside a success reply or a stream event. Its own numeric code counts as the status (OpenRouter writes
 * `code: 502`). Complaints about the request that are not more exact than "invalid", and everything unknown, are
 * `invalid_response`: a provider that reports an error as a success is not believed when it blames the caller, and another
 * one is asked.
 *
 * @param wallNow wall-clock time in milliseconds since the epoch; needed only for dates in the body
 * @param rules believed before {@link CLASSIFY_RULES}
 */
export function classifyErrorBody(error: unknown, wallNow = 0, rules: readonly ClassifyRule[] = []): Classification {
  const body = readErrorBody(error);
  const { status } = body;
  const retryAfterMs = statedRetryAfterMs(NO_HEADERS, wallNow, body);
  const found =
    findRule(rules, body, status) ??
    findRule(CLASSIFY_RULES, body, status) ??
    (status === undefined ? byGenericName(body) : byStatus(status, retryAfterMs !== undefined));
  const verdict: Verdict =
    found === undefined || found.kind === 'invalid_request' ? { kind: 'invalid_response', scope: 'target' } : found;
  // As with an error status: what reports a failure does not charge for it, unless it lost an upstream that went on working.
  const possiblyBilled = verdict.kind === 'timeout' || (status !== undefined && PERHAPS_DONE.has(status));
  return { ...describe(verdict, body, NO_HEADERS), retryAfterMs, possiblyBilled };
}

function describe(verdict: Verdict, body: ErrorBody, headers: HeaderReader): Classification {
  const { kind, scope, permanent } = verdict;
  const limit = verdict.limit ?? (kind === 'rate_limited' ? brokenLimit(body, headers) : undefined);
  return {
    kind,
    scope,
    code: body.code ?? body.type,
    type: body.type,
    ...(limit !== undefined && { limit }),
    ...(permanent && { permanent }),
  };
}

function readShouldRetry(value: string | null): boolean | undefined {
  return value === 'true' ? true : value === 'false' ? false : undefined;
}
