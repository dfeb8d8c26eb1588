import { describe, expect, it } from 'vitest';
import { ENVIRONMENT_VARIABLES } from '../readme/variable-texts.ts';
import { endpointOf, problemsOf, resolve, stepsOf } from './resolve-with.js';

const FIRST = { LLM_BASE_URL: 'https://first.example/v1', LLM_API_KEY: 'key-1' };
const SECOND = { LLM_BASE_URL_2: 'https://second.example/v1', LLM_API_KEY_2: 'key-2' };

describe('endpoints of the environment', () => {
  it('reads everything that describes an endpoint', () => {
    const config = resolve(
      {},
      {
        env: {
          LLM_BASE_URL_7: 'https://seven.example/v1/',
          LLM_API_KEY_7: 'key-7',
          LLM_NAME_7: 'seven',
          LLM_TIER_7: '2',
          LLM_WEIGHT_7: '0.5',
          LLM_RPM_7: '60',
          LLM_TPM_7: '100000',
          LLM_MAX_CONCURRENCY_7: '8',
        },
      },
    );
    expect(config.sdkOnly).toBe(false);
    expect(endpointOf(config)).toMatchObject({
      name: 'seven',
      tier: 2,
      weight: 0.5,
      baseURL: 'https://seven.example/v1/',
      sdk: { apiKey: 'key-7', baseURL: 'https://seven.example/v1/' },
      limits: { requestsPerMinute: 60, tokensPerMinute: 100_000, maxConcurrency: 8 },
    });
  });

  it('takes the number for the tier, sorts by number and does not mind gaps', () => {
    const env = { LLM_BASE_URL_10: 'https://ten.example', LLM_API_KEY_10: 'k', ...SECOND, ...FIRST };
    expect(resolve({}, { env }).endpoints.map(({ name, tier, weight }) => [name, tier, weight])).toEqual([
      ['first.example', 1, 1],
      ['second.example', 2, 1],
      ['ten.example', 10, 1],
    ]);
  });

  it('names endpoints after their hosts, and tells equal hosts apart', () => {
    const env = {
      LLM_BASE_URL: 'http://127.0.0.1:8001/v1',
      LLM_BASE_URL_2: 'http://[::1]:8002/v1',
      LLM_BASE_URL_3: 'https://host.example/a',
      LLM_API_KEY_3: 'k',
      LLM_BASE_URL_4: 'https://host.example/b',
      LLM_API_KEY_4: 'k',
      LLM_BASE_URL_5: 'https://other.example',
      LLM_API_KEY_5: 'k',
      LLM_NAME_5: 'host.example-2',
    };
    expect(resolve({}, { env }).endpoints.map(({ name }) => name)).toEqual([
      '127.0.0.1-8001',
      '1-8002',
      'host.example',
      'host.example-3',
      'host.example-2',
    ]);
  });

  it('needs no key on this machine', () => {
    for (const url of [
      'http://localhost:1234/v1',
      'http://127.0.0.1:8000',
      'http://[::1]:9',
      'https://api.localhost/v1',
    ].map((one) => one.replace(':9', ':9000'))) {
      expect(endpointOf(resolve({}, { env: { LLM_BASE_URL: url } })).sdk.apiKey).toBe('no-key');
    }
  });

  it.each([
    ['LLM_API_KEY_2', { LLM_BASE_URL_2: 'https://x.example' }],
    ['LLM_API_KEY', { LLM_BASE_URL: 'https://x.example' }],
    ['LLM_API_KEY_1', { LLM_BASE_URL_1: 'https://x.example' }],
  ])('names %s where a base URL has no key', (name, env) => {
    expect(problemsOf({}, { env })).toEqual({ [name]: expect.stringContaining('is missing') });
  });

  it('wants to know where a key belongs', () => {
    expect(problemsOf({}, { env: { LLM_API_KEY: 'sk-1' } })).toEqual({
      LLM_API_KEY: expect.stringContaining('set LLM_BASE_URL'),
    });
    expect(problemsOf({}, { env: { ...FIRST, LLM_API_KEY_2: 'sk-1' } })).toEqual({
      LLM_API_KEY_2: expect.stringContaining('set LLM_BASE_URL_2'),
    });
    expect(problemsOf({}, { env: { ...FIRST, LLM_RPM_3: '5' } })).toEqual({
      LLM_RPM_3: expect.stringContaining('set LLM_BASE_URL_3'),
    });
  });

  it('lets limits and a name stand alone, for the one endpoint there is', () => {
    const env = { LLM_RPM: '5', LLM_NAME: 'only', OPENAI_API_KEY: 'k' };
    for (const options of [{}, { baseURL: 'https://x.example/v1', apiKey: 'k' }]) {
      expect(endpointOf(resolve(options, { env }))).toMatchObject({ name: 'only', limits: { requestsPerMinute: 5 } });
    }
    expect(problemsOf({}, { env: { ...env, LLM_RPM: 'many' } })).toEqual({
      LLM_RPM: expect.stringContaining('must be a number'),
    });
  });

  it('ignores limits that belong to an endpoint which code has replaced', () => {
    const config = resolve({ baseURL: 'https://x.example/v1', apiKey: 'k' }, { env: { ...FIRST, LLM_RPM: '5' } });
    expect(endpointOf(config).limits).toEqual({});
  });

  it('takes `_1` for the first, and refuses two that disagree', () => {
    expect(endpointOf(resolve({}, { env: { LLM_BASE_URL_1: 'https://x.example', LLM_API_KEY: 'k' } })).sdk.apiKey).toBe(
      'k',
    );
    expect(resolve({}, { env: { ...FIRST, LLM_API_KEY_1: 'key-1' } }).endpoints).toHaveLength(1);
    expect(problemsOf({}, { env: { ...FIRST, LLM_API_KEY_1: 'another' } })).toEqual({
      LLM_API_KEY_1: expect.stringContaining('LLM_API_KEY'),
    });
  });

  it.each([
    ['LLM_TIER', 'first'],
    ['LLM_TIER', '0'],
    ['LLM_TIER', '1.5'],
    ['LLM_WEIGHT', '-1'],
    ['LLM_WEIGHT', 'NaN'],
    ['LLM_WEIGHT', 'Infinity'],
    ['LLM_RPM', '1e3'],
    ['LLM_TPM', '1_000'],
    ['LLM_MAX_CONCURRENCY', '2.5'],
    ['LLM_NAME', 'a:b'],
    ['LLM_NAME', 'a,b'],
    ['LLM_NAME', 'a/b'],
    ['LLM_NAME', 'x'.repeat(65)],
    ['LLM_TIMEOUT_MS', '0'],
    ['LLM_TIMEOUT_MS', '-5'],
    ['LLM_TIMEOUT_MS', '3000000000'],
    ['LLM_MAX_RETRIES', '1.5'],
    ['LLM_PROJECT', 'a\nb'],
    ['LLM_DEFAULT_MODEL', 'a\u0000b'],
    ['LLM_MODEL_FAST', 'a,,b'],
    ['LLM_MODEL_', 'gpt'],
    ['LLM_MODEL___PROTO__', 'gpt'],
  ])('refuses %s=%j and names it', (name, value) => {
    const problems = problemsOf({}, { env: { ...FIRST, [name]: value } });
    expect(Object.keys(problems)).toEqual([name]);
    if (value.length > 6) expect(Object.values(problems).join()).not.toContain(value);
  });

  it('allows a weight of 0 and a limit of 0', () => {
    const endpoint = endpointOf(resolve({}, { env: { ...FIRST, LLM_WEIGHT: '0', LLM_RPM: '0' } }));
    expect([endpoint.weight, endpoint.limits.requestsPerMinute]).toEqual([0, 0]);
  });
});

