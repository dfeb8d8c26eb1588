import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { errorOf, GOOD, loose, problemsOf, resolve } from './resolve-with.js';

const CANARY = 'sk-canary-5f1d0c2e9a7b4c63';

/** Everything a person or a log could see of an error. */
function visible(error: Error): string {
  return `${error.message}\n${error.stack}\n${JSON.stringify(error)}\n${inspect(error, { depth: 10, showHidden: true })}`;
}

describe('bad input', () => {
  it.each([
    ['user and password', `https://user:${CANARY}@x.example/v1`, 'user name or a password'],
    ['a user alone', `https://${CANARY}@x.example/v1`, 'user name or a password'],
    ['ftp', `ftp://x.example/${CANARY}`, 'https://'],
    ['file', 'file:///etc/passwd', 'https://'],
    ['data', `data:text/plain,${CANARY}`, 'https://'],
    ['a script', 'javascript:alert(1)', 'https://'],
    ['a websocket', 'wss://x.example', 'https://'],
    ['a key in the wrong place', CANARY, 'is not a URL'],
    ['a key that reads as a protocol', `${CANARY}:x`, 'https://'],
    ['no URL', 'not a url', 'a blank'],
    ['a host alone', 'x.example/v1', 'is not a URL'],
    ['nothing', '', 'is empty'],
    ['blanks', '   ', 'is empty'],
    ['a line break', `https://x.example/v1\n${CANARY}`, 'a blank or a line break'],
    ['a fragment', 'https://x.example/v1#a', 'fragment'],
    ['the address of one operation', 'https://x.example/v1/chat/completions', 'must end before "/chat/completions"'],
    ['the address of another operation', 'https://x.example/v1/responses/', 'must end before "/responses"'],
    ['a text in quotes', '"https://x.example/v1"', 'without quotes'],
    ['a port that fetch blocks', 'https://x.example:6000/v1', 'port'],
    ['port 1', 'http://localhost:1/v1', 'port'],
    ['plain http', 'http://x.example/v1', 'plain http'],
    ['plain http to what looks like this machine', 'http://127.0.0.1.evil.example/v1', 'plain http'],
    ['plain http to localhost in a longer name', 'http://localhost.evil.example/v1', 'plain http'],
    ['plain http to a private address', 'http://10.0.0.1/v1', 'plain http'],
    ['plain http to a metadata address', 'http://169.254.169.254/latest', 'plain http'],
  ])('refuses %s as a base URL, without printing it', (_, baseURL, message) => {
    const forms = [
      [errorOf({ endpoints: [{ ...GOOD, baseURL }] }), 'endpoints[0].baseURL'],
      [errorOf({ baseURL, apiKey: 'k' }), 'baseURL'],
      ...(baseURL.trim() === ''
        ? []
        : ([
            [errorOf({}, { env: { LLM_BASE_URL_2: baseURL, LLM_API_KEY_2: 'k' } }), 'LLM_BASE_URL_2'],
            [errorOf({ apiKey: 'k' }, { env: { OPENAI_BASE_URL: baseURL } }), 'OPENAI_BASE_URL'],
          ] as const)),
    ] as const;
    for (const [error, name] of forms) {
      expect(error.problems).toEqual([{ name, message: expect.stringContaining(message) }]);
      expect(visible(error)).not.toContain(CANARY);
    }
  });

  it('keeps only what protects keys in compat mode', () => {
    const refused = ['ftp://x.example', 'http://x.example', `https://u:${CANARY}@x.example`];
    for (const baseURL of refused) expect(errorOf({ compat: 'sdk', baseURL, apiKey: 'k' }).problems).toHaveLength(1);
    for (const baseURL of ['', 'https://x.example#a', 'x'])
      expect(resolve({ compat: 'sdk', baseURL, apiKey: 'k' }).mode).toBe('compat');
    expect(errorOf({ compat: 'sdk', apiKey: 'a\nb' }).problems).toHaveLength(1);
  });

  it('allows http to this machine, and to others when told to', () => {
    for (const host of ['localhost:8080', '127.0.0.1', '127.8.9.1', '[::1]', '[::ffff:127.0.0.1]', 'a.localhost']) {
      expect(resolve({ endpoints: [{ ...GOOD, baseURL: `http://${host}/v1` }] }).endpoints).toHaveLength(1);
    }
    expect(
      resolve({ endpoints: [{ ...GOOD, baseURL: 'http://litellm:4000' }], allowInsecureHttp: true }).endpoints,
    ).toHaveLength(1);
    const env = { LLM_BASE_URL: 'http://litellm:4000', LLM_API_KEY: 'k', LLM_CONFIG: '{"allowInsecureHttp":true}' };
    expect(resolve({}, { env }).endpoints).toHaveLength(1);
  });

  it.each([
    ['a line break inside', `${CANARY}\nX: y`],
    ['a line break at the end, as files have', `${CANARY}\n`],
    ['a carriage return', `${CANARY}\r`],
    ['NUL', `${CANARY}\u0000`],
    ['a letter no header takes', `${CANARY}密钥`],
    ['a typographic dash', `${CANARY}–`],
  ])('refuses a key with %s, without printing it', (_, apiKey) => {
    const name = 'endpoints[0].apiKey';
    const error = errorOf({ endpoints: [{ ...GOOD, apiKey }] });
    expect(error.problems).toEqual([{ name, message: expect.stringContaining('cannot stand in a header') }]);
    for (const one of [
      error,
      errorOf({ apiKey }),
      errorOf({ apiKey: 'k', organization: apiKey }),
      errorOf({ apiKey: 'k', defaultHeaders: { 'X-A': `a\n${apiKey}\nb` } }),
    ]) {
      expect(visible(one)).not.toContain(CANARY);
    }
  });

  it('cuts blanks around a key of the environment and refuses line breaks inside', () => {
    const env = (LLM_API_KEY: string) => ({ LLM_BASE_URL: 'https://x.example', LLM_API_KEY });
    expect(resolve({}, { env: env(' k\n') }).endpoints[0]?.sdk.apiKey).toBe('k');
    expect(problemsOf({}, { env: env(`${CANARY}\nb`) })).toEqual({
      LLM_API_KEY: expect.stringContaining('cannot stand'),
    });
    expect(problemsOf({}, { env: { OPENAI_API_KEY: `${CANARY}\nb` } })).toHaveProperty('OPENAI_API_KEY');
  });

  it.each([[undefined], [null], ['']])('refuses an endpoint whose key is %j, and names the endpoint', (apiKey) => {
    const error = errorOf({ endpoints: [{ ...GOOD, apiKey }] }, { env: { OPENAI_API_KEY: CANARY } });
    expect(error.message).toMatch(/endpoints\[0\]\.apiKey: is missing for "good"/);
    expect(visible(error)).not.toContain(CANARY);
  });

  it('names an endpoint without a name by its preset or its host where a key is missing', () => {
    const endpoints = [
      { preset: 'openrouter' },
      { baseURL: 'https://x.example/v1' },
      { preset: 'azure', baseURL: 'https://my.example' },
    ];
    expect(problemsOf({ endpoints })).toEqual({
      'endpoints[0].apiKey': expect.stringContaining('is missing for "openrouter"'),
      'endpoints[1].apiKey': expect.stringContaining('is missing for "x.example"'),
      'endpoints[2].apiKey': expect.stringContaining('is missing for "my.example"'),
    });
  });

  it.each([
    ['in quotes', `"${CANARY}"`, 'quotes'],
    ['with the word before it in a header', `Bearer ${CANARY}`, 'Bearer'],
  ])('refuses a key %s, as it is copied from other places', (_, apiKey, message) => {
    const env = { LLM_BASE_URL: 'https://x.example/v1', LLM_API_KEY: apiKey };
    for (const error of [errorOf({ endpoints: [{ ...GOOD, apiKey }] }), errorOf({}, { env })]) {
      expect(error.problems).toEqual([
        { name: expect.stringMatching(/apiKey|LLM_API_KEY/), message: expect.stringContaining(message) },
      ]);
      expect(visible(error)).not.toContain(CANARY);
    }
  });

  it.each([[undefined], [null], ['']])('refuses an endpoint whose base URL is %j', (baseURL) => {
    expect(problemsOf({ endpoints: [{ ...GOOD, baseURL }] })).toHaveProperty(['endpoints[0].baseURL']);
  });

  it('refuses names that are taken or cannot stand in an alias', () => {
    expect(problemsOf({ endpoints: [GOOD, GOOD] })).toEqual({
      'endpoints[1].name': expect.stringContaining('endpoints[0]'),
    });
    for (const name of ['a:b', 'a,b', 'a/b', '', ' a', 'a\n', '-a', 'x'.repeat(65), '__proto__']) {
      expect(problemsOf({ endpoints: [{ ...GOOD, name }] })).toHaveProperty(['endpoints[0].name']);
    }
    for (const name of ['treerouter', 'open router', '硅基流动', 'a.b-c_d@e+1'])
      expect(resolve({ endpoints: [{ ...GOOD, name }] }).endpoints).toHaveLength(1);
  });

  const WRONG: readonly (readonly [string, object])[] = [
    ...[Number.NaN, -1, '1', null, {}].map((value) => ['deadlineMs', { deadlineMs: value }] as const),
    ...[Number.NaN, -1, 0].map((value) => ['idleTimeoutMs', { idleTimeoutMs: value }] as const),
    ['firstEventTimeoutMs', { firstEventTimeoutMs: 0 }],
    ['commitAfterMs', { commitAfterMs: -1 }],
    ['connectTimeoutMs', { connectTimeoutMs: 0 }],
    ...[0, -1, 1.5, '8', null].map((value) => ['maxConnections', { maxConnections: value }] as const),
    ...['yes', 1, null].map((value) => ['http2', { http2: value }] as const),
    ['limits.requestsPerMinute', { limits: { requestsPerMinute: Number.NaN } }],
    ['limits.requestsPerMinute', { limits: { requestsPerMinute: -1 } }],
    ['limits.maxConcurrency', { limits: { maxConcurrency: 1.5 } }],
    ['limits.maxQueue', { limits: { maxQueue: -1 } }],
    ['limits.window', { limits: { window: 'fixed' } }],
    ['limits.assumedProcesses', { limits: { assumedProcesses: 0 } }],
    ['circuit', { circuit: true }],
    ['circuit', { circuit: null }],
    ['circuit.failureRatio', { circuit: { failureRatio: 0 } }],
    ['circuit.openms', { circuit: { openms: 1 } }],
    ['hedge', { hedge: 1 }],
    ['hedge.percentile', { hedge: { percentile: 100 } }],
    ['retry.quota', { retry: { quota: 5 } }],
    ['retry.quota.cost', { retry: { quota: { cost: -1 } } }],
    ['fallback.respectShouldRetry', { fallback: { respectShouldRetry: 'yes' } }],
    ['whenAllOpen', { whenAllOpen: 'wait' }],
    ['balance', { balance: 'random' }],
    ['compat', { compat: true }],
    ['tags', { tags: { project: 5 } }],
    ['tags', { tags: ['a'] }],
    ['tags', { tags: JSON.parse('{"__proto__":"x"}') }],
    ['labels', { labels: 'x' }],
    ['models', { models: ['a'] }],
    ['models', { models: 'a' }],
    ['endpoints', { endpoints: [] }],
    ['endpoints', { endpoints: {} }],
    ['hooks.onCallSettld', { hooks: { onCallSettld: () => 1 } }],
    ['hooks.onCallSettled', { hooks: { onCallSettled: 'log' } }],
    ['budgets[0].per', { budgets: [{ name: 'b', per: 'year', limit: { amount: 1, currency: 'USD' } }] }],
    ['budgets[0].limit.currency', { budgets: [{ name: 'b', per: 'day', limit: { amount: 1, currency: 'dollars' } }] }],
    [
      'budgets[0].limit.amount',
      { budgets: [{ name: 'b', per: 'day', limit: { amount: Number.POSITIVE_INFINITY, currency: 'USD' } }] },
    ],
    [
      'budgets[0].timeZone',
      { budgets: [{ name: 'b', per: 'day', timeZone: 'Mars', limit: { amount: 1, currency: 'USD' } }] },
    ],
    [
      'budgets[0].onExceeded.degrad',
      {
        models: { y: 'm' },
        budgets: [
          { name: 'b', per: 'day', onExceeded: { degrad: 'x', degrade: 'y' }, limit: { amount: 1, currency: 'USD' } },
        ],
      },
    ],
    ['budgets[0].limit.amount', { budgets: [{ name: 'b', per: 'day', limit: { amount: 1e12, currency: 'USD' } }] }],
    ['budgets[0].limit.currency', { budgets: [{ name: 'b', per: 'day', limit: { amount: 1, currency: 'EUR' } }] }],
    [
      'budgets[0].onExceeded.degrade',
      {
        budgets: [
          { name: 'b', per: 'day', limit: { amount: 1, currency: 'USD' }, onExceeded: { degrade: 'no-alias' } },
        ],
      },
    ],
    ['defaultMaxOutputTokens', { defaultMaxOutputTokens: 0 }],
    [
      'budgets[1].name',
      { budgets: [1, 2].map(() => ({ name: 'b', per: { rollingMs: 5 }, limit: { amount: 1, currency: 'USD' } })) },
    ],
    ['prices[0]', { prices: [{ model: 'm', inputPerMillion: -1 }] }],
    ['prices[0].inputPerMilion', { prices: [{ model: 'm', inputPerMilion: 1, multiplier: 1 }] }],
    ['prices.m', { prices: { m: {} } }],
    ['prices', { prices: 5 }],
    ['onUnknownPrice', { onUnknownPrice: 'block' }],
    ['fx', { fx: { CNY: -1 } }],
    ['store', { store: 'memory' }],
    ['env', { env: true }],
    ['envPrefix', { envPrefix: '1X' }],
    ['clock', { clock: {} }],
    ['allowInsecureHttp', { allowInsecureHttp: 'yes' }],
    ['maxResponseBytes', { maxResponseBytes: 0 }],
    ['strictModels', { strictModels: 1 }],
    ['defaultModel', { defaultModel: '' }],
    ['defaultModel', { defaultModel: 'x'.repeat(65_536) }],
  ];

  it.each(WRONG)('refuses a wrong value and names it: %s', (name, options) => {
    const error = errorOf(loose({ apiKey: 'k', ...options }));
    expect(error.problems.map((problem) => problem.name)).toEqual([name]);
    expect(error.message.length).toBeLessThan(1_000);
  });

  const WRONG_IN_ENDPOINT: readonly (readonly [string, object])[] = [
    ['costPath', { costPath: 7 }],
    ['costPath.currency', { costPath: { path: 'a.b', currency: 'dollars' } }],
    ['weight', { weight: -1 }],
    ['weight', { weight: Number.NaN }],
    ['weight', { weight: Number.POSITIVE_INFINITY }],
    ['tier', { tier: 0 }],
    ['tier', { tier: 1.5 }],
    ['timeout', { timeout: Number.NaN }],
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: 2 ** 31 }],
    ['timeout', { timeout: Number.POSITIVE_INFINITY }],
    ['maxRetries', { maxRetries: -1 }],
    ['models', { models: { a: '' } }],
    ['models', { models: { a: 'x'.repeat(65_536) } }],
    ['requestsPerMinute', { requestsPerMinute: -1 }],
    ['fetch', { fetch: 'fetch' }],
    ['logLevel', { logLevel: 'loud' }],
    ['dataResidency', { baseURL: undefined, preset: 'openai', dataResidency: 'mars' }],
    ['apiKey', { apiKey: 5 }],
    ['labels', { labels: { a: 1 } }],
    ['apiVersion', { apiVersion: '2025' }],
    ['wieght', { wieght: 1 }],
    ['defaultHeaders', { defaultHeaders: { 'bad name': 'x' } }],
    ['defaultHeaders.x-a', { defaultHeaders: { 'x-a': 5 } }],
  ];

  it.each(WRONG_IN_ENDPOINT)('refuses a wrong value in an endpoint and names it: %s', (field, options) => {
    const error = errorOf(loose({ endpoints: [{ ...GOOD, ...options }] }));
    const path = field === 'defaultHeaders.x-a' ? 'endpoints[0].defaultHeaders["x-a"]' : `endpoints[0].${field}`;
    expect(error.problems.map((problem) => problem.name)).toEqual([path]);
  });

  it('allows a weight of 0, a limit of 0 and limits that are off', () => {
    const config = resolve({
      endpoints: [{ ...GOOD, weight: 0, requestsPerMinute: 0, tokensPerMinute: Number.POSITIVE_INFINITY }],
      deadlineMs: Number.POSITIVE_INFINITY,
    });
    expect(config.endpoints[0]).toMatchObject({
      weight: 0,
      limits: { requestsPerMinute: 0, tokensPerMinute: Number.POSITIVE_INFINITY },
    });
  });

  it.each([
    ['ratelimit', 'limits'],
    ['baseUrl', 'baseURL'],
    ['base_url', 'baseURL'],
    ['api_key', 'apiKey'],
    ['apikey', 'apiKey'],
    ['endpoint', 'endpoints'],
    ['model', 'models'],
    ['aliases', 'models'],
    ['maxRetry', 'maxRetries'],
    ['retries', 'maxRetries'],
    ['timeoutMs', 'timeout'],
    ['deadline', 'deadlineMs'],
    ['hook', 'hooks'],
    ['circuitBreaker', 'circuit'],
    ['tag', 'tags'],
    ['budget', 'budgets'],
    ['defaultHeader', 'defaultHeaders'],
  ])('asks whether `%s` should be `%s`', (written, meant) => {
    expect(problemsOf(loose({ apiKey: 'k', [written]: 1 }))).toEqual({
      [written]: expect.stringContaining(`did you mean \`${meant}\`?`),
    });
  });

  it('says where known options belong', () => {
    const problems = problemsOf(loose({ apiKey: 'k', requestsPerMinute: 5, weight: 1, client: {}, deployment: 'x' }));
    expect(problems).toEqual({
      requestsPerMinute: expect.stringContaining('`limits`'),
      weight: expect.stringContaining('an endpoint'),
      client: expect.stringContaining('an endpoint'),
      deployment: expect.stringContaining('AzureOpenAI'),
    });
    expect(problemsOf(loose({ apiKey: 'k', zzz: 1 }))).toEqual({ zzz: 'there is no such option' });
  });

  it('reports everything at once, from every source, and each thing once', () => {
    const options = loose({
      endpoints: [{ ...GOOD, baseURL: 'ftp://x', wieght: 1 }, { name: 'good', apiKey: 5 }, 'x'],
      models: { a: 'b', b: 'a', c: { model: 'm', endpoint: 'nowhere' } },
      deadlineMs: -1,
      apiKey: 'k',
      timeout: 'long',
      nonsense: true,
    });
    const env = { LLM_TIMEOUT_MS: 'x', LLM_DEFAULT_MODLE: 'm', LLM_CONFIG: '{"balance":"random"}' };
    expect(
      errorOf(options, { env })
        .problems.map(({ name }) => name)
        .sort(),
    ).toEqual([
      'LLM_CONFIG: balance',
      'LLM_DEFAULT_MODLE',
      'LLM_TIMEOUT_MS',
      'apiKey',
      'deadlineMs',
      'endpoints[0].baseURL',
      'endpoints[0].wieght',
      'endpoints[1].apiKey',
      'endpoints[1].baseURL',
      'endpoints[1].name',
      'endpoints[2]',
      'models.a',
      'models.c',
      'nonsense',
      'timeout',
    ]);
  });

  it('lists at most fifty problems', () => {
    const models = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`a${n}`, 5]));
    const { problems } = errorOf(loose({ apiKey: 'k', models }));
    expect([problems.length, problems.at(-1)?.message]).toEqual([51, '150 further problems']);
  });

  it.each([
    ['a text', 'x'],
    ['a list', []],
    ['a number', 5],
    ['a function', () => 1],
  ])('refuses %s instead of options', (_, options) => {
    expect(problemsOf(loose(options))).toEqual({ options: 'must be an object' });
  });

  it('takes null for no options, as programs without types write', () => {
    expect(resolve(loose(null), { env: { OPENAI_API_KEY: 'k' } }).sdkOnly).toBe(true);
  });

  it('hides names that look like keys', () => {
    const options = {
      [CANARY]: 1,
      [`x=${CANARY}`]: 1,
      models: { [CANARY]: CANARY },
      tags: { [CANARY]: 1 },
      defaultHeaders: { [CANARY]: '\u0000' },
    };
    const env = { LLM_NAME: `"${CANARY}"`, [`LLM_MODEL_${CANARY}`]: ',', LLM_MODEL_A: CANARY };
    expect(visible(errorOf(loose({ apiKey: 'k', ...options }), { env }))).not.toContain(CANARY);
    expect(errorOf(loose({ apiKey: 'k', api_key: 1, token_count: 2 })).message).toMatch(/api_key[\s\S]*token_count/);
  });

  it('answers in time to names of any length', () => {
    const long = 'a'.repeat(65_536);
    const start = performance.now();
    errorOf(loose({ apiKey: 'k', [long]: 1, [`${long}!`]: 1, defaultModel: long, models: { x: long } }), {
      env: { [`LLM_${long}`]: '1', LLM_TIER: `${'9'.repeat(65_536)}x` },
    });
    expect(performance.now() - start).toBeLessThan(250);
  });

  it('answers in time to any number of unknown names', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`unknown${n}`, 1]));
    const start = process.cpuUsage();
    expect(errorOf(loose({ apiKey: 'k', ...many })).message.length).toBeLessThan(5_000);
    const { user, system } = process.cpuUsage(start);
    expect(user + system).toBeLessThan(1_500_000);
  });

  it('never reaches the prototypes of objects', () => {
    const evil = JSON.parse(
      '{"apiKey":"k","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"limits":{"__proto__":{"polluted":1}},"endpoints":[{"__proto__":{"polluted":1}}]}',
    );
    expect(errorOf(evil).problems.length).toBeGreaterThan(2);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    errorOf({}, { env: { LLM_CONFIG: JSON.stringify(evil).replace('{', '{"__proto__":{"polluted":1},') } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
