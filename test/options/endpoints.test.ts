import { AzureOpenAI, OpenAI } from 'openai';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EndpointOptions, GatewayOptions } from '../../src/options/options.js';
import { PRESETS } from '../../src/options/presets.js';
import { endpointOf, GOOD, loose, problemsOf, resolve } from './resolve-with.js';

const OPENAI_ENV = {
  OPENAI_API_KEY: 'sk-openai',
  OPENAI_ADMIN_KEY: 'sk-admin',
  OPENAI_ORG_ID: 'org-openai',
  OPENAI_PROJECT_ID: 'proj-openai',
  OPENAI_CUSTOM_HEADERS: 'X-Team: red\nX-Secret: canary',
};

afterEach(() => vi.unstubAllEnvs());

describe('endpoints in code', () => {
  it('completes an endpoint with its defaults', () => {
    const endpoint = endpointOf(resolve({ endpoints: [GOOD] }));
    expect(endpoint).toMatchObject({
      name: 'good',
      tier: 1,
      weight: 1,
      baseURL: GOOD.baseURL,
      quirks: { streamUsage: true },
    });
    expect(endpoint.sdk).toMatchObject({
      apiKey: GOOD.apiKey,
      baseURL: GOOD.baseURL,
      adminAPIKey: null,
      organization: null,
      project: null,
    });
  });

  it('takes the place in the list for the tier', () => {
    const list = [
      { ...GOOD, name: 'a' },
      { ...GOOD, name: 'b' },
      { ...GOOD, name: 'c', tier: 1 },
    ];
    expect(resolve({ endpoints: list }).endpoints.map(({ tier }) => tier)).toEqual([1, 2, 1]);
  });

  it('puts endpoints with weights and without tiers into one tier', () => {
    const list = [
      { ...GOOD, name: 'a', weight: 9 },
      { ...GOOD, name: 'canary' },
    ];
    expect(resolve({ endpoints: list }).endpoints.map(({ tier, weight }) => [tier, weight])).toEqual([
      [1, 9],
      [1, 1],
    ]);
  });

  it('hands down what makes sense for all, and each may have its own', () => {
    const fetch = async () => new Response();
    const ownFetch = async () => new Response();
    const dispatcher = { dispatch: () => true };
    const logger = console;
    const config = resolve({
      endpoints: [
        { ...GOOD, name: 'plain' },
        {
          ...GOOD,
          name: 'own',
          timeout: 5,
          maxRetries: 0,
          fetch: ownFetch,
          defaultHeaders: { 'X-App': 'own', 'X-None': null },
          defaultQuery: { b: '3' },
          logLevel: 'off',
        },
      ],
      timeout: 9,
      maxRetries: 4,
      fetch,
      fetchOptions: loose({ dispatcher }) as never,
      logger,
      logLevel: 'debug',
      defaultHeaders: { 'X-App': 'all', 'X-None': 'all', 'X-Both': 'all' },
      defaultQuery: { a: '1', b: '2' },
      dangerouslyAllowBrowser: true,
    });
    expect(endpointOf(config, 0).sdk).toMatchObject({
      timeout: 9,
      maxRetries: 4,
      fetch,
      logger,
      logLevel: 'debug',
      dangerouslyAllowBrowser: true,
    });
    expect(endpointOf(config, 0).sdk.fetchOptions).toEqual({ dispatcher });
    expect((endpointOf(config, 0).sdk.fetchOptions as { dispatcher?: unknown }).dispatcher).toBe(dispatcher);
    expect(endpointOf(config, 0).sdk.defaultHeaders).toEqual({ 'x-app': 'all', 'x-none': 'all', 'x-both': 'all' });
    expect(endpointOf(config, 1).sdk).toMatchObject({
      timeout: 5,
      maxRetries: 0,
      fetch: ownFetch,
      logLevel: 'off',
      defaultQuery: { a: '1', b: '3' },
    });
    expect(endpointOf(config, 1).sdk.defaultHeaders).toEqual({ 'x-app': 'own', 'x-none': null, 'x-both': 'all' });
    expect([
      config.settings.maxRetries,
      endpointOf(config, 0).settings.maxRetries,
      endpointOf(config, 1).settings.maxRetries,
    ]).toEqual([4, undefined, 0]);
  });

  it('reads headers in every form the SDK takes', () => {
    const forms = [
      new Headers({ 'X-A': '1' }),
      [['X-A', '1']],
      { 'X-A': '1' },
      { 'X-A': ['1', '2'] },
      { values: new Headers({ 'X-A': '1' }), nulls: new Set(['x-b']) },
    ];
    const read = (defaultHeaders: unknown) =>
      endpointOf(resolve({ endpoints: [{ ...GOOD, ...(loose({ defaultHeaders }) as EndpointOptions) }] })).sdk
        .defaultHeaders;
    expect(forms.map(read)).toEqual([
      { 'x-a': '1' },
      { 'x-a': '1' },
      { 'x-a': '1' },
      { 'x-a': ['1', '2'] },
      { 'x-a': '1', 'x-b': null },
    ]);
  });

  it('merges limits: those of the client, of the endpoint, and those that stand in it', () => {
    const config = resolve({
      limits: { requestsPerMinute: 1, maxQueueMs: 2, onLimit: 'reject' },
      endpoints: [
        { ...GOOD, tokensPerMinute: 3, limits: { requestsPerMinute: 4, limitGroup: 'account', imagesPerMinute: 5 } },
      ],
    });
    expect(endpointOf(config).limits).toEqual({
      requestsPerMinute: 4,
      maxQueueMs: 2,
      onLimit: 'reject',
      tokensPerMinute: 3,
      limitGroup: 'account',
      imagesPerMinute: 5,
    });
    expect(problemsOf({ endpoints: [{ ...GOOD, burst: 1, limits: { burst: 2 } }] })).toEqual({
      'endpoints[0].burst': expect.stringContaining('keep one'),
    });
  });

  it('keeps names of models, labels and clocks of the endpoint', () => {
    const config = resolve({
      labels: { team: 'red' },
      connectTimeoutMs: 1,
      endpoints: [
        {
          ...GOOD,
          models: { mini: 'openai/mini', constructor: 'x' },
          labels: { region: 'cn' },
          connectTimeoutMs: 2,
          firstEventTimeoutMs: 3,
          idleTimeoutMs: 4,
          commitAfterMs: 0,
        },
      ],
    });
    expect(endpointOf(config)).toMatchObject({
      labels: { team: 'red', region: 'cn' },
      connections: { connectTimeoutMs: 2 },
      settings: { firstEventTimeoutMs: 3, idleTimeoutMs: 4, commitAfterMs: 0 },
    });
    expect([...endpointOf(config).models]).toEqual([
      ['mini', 'openai/mini'],
      ['constructor', 'x'],
    ]);
  });

  it('takes an async function for a key, and none where a header of the endpoint carries it', () => {
    const apiKey = async () => 'fresh';
    expect(endpointOf(resolve({ endpoints: [{ ...GOOD, apiKey }] })).sdk.apiKey).toBe(apiKey);
    const azure = endpointOf(resolve({ endpoints: [{ baseURL: GOOD.baseURL, defaultHeaders: { 'api-key': 'k' } }] }));
    expect(azure.sdk).toMatchObject({ apiKey: 'no-key', defaultHeaders: { 'api-key': 'k', authorization: null } });
  });

  it('accepts an identity instead of a key, and then no key of the environment', () => {
    const workloadIdentity = { provider: {} } as never;
    const config = resolve(
      { endpoints: [{ baseURL: 'https://api.openai.com/v1', workloadIdentity }] },
      { env: OPENAI_ENV },
    );
    expect(endpointOf(config).sdk).toMatchObject({
      workloadIdentity,
      apiKey: null,
      adminAPIKey: null,
      organization: 'org-openai',
    });
    expect(endpointOf(resolve({ endpoints: [{ provider: {} as never }] })).sdk).not.toHaveProperty('baseURL');
    expect(endpointOf(resolve({ endpoints: [{ provider: {} as never }] }))).toMatchObject({
      name: 'endpoint-1',
      baseURL: undefined,
    });
  });

  it('refuses a key beside an identity, and two ways to say where to', () => {
    const workloadIdentity = { provider: {} } as never;
    expect(problemsOf({ endpoints: [{ ...GOOD, workloadIdentity }] })).toHaveProperty(['endpoints[0].apiKey']);
    expect(problemsOf({ endpoints: [{ ...GOOD, dataResidency: 'eu' }] })).toHaveProperty(['endpoints[0].baseURL']);
    expect(problemsOf({ endpoints: [{ baseURL: GOOD.baseURL, provider: {} as never }] })).toHaveProperty([
      'endpoints[0].baseURL',
    ]);
  });

  it('knows the base URL of a data residency', () => {
    const endpoint = endpointOf(resolve({ endpoints: [{ dataResidency: 'eu', apiKey: 'k' }] }));
    expect(endpoint).toMatchObject({ name: 'eu.api.openai.com', baseURL: 'https://eu.api.openai.com/v1' });
    expect(new OpenAI(endpoint.sdk).baseURL).toBe('https://eu.api.openai.com/v1');
  });

  it('uses a ready-made client as it is', () => {
    const client = new AzureOpenAI({
      apiKey: 'k',
      apiVersion: '2025-01-01',
      baseURL: 'https://res.openai.azure.com/openai',
    });
    const endpoint = endpointOf(resolve({ endpoints: [{ client, name: 'azure', timeout: 5, maxRetries: 1 }] }));
    expect(endpoint).toMatchObject({
      name: 'azure',
      baseURL: 'https://res.openai.azure.com/openai',
      headersComplete: false,
    });
    expect(endpoint.client).toBe(client);
  });

  it.each([
    [
      'a gateway',
      { [Symbol.for('llm-gateway-client.gateway')]: true, request: () => 0, baseURL: 'https://x.example' },
      'client',
      'is a gateway itself',
    ],
    ['something else', {}, 'client', 'must be a client of the openai package'],
    ['a client that speaks plain http', { request: () => 0, baseURL: 'http://x.example' }, 'client', 'plain http'],
  ])('refuses %s as a client', (_, client, field, message) => {
    expect(problemsOf(loose({ endpoints: [{ name: 'x', client }] }))).toEqual({
      [`endpoints[0].${field}`]: expect.stringContaining(message),
    });
  });

  it('says which options have no effect beside a client', () => {
    const client = new OpenAI({ apiKey: 'k' });
    expect(problemsOf({ endpoints: [{ client, apiKey: 'k2', defaultHeaders: {} }] })).toEqual({
      'endpoints[0].apiKey': expect.stringContaining('beside `client`'),
      'endpoints[0].defaultHeaders': expect.stringContaining('beside `client`'),
    });
  });
});