describe('names that are almost right', () => {
  it.each([
    ['LLM_BASEURL', 'LLM_BASE_URL'],
    ['LLM_BASE_URI', 'LLM_BASE_URL'],
    ['LLM_BASE_URL2', 'LLM_BASE_URL_2'],
    ['LLM_APIKEY_3', 'LLM_API_KEY_3'],
    ['LLM_API_KEYS', 'LLM_API_KEY'],
    ['LLM_WIEGHT_2', 'LLM_WEIGHT_2'],
    ['LLM_RPMS', 'LLM_RPM'],
    ['LLM_DEFAULT_MODLE', 'LLM_DEFAULT_MODEL'],
    ['LLM_TIMEOUT_M', 'LLM_TIMEOUT_MS'],
    ['LLM_MAX_RETRYS', 'LLM_MAX_RETRIES'],
    ['LLM_CONFG', 'LLM_CONFIG'],
    ['LLM_MAX_CONCURENCY_2', 'LLM_MAX_CONCURRENCY_2'],
  ])('asks whether %s should be %s', (written, meant) => {
    expect(problemsOf({}, { env: { ...FIRST, [written]: '1' } })).toEqual({
      [written]: expect.stringContaining(`did you mean ${meant}?`),
    });
  });

  it.each([
    'LLM_TEMPERATURE',
    'LLM_TOP_P',
    'LLM_API_VERSION',
    'LLM_PROVIDER',
    'LLM_CACHE_DIR',
    'LLM_HOST',
    'LLM_2',
    'LLM_',
    'LLM',
    'LLMX_BASE_URL',
    'LLM_NUM_RETRIES',
    'LLM_TIMEOUT',
    'LLM_EMBEDDING_BASE_URL',
  ])('leaves %s to other software', (name) => {
    expect(resolve({}, { env: { ...FIRST, [name]: 'x' } }).endpoints).toHaveLength(1);
  });

  it('says, without stopping, that LLM_MODEL means nothing', () => {
    const { warnings } = resolve({}, { env: { ...FIRST, LLM_MODEL: 'gpt-5.5' } });
    expect(warnings).toEqual([expect.stringContaining('LLM_DEFAULT_MODEL')]);
  });

  it('does not judge the spelling of endpoints that code has replaced', () => {
    const env = { LLM_BASEURL: 'x', LLM_TIER_2: 'y' };
    expect(resolve({ baseURL: 'https://x.example/v1', apiKey: 'k' }, { env }).endpoints).toHaveLength(1);
    expect(resolve({ endpoints: [{ baseURL: 'https://x.example/v1', apiKey: 'k' }] }, { env }).endpoints).toHaveLength(
      1,
    );
  });
});

