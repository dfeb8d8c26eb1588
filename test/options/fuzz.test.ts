import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { parseCallOptions } from '../../src/options/call-options.js';
import { loose, resolve } from './resolve-with.js';

const CANARY = 'sk-canary-8c1f5b7e2d';
const RUNS = { numRuns: 2_000, seed: 20261122 };

/** Values that are wrong in every way people and templates find, some with a secret in them. */
const nasty = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'null',
    'undefined',
    '{{ .Values.key }}',
    '$KEY',
    '0',
    '-1',
    'NaN',
    '1e9',
    'true',
    '__proto__',
    'constructor',
    'a,b',
    'a:b',
    'https://x.example/v1',
    'http://localhost:8080',
    'default',
    CANARY,
    `https://u:${CANARY}@x.example`,
    `https://x.example/?key=${CANARY}`,
    `${CANARY}\nX-Evil: 1`,
    `{"apiKey":"${CANARY}"`,
    `{"endpoints":[{"baseURL":"https://x.example","apiKey":"${CANARY}"}]}`,
    `["${CANARY}"]`,
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.webUrl(),
);

const NAMES = [
  'BASE_URL',
  'API_KEY',
  'NAME',
  'TIER',
  'WEIGHT',
  'RPM',
  'TPM',
  'MAX_CONCURRENCY',
  'DEFAULT_MODEL',
  'TIMEOUT_MS',
  'MAX_RETRIES',
  'PROJECT',
  'ENV',
  'CONFIG',
  'MODEL_FAST',
  'MODEL_A_B',
  'MODEL___PROTO__',
  'BASEURL',
  'APIKEY_2',
];
const suffix = fc.constantFrom('', '', '_1', '_2', '_9', '_0', '_01', '_1000', '2');
const variable = fc.oneof(
  fc.tuple(fc.constantFrom(...NAMES), suffix).map(([name, end]) => `LLM_${name}${end}`),
  fc.constantFrom('OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_ORG_ID', 'OPENAI_CUSTOM_HEADERS', 'OPENAI_LOG'),
  fc.string({ maxLength: 20 }).map((end) => `LLM_${end}`),
);
const environment = fc.dictionary(variable, nasty, { maxKeys: 8 });

const OPTION_NAMES = [
  'endpoints',
  'models',
  'tags',
  'limits',
  'circuit',
  'hedge',
  'retry',
  'fallback',
  'budgets',
  'prices',
  'fx',
  'apiKey',
  'baseURL',
  'name',
  'tier',
  'weight',
  'preset',
  'provider',
  'defaultHeaders',
  'defaultQuery',
  'fetchOptions',
  'labels',
  'env',
  'envPrefix',
  'hooks',
  'compat',
  'targets',
  'model',
  'endpoint',
  'deadlineMs',
  'timeout',
  'maxRetries',
  'strictModels',
  'defaultModel',
  'client',
  'workloadIdentity',
  'dataResidency',
  'tiers',
  'hours',
  'per',
  'limit',
  'quota',
  '__proto__',
  'constructor',
  'toString',
  CANARY,
];
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    nasty,
    fc.constantFrom(null, true, false, 0, -1, 1.5, 1e300),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...OPTION_NAMES), tie('tree'), { maxKeys: 6, noNullPrototype: true }),
  ),
}));
const object = fc.dictionary(fc.constantFrom(...OPTION_NAMES), tree, { maxKeys: 8, noNullPrototype: true });

/** Either a configuration, or a `ConfigError` that shows nothing of what it was made from. */
function acceptsOrExplains(attempt: () => unknown): void {
  try {
    expect(attempt()).toBeTypeOf('object');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    const visible = `${error.message}\n${error.stack}\n${JSON.stringify(error)}\n${inspect(error, { depth: 10, showHidden: true })}`;
    expect(visible).not.toContain(CANARY);
    expect(visible.length).toBeLessThan(50_000);
  }
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
}

describe('any configuration at all', () => {
  it('of the environment is accepted or explained', () => {
    fc.assert(
      fc.property(environment, (env) => acceptsOrExplains(() => resolve({}, { env }))),
      RUNS,
    );
  });

  it('of JSON is accepted or explained', () => {
    const property = fc.property(object, environment, (config, env) =>
      acceptsOrExplains(() => resolve({}, { env: { ...env, LLM_CONFIG: JSON.stringify(config) } })),
    );
    fc.assert(property, RUNS);
  });

  it('of cut or garbled JSON is accepted or explained', () => {
    const property = fc.property(object, fc.nat(), fc.string({ maxLength: 3 }), (config, at, garbage) => {
      const text = JSON.stringify(config);
      const cut = at % (text.length + 1);
      acceptsOrExplains(() => resolve({}, { env: { LLM_CONFIG: text.slice(0, cut) + garbage } }));
      acceptsOrExplains(() => resolve({}, { env: { LLM_CONFIG: `{${text.slice(cut)}` } }));
    });
    fc.assert(property, RUNS);
  });

  it('of code is accepted or explained', () => {
    const property = fc.property(object, (options) =>
      acceptsOrExplains(() => resolve(loose(options), { env: { OPENAI_API_KEY: 'k' } })),
    );
    fc.assert(property, RUNS);
  });

  it('of a call is accepted or explained', () => {
    fc.assert(
      fc.property(tree, (options) => acceptsOrExplains(() => parseCallOptions(options))),
      RUNS,
    );
  });
});