describe('presets', () => {
  it('fills in base URL, name and peculiarities', () => {
    const config = resolve({
      endpoints: [
        { preset: 'openrouter', apiKey: 'k' },
        { preset: 'mistral', apiKey: 'k', name: 'm' },
        { preset: 'ollama' },
        { preset: 'openrouter', apiKey: 'k' },
      ],
    });
    expect(
      config.endpoints.map(({ name, baseURL, preset, quirks }) => [name, baseURL, preset, quirks.streamUsage]),
    ).toEqual([
      ['openrouter', 'https://openrouter.ai/api/v1', 'openrouter', true],
      ['m', 'https://api.mistral.ai/v1', 'mistral', false],
      ['ollama', 'http://127.0.0.1:11434/v1', 'ollama', true],
      ['openrouter-2', 'https://openrouter.ai/api/v1', 'openrouter', true],
    ]);
  });

  it('works at the top, without the variables of the SDK', () => {
    const config = resolve(
      { preset: 'deepseek', apiKey: 'k' },
      { env: { ...OPENAI_ENV, LLM_BASE_URL: 'https://x.example' } },
    );
    expect(config.sdkOnly).toBe(false);
    expect(endpointOf(config)).toMatchObject({
      name: 'deepseek',
      baseURL: 'https://api.deepseek.com',
      sdk: { apiKey: 'k', organization: null },
    });
    expect(problemsOf({ preset: 'deepseek' }, { env: OPENAI_ENV })).toEqual({
      apiKey: expect.stringContaining('is missing'),
    });
  });

  it('wants a base URL where every customer has another one, and suggests names', () => {
    expect(problemsOf({ endpoints: [{ preset: 'azure', apiKey: 'k' }] })).toEqual({
      'endpoints[0].baseURL': expect.stringContaining('every customer'),
    });
    expect(problemsOf({ endpoints: [{ preset: 'openruter', apiKey: 'k' }] })).toEqual({
      'endpoints[0].preset': expect.stringContaining('did you mean openrouter?'),
    });
    expect(problemsOf({ endpoints: [{ preset: '__proto__', apiKey: 'k' }] })).toHaveProperty(['endpoints[0].preset']);
  });

  it('holds only base URLs that pass the checks, and needs keys for all but local ones', () => {
    for (const [preset, { baseURL }] of PRESETS) {
      if (baseURL === undefined) continue;
      expect(endpointOf(resolve({ endpoints: [{ preset, apiKey: 'k' }] })).baseURL).toBe(baseURL);
      expect(new URL(baseURL).protocol === 'https:' || new URL(baseURL).hostname === '127.0.0.1').toBe(true);
    }
  });
});

