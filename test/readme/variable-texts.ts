/** What the README says about each environment variable. */
import { CLIENT_VARIABLES, ENDPOINT_VARIABLES, MODEL_VARIABLE } from '../../src/options/variables.js';

interface VariableText {
  /** The option it stands for, where that is not told by the variable's field. */
  readonly option?: string;
  readonly meaning: string;
  readonly default: string;
}

type Name = (typeof ENDPOINT_VARIABLES | typeof CLIENT_VARIABLES)[number]['name'];

/** A new variable fails to compile until it has a text. */
const TEXTS: Readonly<Record<Name, VariableText>> = {
  BASE_URL: { meaning: 'base URL of endpoint n; gaps in the numbers are fine', default: '' },
  API_KEY: { meaning: 'key of endpoint n; only a loopback address needs none', default: '' },
  NAME: { meaning: 'name of endpoint n in aliases, events and reports', default: 'the host' },
  TIER: { meaning: 'tier of endpoint n: 1 is asked first', default: 'n' },
  WEIGHT: { meaning: 'share of the calls inside the tier', default: '1' },
  RPM: { meaning: 'requests per minute at endpoint n', default: 'no limit' },
  TPM: { meaning: 'tokens per minute at endpoint n', default: 'no limit' },
  MAX_CONCURRENCY: { meaning: 'requests in flight at endpoint n', default: 'no limit' },
  DEFAULT_MODEL: { option: 'defaultModel', meaning: 'alias or model for calls that name none', default: 'none' },
  TIMEOUT_MS: { option: 'timeout', meaning: 'longest time for one attempt, in milliseconds', default: '600000' },
  MAX_RETRIES: { option: 'maxRetries', meaning: 'extra attempts after the first', default: '2' },
  PROJECT: { option: 'tags.project', meaning: 'the tag `project` of every call', default: 'none' },
  ENV: { option: 'tags.env', meaning: 'the tag `env` of every call, e.g. `production`', default: 'none' },
  CONFIG: { option: '', meaning: 'path of a JSON file with options, or the JSON itself', default: 'none' },
};

/** Every variable, without the prefix; a numbered one may carry the number of an endpoint. */
export const ENVIRONMENT_VARIABLES = [
  ...ENDPOINT_VARIABLES.map(({ name, field }) => ({
    name,
    numbered: true,
    option: `endpoints[n].${field}`,
    ...TEXTS[name],
  })),
  {
    name: `${MODEL_VARIABLE}<ALIAS>`,
    numbered: false,
    option: 'models.<alias>',
    meaning: 'what an alias stands for: `model` or `endpoint:model`, several separated by commas are tried in order',
    default: 'none',
  },
  ...CLIENT_VARIABLES.map(({ name }) => ({ name, numbered: false, option: '', ...TEXTS[name] })),
];
