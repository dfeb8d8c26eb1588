import type { Verdict } from './classify-rule.js';
import type { ErrorBody } from './error-body.js';

/** Statuses of gateways that lost an upstream which may have worked all along. */
export const PERHAPS_DONE = new Set([408, 502, 504, 520, 524]);

const STATUS_VERDICTS: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [401, { kind: 'unauthorized', scope: 'endpoint' }],
  [402, { kind: 'quota_exhausted', scope: 'endpoint' }],
  [403, { kind: 'forbidden', scope: 'target' }],
  [404, { kind: 'model_missing', scope: 'target' }],
  // A method that the endpoint does not know is a route that it does not have.
  [405, { kind: 'unsupported', scope: 'target' }],
  [407, { kind: 'unreachable', scope: 'endpoint', permanent: true }],
  // The server waited for the request in vain: our side or the network was slow.
  [408, { kind: 'timeout', scope: 'request' }],
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

/**
 * What a status means when the body says nothing.
 * @param saysWhen whether the provider said when to come back
 */
export function byStatus(status: number, saysWhen: boolean): Verdict {
  // A payment that is asked for "later" passes by itself; one without a time needs somebody with a card.
  if (status === 402 && saysWhen) return { kind: 'rate_limited', scope: 'endpoint', limit: 'spend' };
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

/** What a general name means where there is no status. */
export function byGenericName(body: ErrorBody): Verdict | undefined {
  for (const name of body.names) {
    const verdict = GENERIC_NAMES.get(name);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}