describe("the SDK's own variables", () => {
  const third = { name: 'third', baseURL: 'https://third.example/v1', apiKey: 'k' };

  it('never serve anyone but OpenAI and the place they name themselves', () => {
    const env = { ...OPENAI_ENV, OPENAI_BASE_URL: 'https://proxy.example/v1/' };
    const list: EndpointOptions[] = [
      third,
      { name: 'openai', baseURL: 'https://api.openai.com/v1' },
      { name: 'eu', baseURL: 'https://eu.api.openai.com/v1' },
      { name: 'proxy', baseURL: 'https://proxy.example/v1' },
    ];
    const [foreign, ...own] = resolve({ endpoints: list }, { env }).endpoints;
    expect(foreign?.sdk).toMatchObject({ apiKey: 'k', adminAPIKey: null, organization: null, project: null });
    for (const { sdk } of own) {
      expect(sdk).toMatchObject({
        apiKey: 'sk-openai',
        adminAPIKey: 'sk-admin',
        organization: 'org-openai',
        project: 'proj-openai',
        defaultHeaders: { 'x-team': 'red', 'x-secret': 'canary' },
      });
    }
    for (const baseURL of [
      'https://proxy.example/v2',
      'https://api.openai.com.evil.example/v1',
      'https://evilapi.openai.com.example',
      'https://notapi.openai.com/v1',
    ]) {
      expect(problemsOf({ endpoints: [{ baseURL }] }, { env })).toEqual({
        'endpoints[0].apiKey': expect.stringContaining('is missing'),
      });
    }
  });

  it.each(['third.example', 'api.openai.com'])('leave nothing for the SDK to add by itself for %s', (host) => {
    for (const [name, value] of Object.entries(OPENAI_ENV)) vi.stubEnv(name, value);
    const { sdk, headersComplete } = endpointOf(
      resolve({ endpoints: [{ ...third, baseURL: `https://${host}/v1`, organization: null }] }, { env: OPENAI_ENV }),
    );
    const client = new OpenAI(sdk);
    expect(headersComplete).toBe(true);
    expect(client).toMatchObject({
      apiKey: 'k',
      organization: null,
      project: host === 'api.openai.com' ? 'proj-openai' : null,
      adminAPIKey: host === 'api.openai.com' ? 'sk-admin' : null,
    });
  });

  it('are not asked for a key that code says is none', () => {
    expect(
      problemsOf(
        { endpoints: [{ baseURL: 'https://api.openai.com/v1', apiKey: null, adminAPIKey: null }] },
        { env: OPENAI_ENV },
      ),
    ).toHaveProperty(['endpoints[0].apiKey']);
  });

  it('act as in the SDK without endpoints: nothing is touched', () => {
    const given: GatewayOptions = {
      apiKey: 'k',
      organization: 'org',
      defaultHeaders: { 'X-A': '1' },
      timeout: Number.NaN,
      maxRetries: -1,
      models: { a: 'b' },
    };
    const config = resolve(given, { env: OPENAI_ENV });
    expect(config).toMatchObject({ sdkOnly: true, settings: { maxRetries: 2 }, warnings: [] });
    expect(endpointOf(config).sdk).toEqual({
      apiKey: 'k',
      organization: 'org',
      defaultHeaders: { 'X-A': '1' },
      timeout: Number.NaN,
      maxRetries: -1,
    });
    expect(endpointOf(config).sdk.defaultHeaders).toBe(given.defaultHeaders);
    expect(endpointOf(config).headersComplete).toBe(false);
  });

  it('keep symbols that the SDK hands itself', () => {
    const mark = Symbol('mark');
    expect(endpointOf(resolve({ apiKey: 'k', [mark]: 1 } as GatewayOptions)).sdk).toEqual({ apiKey: 'k', [mark]: 1 });
  });

  it('cause one warning when they go to somebody else', () => {
    const env = { ...OPENAI_ENV, OPENAI_BASE_URL: 'https://proxy.example:8443/v1' };
    const { warnings } = resolve({ project: null }, { env });
    expect(warnings).toEqual([
      'OPENAI_API_KEY, OPENAI_ADMIN_KEY, OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS will be sent to proxy.example:8443, which is not api.openai.com',
    ]);
    expect(resolve({}, { env: OPENAI_ENV }).warnings).toEqual([]);
    expect(
      resolve({ baseURL: 'https://x.example', apiKey: 'k' }, { env: { OPENAI_API_KEY: 'other' } }).warnings,
    ).toEqual([]);
  });

  it("take settings of the gateway's variables and JSON where code says nothing", () => {
    const json = { defaultHeaders: { 'x-a': '1' }, logLevel: 'off', timeout: 3 };
    const { sdk } = endpointOf(
      resolve({ apiKey: 'k', logLevel: 'info' }, { env: { LLM_CONFIG: JSON.stringify(json), LLM_MAX_RETRIES: '7' } }),
    );
    expect(sdk).toEqual({ apiKey: 'k', logLevel: 'info', defaultHeaders: { 'x-a': '1' }, timeout: 3, maxRetries: 7 });
  });

  it('name the missing key in gateway mode, and leave that to the SDK in compat mode', () => {
    expect(problemsOf({})).toEqual({ apiKey: expect.stringMatching(/^Missing credentials.*LLM_BASE_URL/) });
    expect(resolve({ compat: 'sdk' })).toMatchObject({ mode: 'compat', sdkOnly: true });
    expect(endpointOf(resolve({ baseURL: 'http://localhost:9090/v1' })).sdk.apiKey).toBe('no-key');
  });
});

