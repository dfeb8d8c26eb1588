import { describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/options/options.js';
import type { ResolvedConfig } from '../../src/options/resolved-config.js';
import { endpointOf, GOOD, resolve, type Surroundings, stepsOf } from './resolve-with.js';

/** One setting, from each place that can say it. What a place cannot say is left out. */
interface Setting {
  readonly name: string;
  readonly read: (config: ResolvedConfig) => unknown;
  readonly option?: readonly [GatewayOptions, unknown];
  readonly variable?: readonly [Record<string, string>, unknown];
  readonly json?: readonly [object, unknown];
  readonly sdk?: readonly [Record<string, string>, unknown];
  readonly otherwise?: unknown;
}

const KEY = { apiKey: 'sk-any' };
const LLM_ENDPOINT = { LLM_BASE_URL: 'https://llm.example/v1', LLM_API_KEY: 'llm-key' };
const base = (config: ResolvedConfig): unknown => endpointOf(config).baseURL;
const key = (config: ResolvedConfig): unknown => endpointOf(config).sdk.apiKey;

const SETTINGS: readonly Setting[] = [
  {
    name: 'base URL',
    read: base,
    option: [{ baseURL: 'https://option.example/v1', apiKey: 'k' }, 'https://option.example/v1'],
    variable: [LLM_ENDPOINT, 'https://llm.example/v1'],
    json: [{ endpoints: [{ baseURL: 'https://llm.example/json', apiKey: 'json-key' }] }, 'https://llm.example/json'],
    sdk: [{ OPENAI_BASE_URL: 'https://sdk.example/v1', OPENAI_API_KEY: 'sdk-key' }, 'https://sdk.example/v1'],
  },
  {
    name: 'key',
    read: key,
    option: [{ endpoints: [{ ...GOOD, apiKey: 'option-key' }] }, 'option-key'],
    variable: [LLM_ENDPOINT, 'llm-key'],
    json: [{ endpoints: [{ baseURL: 'https://llm.example/v1', apiKey: 'json-key' }] }, 'json-key'],
  },
  {
    name: 'key of the SDK alone',
    read: (config) => endpointOf(config).sdk.apiKey ?? 'left to the SDK',
    option: [{ apiKey: 'option-key' }, 'option-key'],
    sdk: [{ OPENAI_API_KEY: 'sdk-key' }, 'left to the SDK'],
  },
  {
    name: 'organization at OpenAI',
    read: (config) => endpointOf(config).sdk.organization,
    option: [
      { endpoints: [{ baseURL: 'https://api.openai.com/v1', apiKey: 'k', organization: 'org-option' }] },
      'org-option',
    ],
    sdk: [{ OPENAI_ORG_ID: 'org-sdk', LLM_BASE_URL: 'https://api.openai.com/v1', LLM_API_KEY: 'k' }, 'org-sdk'],
    otherwise: undefined,
  },
  {
    name: 'default model',
    read: (config) => config.defaultModel,
    option: [{ defaultModel: 'from-option' }, 'from-option'],
    variable: [{ LLM_DEFAULT_MODEL: 'from-variable' }, 'from-variable'],
    json: [{ defaultModel: 'from-json' }, 'from-json'],
    otherwise: undefined,
  },
  {
    name: 'timeout',
    read: (config) => endpointOf(config).sdk.timeout,
    option: [{ timeout: 1000 }, 1000],
    variable: [{ LLM_TIMEOUT_MS: '2000' }, 2000],
    json: [{ timeout: 3000 }, 3000],
    otherwise: undefined,
  },
  {
    name: 'maxRetries',
    read: (config) => config.settings.maxRetries,
    option: [{ maxRetries: 0 }, 0],
    variable: [{ LLM_MAX_RETRIES: '5' }, 5],
    json: [{ maxRetries: 6 }, 6],
    otherwise: 2,
  },
  {
    name: 'tag project',
    read: (config) => config.tags['project'],
    option: [{ tags: { project: 'option' } }, 'option'],
    variable: [{ LLM_PROJECT: 'variable' }, 'variable'],
    json: [{ tags: { project: 'json' } }, 'json'],
    otherwise: undefined,
  },
  {
    name: 'tag env',
    read: (config) => config.tags['env'],
    option: [{ tags: { env: 'option' } }, 'option'],
    variable: [{ LLM_ENV: 'variable' }, 'variable'],
    json: [{ tags: { env: 'json' } }, 'json'],
    otherwise: undefined,
  },
  {
    name: 'an alias',
    read: (config) => stepsOf(config, 'fast'),
    option: [{ models: { fast: 'from-option' } }, ['from-option']],
    variable: [{ LLM_MODEL_FAST: 'from-variable' }, ['from-variable']],
    json: [{ models: { fast: 'from-json' } }, ['from-json']],
    otherwise: undefined,
  },
  {
    name: 'deadlineMs',
    read: (config) => config.settings.deadlineMs,
    option: [{ deadlineMs: 1 }, 1],
    json: [{ deadlineMs: 2 }, 2],
    otherwise: undefined,
  },
  {
    name: 'idleTimeoutMs',
    read: (config) => config.settings.idleTimeoutMs,
    option: [{ idleTimeoutMs: 1 }, 1],
    json: [{ idleTimeoutMs: 2 }, 2],
    otherwise: 120_000,
  },
  {
    name: 'commitAfterMs',
    read: (config) => config.settings.commitAfterMs,
    option: [{ commitAfterMs: 0 }, 0],
    json: [{ commitAfterMs: 2 }, 2],
    otherwise: 5_000,
  },
  {
    name: 'balance',
    read: (config) => config.settings.balance,
    option: [{ balance: 'weighted' }, 'weighted'],
    json: [{ balance: 'latency' }, 'latency'],
    otherwise: 'weighted',
  },
  {
    name: 'requests per minute of the only endpoint',
    read: (config) => endpointOf(config).limits.requestsPerMinute,
    variable: [{ LLM_RPM: '60' }, 60],
    json: [{ limits: { requestsPerMinute: 70 } }, 70],
    otherwise: undefined,
  },
  {
    name: 'requests per minute of an endpoint',
    read: (config) => endpointOf(config).limits.requestsPerMinute,
    option: [{ endpoints: [{ ...GOOD, requestsPerMinute: 50 }] }, 50],
    variable: [{ ...LLM_ENDPOINT, LLM_RPM_1: '60' }, 60],
    json: [{ endpoints: [{ baseURL: 'https://llm.example/v1', apiKey: 'k', requestsPerMinute: 70 }] }, 70],
  },
  {
    name: 'whenAllOpen',
    read: (config) => config.whenAllOpen,
    option: [{ whenAllOpen: 'reject' }, 'reject'],
    json: [{ whenAllOpen: 'try' }, 'try'],
    otherwise: 'try',
  },
  {
    name: 'circuit',
    read: (config) => config.circuit,
    option: [{ circuit: false }, false],
    json: [{ circuit: { openMs: 7 } }, expect.objectContaining({ openMs: 7, maxOpenMs: 300_000 })],
    otherwise: expect.objectContaining({ openMs: 5_000, consecutiveFailures: 5 }),
  },
  {
    name: 'retry quota',
    read: (config) => config.retryQuota,
    option: [{ retry: { quota: false } }, false],
    json: [{ retry: { quota: { cost: 9 } } }, { capacity: 500, cost: 9, noResponseCost: 10, refund: 1 }],
    otherwise: { capacity: 500, cost: 5, noResponseCost: 10, refund: 1 },
  },
  {
    name: 'hedge',
    read: (config) => config.hedge,
    option: [{ hedge: { percentile: 99 } }, { percentile: 99 }],
    json: [{ hedge: { percentile: 90 } }, { percentile: 90 }],
    otherwise: false,
  },
];

/** From the strongest to the weakest. */
const RANKS = ['option', 'variable', 'json', 'sdk'] as const;
type Rank = (typeof RANKS)[number];

function surroundingsOf(setting: Setting, ranks: readonly Rank[]): [GatewayOptions, Surroundings] {
  // Enough for a client to exist when the setting itself brings no endpoint.
  const env: Record<string, string> = { OPENAI_API_KEY: 'sk-any' };
  if (ranks.includes('sdk')) Object.assign(env, setting.sdk?.[0]);
  if (ranks.includes('json')) env['LLM_CONFIG'] = JSON.stringify(setting.json?.[0]);
  if (ranks.includes('variable')) Object.assign(env, setting.variable?.[0]);
  return [ranks.includes('option') ? (setting.option?.[0] ?? {}) : {}, { env }];
}

describe('precedence', () => {
  for (const setting of SETTINGS) {
    const ranks = RANKS.filter((rank) => setting[rank] !== undefined);
    for (const [index, stronger] of ranks.entries()) {
      const [, expected] = setting[stronger] as readonly [unknown, unknown];
      it(`takes the ${setting.name} from the ${stronger} alone`, () => {
        expect(setting.read(resolve(...surroundingsOf(setting, [stronger])))).toEqual(expected);
      });
      for (const weaker of ranks.slice(index + 1)) {
        it(`takes the ${setting.name} from the ${stronger} rather than from the ${weaker}`, () => {
          expect(setting.read(resolve(...surroundingsOf(setting, [stronger, weaker])))).toEqual(expected);
        });
      }
    }
    if ('otherwise' in setting) {
      it(`has a default for the ${setting.name}`, () => {
        expect(setting.read(resolve(...surroundingsOf(setting, [])))).toEqual(setting.otherwise);
      });
    }
  }

  it('merges objects key by key', () => {
    const config = resolve(
      { tags: { user: 'u' }, limits: { maxQueue: 5 }, circuit: { openMs: 1 }, models: { a: 'code' }, ...KEY },
      {
        env: {
          LLM_PROJECT: 'p',
          LLM_MODEL_B: 'variable',
          LLM_CONFIG: JSON.stringify({
            tags: { feature: 'f', user: 'json' },
            limits: { maxQueueMs: 6, maxQueue: 7 },
            circuit: { openMs: 2, windowMs: 3 },
            models: { a: 'json', b: 'json', c: 'json' },
          }),
        },
      },
    );
    expect(config.tags).toEqual({ user: 'u', project: 'p', feature: 'f' });
    expect(config.limits).toEqual({ maxQueue: 5, maxQueueMs: 6 });
    expect(config.circuit).toMatchObject({ openMs: 1, windowMs: 3, maxOpenMs: 300_000 });
    expect([stepsOf(config, 'a'), stepsOf(config, 'b'), stepsOf(config, 'c')]).toEqual([
      ['code'],
      ['variable'],
      ['json'],
    ]);
  });

  it('lets endpoints in code replace all endpoints of the environment, and keeps its other settings', () => {
    const env = {
      ...LLM_ENDPOINT,
      LLM_BASE_URL_2: 'https://second.example/v1',
      LLM_API_KEY_2: 'second',
      LLM_TIMEOUT_MS: '77',
      LLM_DEFAULT_MODEL: 'm',
      LLM_CONFIG: JSON.stringify({ endpoints: [{ baseURL: 'https://json.example', apiKey: 'j' }], balance: 'latency' }),
    };
    for (const options of [{ endpoints: [GOOD] }, { baseURL: GOOD.baseURL, apiKey: GOOD.apiKey }]) {
      const config = resolve(options, { env });
      expect(config.endpoints.map(({ baseURL }) => baseURL)).toEqual([GOOD.baseURL]);
      expect(config).toMatchObject({ defaultModel: 'm', settings: { balance: 'latency' } });
      expect(endpointOf(config).sdk.timeout).toBe(77);
    }
  });

  it('takes an option that is undefined for one that was not given', () => {
    const env = { LLM_DEFAULT_MODEL: 'm', OPENAI_API_KEY: 'k', LLM_TIMEOUT_MS: '5' };
    const config = resolve(
      { defaultModel: undefined, timeout: undefined, endpoints: undefined, baseURL: undefined },
      { env },
    );
    expect(config.defaultModel).toBe('m');
    expect(endpointOf(config).sdk.timeout).toBe(5);
  });

  it('takes an empty or blank variable for one that is not set, and cuts blanks around the others', () => {
    const env = {
      OPENAI_API_KEY: 'k',
      LLM_BASE_URL: '',
      LLM_API_KEY: '  ',
      LLM_DEFAULT_MODEL: '\t',
      LLM_MODEL_FAST: ' ',
      LLM_PROJECT: '  shop \n',
      LLM_CONFIG: ' ',
      LLM_TIMEOUT_MS: ' 8 ',
    };
    const config = resolve({}, { env });
    expect(config).toMatchObject({ sdkOnly: true, defaultModel: undefined, tags: { project: 'shop' } });
    expect(config.aliases.size).toBe(0);
    expect(endpointOf(config).sdk.timeout).toBe(8);
  });
});
