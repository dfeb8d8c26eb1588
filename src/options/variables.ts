/** All environment variables, with what they mean: read by `environment.ts`, printed in the README. */

/** How the text of a variable becomes a value. */
export type VariableKind = 'text' | 'count' | 'rank' | 'number';

/** One environment variable. */
export interface EnvironmentVariable {
  /** Without the prefix, e.g. `BASE_URL` of `LLM_BASE_URL`. */
  readonly name: string;
  /** May carry the number of an endpoint: `LLM_BASE_URL` and `LLM_BASE_URL_1` are the first, `LLM_BASE_URL_2` the second. */
  readonly numbered: boolean;
  readonly kind: VariableKind;
  /** The option it stands for; `endpoints[n]` for those of an endpoint. */
  readonly option: string;
  readonly meaning: string;
  readonly default: string;
}

/** Those that describe endpoint n; `field` is the option of the endpoint. */
export const ENDPOINT_VARIABLES = [
  {
    name: 'BASE_URL',
    field: 'baseURL',
    kind: 'text',
    meaning: 'base URL of endpoint n; gaps in the numbers are fine',
    default: '',
  },
  {
    name: 'API_KEY',
    field: 'apiKey',
    kind: 'text',
    meaning: 'key of endpoint n; only a loopback address needs none',
    default: '',
  },
  {
    name: 'NAME',
    field: 'name',
    kind: 'text',
    meaning: 'name of endpoint n in aliases, events and reports',
    default: 'the host',
  },
  { name: 'TIER', field: 'tier', kind: 'rank', meaning: 'tier of endpoint n: 1 is asked first', default: 'n' },
  { name: 'WEIGHT', field: 'weight', kind: 'number', meaning: 'share of the calls inside the tier', default: '1' },
  {
    name: 'RPM',
    field: 'requestsPerMinute',
    kind: 'number',
    meaning: 'requests per minute at endpoint n',
    default: 'no limit',
  },
  {
    name: 'TPM',
    field: 'tokensPerMinute',
    kind: 'number',
    meaning: 'tokens per minute at endpoint n',
    default: 'no limit',
  },
  {
    name: 'MAX_CONCURRENCY',
    field: 'maxConcurrency',
    kind: 'count',
    meaning: 'requests in flight at endpoint n',
    default: 'no limit',
  },
] as const;

/** Those that are there once. */
export const CLIENT_VARIABLES = [
  {
    name: 'DEFAULT_MODEL',
    option: 'defaultModel',
    kind: 'text',
    meaning: 'alias or model for calls that name none',
    default: 'none',
  },
  {
    name: 'TIMEOUT_MS',
    option: 'timeout',
    kind: 'number',
    meaning: 'longest time for one attempt, in milliseconds',
    default: '600000',
  },
  { name: 'MAX_RETRIES', option: 'maxRetries', kind: 'count', meaning: 'extra attempts after the first', default: '2' },
  {
    name: 'PROJECT',
    option: 'tags.project',
    kind: 'text',
    meaning: 'the tag `project` of every call',
    default: 'none',
  },
  {
    name: 'ENV',
    option: 'tags.env',
    kind: 'text',
    meaning: 'the tag `env` of every call, e.g. `production`',
    default: 'none',
  },
  {
    name: 'CONFIG',
    option: '',
    kind: 'text',
    meaning: 'path of a JSON file with options, or the JSON itself',
    default: 'none',
  },
] as const;

/** First part of the variables that define aliases. */
export const MODEL_VARIABLE = 'MODEL_';

/** Every variable, as a table for people. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  ...ENDPOINT_VARIABLES.map(({ field, ...variable }) => ({
    ...variable,
    numbered: true,
    option: `endpoints[n].${field}`,
  })),
  {
    name: `${MODEL_VARIABLE}<ALIAS>`,
    numbered: false,
    kind: 'text',
    option: 'models.<alias>',
    meaning: 'what an alias stands for: `model` or `endpoint:model`, several separated by commas are tried in order',
    default: 'none',
  },
  ...CLIENT_VARIABLES.map((variable) => ({ ...variable, numbered: false })),
];