describe('credentials at the top', () => {
  it('cannot stand beside endpoints of the code', () => {
    const options = {
      endpoints: [GOOD],
      apiKey: 'k',
      baseURL: 'https://x.example',
      organization: 'o',
      project: 'p',
      adminAPIKey: 'a',
      dataResidency: 'eu',
      provider: {},
      workloadIdentity: {},
      preset: 'openai',
    };
    const problems = problemsOf(loose(options));
    expect(Object.keys(problems).sort()).toEqual([
      'adminAPIKey',
      'apiKey',
      'baseURL',
      'dataResidency',
      'organization',
      'preset',
      'project',
      'provider',
      'workloadIdentity',
    ]);
    for (const message of Object.values(problems)) expect(message).toContain('move it');
  });

  it('cannot stand beside endpoints of the environment, unless they only repeat what the environment says', () => {
    const env = { LLM_BASE_URL: 'https://x.example', LLM_API_KEY: 'k', OPENAI_API_KEY: 'sk-openai' };
    expect(problemsOf({ apiKey: 'mine' }, { env })).toEqual({ apiKey: expect.stringContaining('LLM_API_KEY') });
    expect(endpointOf(resolve({ apiKey: 'sk-openai' }, { env })).sdk.apiKey).toBe('k');
    expect(resolve({ apiKey: 'mine' }, { env: { LLM_API_KEY: 'k' } })).toMatchObject({ sdkOnly: true });
  });

  it.each([
    'authorization',
    'Api-Key',
    'X-API-KEY',
    'cookie',
    'Proxy-Authorization',
    'OpenAI-Organization',
    'OpenAI-Project',
  ])('cannot be sent to all endpoints as the header %s', (header) => {
    const name = `defaultHeaders.${header.toLowerCase()}`;
    const bracketed = `defaultHeaders.${header.toLowerCase()}`;
    expect(problemsOf({ endpoints: [GOOD], defaultHeaders: { [header]: 'canary' } })).toEqual({
      [name]: expect.stringContaining('every endpoint'),
    });
    expect(
      problemsOf(
        { defaultHeaders: { [header]: 'canary' } },
        { env: { LLM_BASE_URL: 'https://x.example', LLM_API_KEY: 'k' } },
      ),
    ).toHaveProperty([bracketed]);
    expect(
      resolve({ apiKey: 'k', baseURL: 'https://x.example', defaultHeaders: { [header]: 'mine' } }).endpoints,
    ).toHaveLength(1);
    expect(resolve({ endpoints: [{ ...GOOD, defaultHeaders: { [header]: 'mine' } }] }).endpoints).toHaveLength(1);
  });

  it('cannot be sent to all endpoints in the query or by options of fetch', () => {
    expect(problemsOf({ endpoints: [GOOD], defaultQuery: { 'api-key': 'canary' } })).toHaveProperty([
      'defaultQuery.api-key',
    ]);
    expect(problemsOf(loose({ endpoints: [GOOD], fetchOptions: { headers: { authorization: 'canary' } } }))).toEqual({
      'fetchOptions.headers': expect.stringContaining('defaultHeaders'),
    });
    expect(problemsOf(loose({ endpoints: [{ ...GOOD, fetchOptions: { headers: {} } }] }))).toHaveProperty([
      'endpoints[0].fetchOptions.headers',
    ]);
  });

  it('cannot be certificates with endpoints', () => {
    expect(problemsOf(loose({ endpoints: [{ ...GOOD, x509Transport: {}, credential: {} }] }))).toMatchObject({
      'endpoints[0].x509Transport': expect.any(String),
      'endpoints[0].credential': expect.any(String),
    });
    expect(resolve(loose({ credential: {}, compat: 'sdk' })).sdkOnly).toBe(true);
  });
});