describe('another environment', () => {
  it('reads other names with a prefix of its own, so that two clients can live in one process', () => {
    const env = { ...FIRST, SEARCH_BASE_URL: 'https://search.example', SEARCH_API_KEY: 'k', SEARCH_MODEL_FAST: 'm' };
    for (const envPrefix of ['SEARCH', 'SEARCH_']) {
      const config = resolve({ envPrefix }, { env });
      expect(config.endpoints.map(({ name }) => name)).toEqual(['search.example']);
      expect(stepsOf(config, 'fast')).toEqual(['m']);
    }
  });

  it("reads another object instead of the process, the SDK's own variables included", () => {
    const env = {
      OPENAI_API_KEY: 'process-key',
      OPENAI_ORG_ID: 'process-org',
      OPENAI_BASE_URL: 'https://process.example',
      LLM_RPM: '1',
    };
    const config = resolve({ env: { OPENAI_API_KEY: 'own-key', OPENAI_LOG: 'debug' } }, { env });
    expect(endpointOf(config)).toMatchObject({ name: 'api.openai.com', limits: {}, headersComplete: true });
    expect(endpointOf(config).sdk).toEqual({
      apiKey: 'own-key',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      baseURL: null,
      logLevel: 'debug',
      defaultHeaders: undefined,
    });
  });

  it('reads nothing at all with `env: false`', () => {
    const env = { ...FIRST, OPENAI_API_KEY: 'k', OPENAI_LOG: 'debug' };
    expect(problemsOf({ env: false }, { env })).toEqual({ apiKey: expect.stringContaining('Missing credentials') });
    expect(endpointOf(resolve({ env: false, apiKey: 'own' }, { env })).sdk).toMatchObject({
      apiKey: 'own',
      organization: null,
      logLevel: 'warn',
    });
  });
});

describe('the table of variables', () => {
  it('lists every variable that is read, with its meaning', () => {
    expect(ENVIRONMENT_VARIABLES.map(({ name }) => name)).toEqual([
      'BASE_URL',
      'API_KEY',
      'NAME',
      'TIER',
      'WEIGHT',
      'RPM',
      'TPM',
      'MAX_CONCURRENCY',
      'MODEL_<ALIAS>',
      'DEFAULT_MODEL',
      'TIMEOUT_MS',
      'MAX_RETRIES',
      'PROJECT',
      'ENV',
      'CONFIG',
    ]);
    for (const { meaning } of ENVIRONMENT_VARIABLES) expect(meaning).toMatch(/\w{3}/);
  });
});
