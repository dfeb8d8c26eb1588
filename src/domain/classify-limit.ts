import type { BrokenLimit } from './classify-rule.js';
import type { ErrorBody } from './error-body.js';
import type { HeaderReader } from './retry-after.js';

/** The first row that fits decides. Longer periods come first, because their texts contain the shorter ones. */
const LIMIT_RULES: readonly {
  readonly limit: BrokenLimit;
  readonly names?: readonly string[];
  readonly texts?: readonly string[];
}[] = [
  {
    limit: 'tokensPerDay',
    texts: ['tokens per day', '(tpd)', 'tpd limit', 'max tpd', 'tokensperday'],
  },
  {
    limit: 'requestsPerDay',
    names: ['1304'],
    texts: [
      'requests per day',
      '(rpd)',
      'rpd limit',
      'free-models-per-day',
      'requestsperday',
      'per day',
      'daily limit',
    ],
  },
  {
    limit: 'images',
    names: ['modelaccountipmratelimitexceeded'],
    texts: ['images per minute', 'ipm limit', 'ipd limit', '(ipm)'],
  },
  {
    limit: 'concurrency',
    names: [
      '1302',
      'token_concurrency_limit_reached',
      'concurrency_limit_exceeded',
      'inflightbatchsizeexceeded',
      'base_resp.1041',
    ],
    texts: ['concurrency', 'concurrent', '并发'],
  },
  {
    limit: 'tokens',
    names: [
      'tokens',
      'ratelimitexceeded.endpointtpmexceeded',
      'ratelimitexceeded.foundationmodeltpmexceeded',
      'modelaccounttpmratelimitexceeded',
      'tpm_rate_limit_exceeded',
      'throttling.allocationquota',
      'base_resp.1039',
    ],
    texts: ['tokens per min', 'tpm limit', '(tpm)', 'token rate limit', 'max tpm'],
  },
  {
    limit: 'requests',
    names: [
      'requests',
      'ratelimitexceeded.endpointrpmexceeded',
      'ratelimitexceeded.foundationmodelrpmexceeded',
      'modelaccountrpmratelimitexceeded',
      'rpm_rate_limit_exceeded',
      'throttling.ratequota',
      'limit_requests',
      'limit_burst_rate',
      'requestbursttoofast',
      '1303',
    ],
    texts: ['requests per min', 'rpm limit', '(rpm)', 'rph limit', 'requests rate limit', 'max rpm', 'call rate limit'],
  },
];

/** Which limit an answer complains about: by its code, its words, or the header of a remainder that is zero. */
export function brokenLimit(body: ErrorBody, headers: HeaderReader): BrokenLimit | undefined {
  const names = [...body.names];
  const rule = LIMIT_RULES.find(
    (row) =>
      row.names?.some((name) => body.names.has(name)) ||
      row.texts?.some((text) => body.text.includes(text) || names.some((name) => name.includes(text))),
  );
  if (rule !== undefined) return rule.limit;
  if (headers.get('x-ratelimit-remaining-tokens') === '0') return 'tokens';
  return headers.get('x-ratelimit-remaining-requests') === '0' ? 'requests' : undefined;
}