describe('the resolved configuration', () => {
  it('is a copy: changing what it was made from changes nothing', () => {
    const options = {
      endpoints: [
        {
          ...GOOD,
          models: { a: 'b' },
          labels: { x: 'y' },
          limits: { requestsPerMinute: 1 },
          defaultHeaders: { h: '1' },
        },
      ],
      models: { fast: ['m'] },
      tags: { project: 'p' },
      hooks: { onCallStarted: () => 1 },
      budgets: [{ name: 'b', per: 'day', limit: { amount: 1, currency: 'USD' } }],
      prices: [{ model: 'm', inputPerMillion: 1 }],
    } satisfies GatewayOptions;
    const config = resolve(options);
    const before = structuredClone({ ...config, hooks: undefined, clock: undefined });
    Object.assign(options.endpoints[0] as object, { baseURL: 'https://evil.example', apiKey: 'x' });
    Object.assign(options.endpoints[0]?.models as object, { a: 'evil' });
    Object.assign(options.endpoints[0]?.labels as object, { x: 'evil' });
    Object.assign(options.endpoints[0]?.defaultHeaders as object, { h: 'evil' });
    options.endpoints.push(GOOD as never);
    options.models.fast.push('evil');
    options.tags.project = 'evil';
    Object.assign(options.budgets[0]?.limit as object, { amount: 99 });
    (options.prices[0] as { inputPerMillion: number }).inputPerMillion = 99;
    expect(structuredClone({ ...config, hooks: undefined, clock: undefined })).toEqual(before);
  });

  it('is frozen all the way down', () => {
    const config = resolve({
      endpoints: [{ ...GOOD, labels: { a: 'b' } }],
      models: { fast: 'm' },
      budgets: [{ name: 'b', per: 'day', limit: { amount: 1, currency: 'USD' } }],
    });
    const endpoint = endpointOf(config);
    const parts = [
      config,
      config.endpoints,
      config.tags,
      config.hooks,
      config.settings,
      config.limits,
      config.budgets,
      config.budgets[0]?.limit,
      config.prices,
      config.fx,
      config.circuit,
      config.retryQuota,
      config.warnings,
      endpoint,
      endpoint.sdk,
      endpoint.limits,
      endpoint.labels,
      endpoint.settings,
      config.aliases.get('fast'),
      config.aliases.get('fast')?.steps,
    ];
    for (const part of parts) expect(Object.isFrozen(part)).toBe(true);
  });

  it('keeps functions and instances as they are, unfrozen', () => {
    const onCallStarted = () => 1;
    const store = { save: () => 1 };
    const clock = { now: () => 1, wallNow: () => 1, random: () => 0, setTimer: () => 1, clearTimer: () => {} };
    const config = resolve({ apiKey: 'k', hooks: { onCallStarted }, store, clock });
    expect([config.hooks.onCallStarted, config.store, config.clock]).toEqual([onCallStarted, store, clock]);
    expect([Object.isFrozen(store), Object.isFrozen(clock)]).toEqual([false, false]);
  });

  it('works with one endpoint only in compat mode', () => {
    expect(problemsOf({ compat: 'sdk', endpoints: [GOOD, { ...GOOD, name: 'b' }] })).toEqual({
      compat: expect.stringContaining('one endpoint'),
    });
    expect(resolve({ compat: 'sdk', endpoints: [GOOD] })).toMatchObject({ mode: 'compat', sdkOnly: false });
  });

  it("takes prices by model or as rules, the code's first", () => {
    const env = { LLM_CONFIG: JSON.stringify({ prices: { mini: { outputPerMillion: 2 } } }), OPENAI_API_KEY: 'k' };
    expect(resolve({ prices: [{ endpoint: 'x', multiplier: 0.55 }] }, { env }).prices).toEqual([
      { endpoint: 'x', multiplier: 0.55 },
      { model: 'mini', outputPerMillion: 2 },
    ]);
  });
});
