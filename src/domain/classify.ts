import {
  type BrokenLimit,
  CLASSIFY_RULES,
  type ClassifyRule,
  type FailureScope,
  LIMIT_RULES,
  type Verdict,
} from './classify-rules.js';
import { type ErrorBody, readErrorBody } from './error-body.js';
import type { Failure } from './outcome.js';
import { type HeaderReader, retryAfterOf } from './retry-after.js';

export { classifyConnection } from './classify-connection.js';
export type { BrokenLimit, FailureScope } from './classify-rules.js';

/** The name of a failure with everything that could be read from it. */
export type Classification = Pick<
  Failure,
  'kind' | 'code' | 'retryAfterMs' | 'shouldRetry' | 'possiblyBilled' | 'permanent' | 'noResponse'
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

const NO_HEADERS: HeaderReader = { get: () => null };

/**
 * Names an answer with an error status. One status can mean opposite things (429 is a pause or an empty account, 403 a missing
 * permission or a prompt that is too long), so the body's code, type and words decide first, by {@link CLASSIFY_RULES},
 * and the status only if they say nothing.
 *
 * @param rules looked through before the built-in ones
 */
export function classifyStatus(reply: StatusReply, rules: readonly ClassifyRule[] = []): Classification {
  const { status, headers } = reply;
  const body = readErrorBody(reply.error, reply.message);
  const retryAfterMs = retryAfterOf(headers, reply.wallNow, body);
  const verdict =
    findRule(rules, body, status) ?? findRule(CLASSIFY_RULES, body, status) ?? byStatus(status, retryAfterMs);
  return {
    ...describe(verdict, body, headers),
    retryAfterMs,
    shouldRetry: readShouldRetry(headers.get('x-should-retry')),
    possiblyBilled: PERHAPS_DONE.has(status),
  };
}

/**
 * Names an error found inside a success reply or a stream event. Its own numeric code counts as the status (OpenRouter writes
 * `code: 502`). Complaints about the request that are not more exact than "invalid", and everything unknown, are
 * `invalid_response`: a provider that reports an error as a success is not believed when it blames the caller, and another one is asked.
 *
 * @param wallNow wall-clock time in milliseconds since the epoch; needed only for dates in the body
 */
export function classifyErrorBody(error: unknown, wallNow = 0, rules: readonly ClassifyRule[] = []): Classification {
  const body = readErrorBody(error);
  const { status } = body;
  const retryAfterMs = retryAfterOf(NO_HEADERS, wallNow, body);
  const found =
    findRule(rules, body, status) ??
    findRule(CLASSIFY_RULES, body, status) ??
    (status === undefined ? byGenericName(body) : byStatus(status, retryAfterMs));
  const verdict: Verdict =
    found === undefined || found.kind === 'invalid_request' ? { kind: 'invalid_response', scope: 'target' } : found;
  return { ...describe(verdict, body, NO_HEADERS), retryAfterMs, possiblyBilled: true };
}

function describe(verdict: Verdict, body: ErrorBody, headers: HeaderReader): Classification {
  const limit = verdict.limit ?? (verdict.kind === 'rate_limited' ? brokenLimit(body, headers) : undefined);
  return {
    kind: verdict.kind,
    scope: verdict.scope,
    code: body.code ?? body.type,
    type: body.type,
    ...(limit !== undefined && { limit }),
    ...(verdict.permanent && { permanent: true }),
  };
}

function findRule(rules: readonly ClassifyRule[], body: ErrorBody, status: number | undefined): Verdict | undefined {
  return rules.find(
    (rule) =>
      (rule.only === undefined || (status !== undefined && rule.only.includes(status))) &&
      !(status !== undefined && rule.unless?.includes(status)) &&
      (rule.names === undefined || rule.names.some((name) => body.names.has(name))) &&
      (rule.texts === undefined || rule.texts.some((text) => says(body.text, text))),
  );
}

function says(text: string, wanted: string | readonly string[]): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.every((piece) => text.includes(piece));
}

function brokenLimit(body: ErrorBody, headers: HeaderReader): BrokenLimit | undefined {
  const rule = LIMIT_RULES.find(
    ({ names, texts }) =>
      names?.some((name) => body.names.has(name)) || texts?.some((text) => body.text.includes(text)),
  );
  if (rule !== undefined) return rule.limit;
  if (headers.get('x-ratelimit-remaining-tokens') === '0') return 'tokens';
  return headers.get('x-ratelimit-remaining-requests') === '0' ? 'requests' : undefined;
}

/** Statuses of gateways that lost an upstream which may have worked all along. */
const PERHAPS_DONE = new Set([408, 502, 504, 520, 524]);

