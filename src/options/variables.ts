/** All environment variables: read by `environment.ts`, explained in the README. */

/** How the text of a variable becomes a value. */
export type VariableKind = 'text' | 'count' | 'rank' | 'number';

/**
 * Those that describe endpoint n; `field` is the option of the endpoint. They may carry a number: `LLM_BASE_URL` and
 * `LLM_BASE_URL_1` are the first, `LLM_BASE_URL_2` the second.
 */
export const ENDPOINT_VARIABLES = [
  { name: 'BASE_URL', field: 'baseURL', kind: 'text' },
  { name: 'API_KEY', field: 'apiKey', kind: 'text' },
  { name: 'NAME', field: 'name', kind: 'text' },
  { name: 'TIER', field: 'tier', kind: 'rank' },
  { name: 'WEIGHT', field: 'weight', kind: 'number' },
  { name: 'RPM', field: 'requestsPerMinute', kind: 'number' },
  { name: 'TPM', field: 'tokensPerMinute', kind: 'number' },
  { name: 'MAX_CONCURRENCY', field: 'maxConcurrency', kind: 'count' },
] as const;

/** Those that are there once. */
export const CLIENT_VARIABLES = [
  { name: 'DEFAULT_MODEL', kind: 'text' },
  { name: 'TIMEOUT_MS', kind: 'number' },
  { name: 'MAX_RETRIES', kind: 'count' },
  { name: 'PROJECT', kind: 'text' },
  { name: 'ENV', kind: 'text' },
  { name: 'CONFIG', kind: 'text' },
] as const;

/** First part of the variables that define aliases. */
export const MODEL_VARIABLE = 'MODEL_';