const STATUS_VERDICTS: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [401, { kind: 'unauthorized', scope: 'endpoint' }],
  [402, { kind: 'quota_exhausted', scope: 'endpoint' }],
  [403, { kind: 'forbidden', scope: 'target' }],
  [404, { kind: 'model_missing', scope: 'target' }],
  // A method that the endpoint does not know is a route that it does not have.
  [405, { kind: 'unsupported', scope: 'target' }],
  [407, { kind: 'unreachable', scope: 'endpoint', permanent: true }],
  [408, { kind: 'timeout', scope: 'target' }],
  // A lock or a version conflict: the SDK tries it again.
  [409, { kind: 'server_error', scope: 'request' }],
  [429, { kind: 'rate_limited', scope: 'target' }],
  // Groq: flex capacity.
  [498, { kind: 'overloaded', scope: 'target' }],
  [501, { kind: 'unsupported', scope: 'target' }],
  [504, { kind: 'timeout', scope: 'target' }],
  [505, { kind: 'unsupported', scope: 'target' }],
  // Captive portals.
  [511, { kind: 'unreachable', scope: 'endpoint' }],
  // Cloudflare: no connection to the origin, and no answer from it.
  [522, { kind: 'timeout', scope: 'endpoint' }],
  [524, { kind: 'timeout', scope: 'target' }],
  // Anthropic.
  [529, { kind: 'overloaded', scope: 'target' }],
]);

function byStatus(status: number, retryAfterMs: number | undefined): Verdict {
  // A payment that is asked for "later" passes by itself; one without a time needs somebody with a card.
  if (status === 402 && retryAfterMs !== undefined) return { kind: 'rate_limited', scope: 'endpoint', limit: 'spend' };
  const exact = STATUS_VERDICTS.get(status);
  if (exact !== undefined) return exact;
  if (status >= 500) return { kind: 'server_error', scope: 'target' };
  if (status >= 400) return { kind: 'invalid_request', scope: 'request' };
  if (status >= 300) return { kind: 'redirected', scope: 'endpoint' };
  if (status >= 100) return { kind: 'invalid_response', scope: 'target' };
  return { kind: 'unclassified', scope: 'request' };
}

/** Names too general to contradict a status, but all there is when there is none. */
const GENERIC_NAMES: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['authentication_error', { kind: 'unauthorized', scope: 'endpoint' }],
  ['authentication', { kind: 'unauthorized', scope: 'endpoint' }],
  ['unauthorized', { kind: 'unauthorized', scope: 'endpoint' }],
  ['permission_error', { kind: 'forbidden', scope: 'target' }],
  ['permission_denied', { kind: 'forbidden', scope: 'target' }],
  ['access_denied', { kind: 'forbidden', scope: 'target' }],
  ['accessdenied', { kind: 'forbidden', scope: 'target' }],
  ['not_found_error', { kind: 'model_missing', scope: 'target' }],
  ['notfounderror', { kind: 'model_missing', scope: 'target' }],
  ['timeout', { kind: 'timeout', scope: 'target' }],
  ['timeout_error', { kind: 'timeout', scope: 'target' }],
  ['request_timeout', { kind: 'timeout', scope: 'target' }],
  ['deadline_exceeded', { kind: 'timeout', scope: 'target' }],
  ['base_resp.1001', { kind: 'timeout', scope: 'target' }],
  ['server_error', { kind: 'server_error', scope: 'target' }],
  ['api_error', { kind: 'server_error', scope: 'target' }],
  ['internal', { kind: 'server_error', scope: 'target' }],
  ['internal_error', { kind: 'server_error', scope: 'target' }],
  ['internalerror', { kind: 'server_error', scope: 'target' }],
  ['internal_server_error', { kind: 'server_error', scope: 'target' }],
  ['internalservererror', { kind: 'server_error', scope: 'target' }],
  ['service_unavailable', { kind: 'server_error', scope: 'target' }],
  ['unavailable', { kind: 'server_error', scope: 'target' }],
  ['provider_unavailable', { kind: 'server_error', scope: 'target' }],
  ['upstream_error', { kind: 'server_error', scope: 'target' }],
  ['do_request_failed', { kind: 'server_error', scope: 'target' }],
  ['bad_response_status_code', { kind: 'server_error', scope: 'target' }],
  ['base_resp.1000', { kind: 'server_error', scope: 'target' }],
  ['base_resp.1013', { kind: 'server_error', scope: 'target' }],
]);

function byGenericName(body: ErrorBody): Verdict | undefined {
  for (const name of body.names) {
    const verdict = GENERIC_NAMES.get(name);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

function readShouldRetry(value: string | null): boolean | undefined {
  return value === 'true' ? true : value === 'false' ? false : undefined;
}
