import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../src/options/resolve.js';
import { endpointOf, errorOf, problemsOf, resolve, stepsOf } from './resolve-with.js';

const ENDPOINT = { baseURL: 'https://json.example/v1', apiKey: 'json-key' };
const json = (value: unknown) => ({ LLM_CONFIG: JSON.stringify(value) });

describe('LLM_CONFIG', () => {
  it('reads inline JSON and a file, with or without a byte order mark', () => {
    const text = JSON.stringify({ endpoints: [ENDPOINT], models: { fast: ['a', 'b'] }, limits: { maxConcurrency: 4 } });
    const files = { '/etc/llm.json': text, 'bom.json': `\ufeff${text}` };
    for (const LLM_CONFIG of [text, ` ${text}\n`, '/etc/llm.json', 'bom.json']) {
      const config = resolve({}, { env: { LLM_CONFIG }, files });
      expect(endpointOf(config)).toMatchObject({
        name: 'json.example',
        sdk: { apiKey: 'json-key' },
        limits: { maxConcurrency: 4 },
      });
      expect(stepsOf(config, 'fast')).toEqual(['a', 'b']);
    }
  });

  it('takes base URL and key at the top for one endpoint', () => {
    expect(endpointOf(resolve({}, { env: json({ ...ENDPOINT, organization: 'o' }) }))).toMatchObject({
      name: 'json.example',
      tier: 1,
      sdk: { apiKey: 'json-key', organization: 'o', project: null },
    });
    expect(endpointOf(resolve({}, { env: json({ preset: 'groq', apiKey: 'k' }) })).name).toBe('groq');
  });

  it('wants to know where a key at the top belongs', () => {
    expect(problemsOf({}, { env: json({ apiKey: 'k' }) })).toEqual({
      'LLM_CONFIG: apiKey': expect.stringContaining('baseURL'),
    });
    expect(problemsOf({}, { env: json({ apiKey: 'k', endpoints: [ENDPOINT] }) })).toEqual({
      'LLM_CONFIG: apiKey': expect.stringContaining('move it'),
    });
  });

  it('lets each variable win over the field it stands for, by number', () => {
    const env = {
      ...json({
        endpoints: [
          { ...ENDPOINT, name: 'a', weight: 3, models: { x: 'y' } },
          { ...ENDPOINT, name: 'b', apiKey: undefined },
        ],
      }),
      LLM_WEIGHT_1: '5',
      LLM_API_KEY_2: 'from-variable',
      LLM_BASE_URL_4: 'https://four.example',
      LLM_API_KEY_4: 'k4',
    };
    const config = resolve({}, { env });
    expect(config.endpoints.map(({ name, weight, tier, sdk }) => [name, weight, tier, sdk.apiKey])).toEqual([
      ['a', 5, 1, 'json-key'],
      ['b', 1, 1, 'from-variable'],
      ['four.example', 1, 4, 'k4'],
    ]);
    expect([...endpointOf(config).models]).toEqual([['x', 'y']]);
  });

  it('does not send the key of the JSON to a base URL of a variable', () => {
    const env = (LLM_BASE_URL: string, more: object = {}) => ({
      ...json({ endpoints: [{ ...ENDPOINT, ...more }] }),
      LLM_BASE_URL,
    });
    expect(problemsOf({}, { env: env('https://evil.example') })).toEqual({
      LLM_API_KEY: expect.stringContaining('belongs to another place'),
    });
    expect(
      problemsOf({}, { env: { ...env('https://evil.example', { organization: 'o' }), LLM_API_KEY: 'k' } }),
    ).toEqual({ LLM_BASE_URL: expect.stringContaining('credentials') });
    expect(
      problemsOf(
        {},
        { env: { ...env('https://evil.example', { defaultHeaders: { Authorization: 'x' } }), LLM_API_KEY: 'k' } },
      ),
    ).toHaveProperty('LLM_BASE_URL');
    expect(endpointOf(resolve({}, { env: env('https://json.example/v2') }))).toMatchObject({
      baseURL: 'https://json.example/v2',
      sdk: { apiKey: 'json-key' },
    });
    expect(endpointOf(resolve({}, { env: { ...env('https://new.example'), LLM_API_KEY: 'new' } })).sdk.apiKey).toBe(
      'new',
    );
  });

  it.each([
    ['cut JSON', '{"apiKey":"sk-canary","a":', 'ends too early'],
    ['a comma too many', '{"apiKey":"sk-canary",}', 'line 1, column 23'],
    ['single quotes', "{'apiKey':'sk-canary'}", 'line 1, column 2'],
    ['an error further down', '{\n  "a": 1,\n  "apiKey": sk-canary\n}', 'is not valid JSON'],
    ['a list', '["sk-canary"]', 'must be an object'],
    ['a text', '"sk-canary"', 'must be an object'],
    ['a file that is not there', '/secret/sk-canary.json', 'no readable file of that name (ENOENT)'],
    ['something else', 'apiKey=sk-canary', 'no readable file'],
  ])('refuses %s without quoting it', (_, LLM_CONFIG, message) => {
    const error = errorOf({}, { env: { LLM_CONFIG } });
    expect(error.problems[0]?.name).toMatch(/^LLM_CONFIG/);
    expect(error.message).toContain(message);
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain('canary');
  });

  it('does not repeat what the reader of files says', () => {
    const readFile = () => {
      throw Object.assign(new Error('sk-canary'), { code: 'sk-canary' });
    };
    expect(() => resolveOptions({}, { env: { LLM_CONFIG: 'x.json' }, readFile })).toThrow(
      /^(?!.*canary).*\(unreadable\)/,
    );
  });

  it('names paths inside the JSON, unknown keys included', () => {
    const problems = problemsOf(
      {},
      { env: json({ endpoints: [{ ...ENDPOINT, wieght: 1 }], circuit: { opnMs: 1 }, deadlineMs: 'x' }) },
    );
    expect(problems).toEqual({
      'LLM_CONFIG: endpoints[0].wieght': expect.stringContaining('`weight`'),
      'LLM_CONFIG: circuit.opnMs': expect.stringContaining('`openMs`'),
      'LLM_CONFIG: deadlineMs': expect.any(String),
    });
  });

  it('says what only code can give', () => {
    const problems = problemsOf(
      {},
      { env: json({ endpoints: [{ ...ENDPOINT, fetch: 'x', client: {} }], hooks: {}, env: {}, logger: {} }) },
    );
    for (const message of Object.values(problems)) expect(message).toBe('can only be given in code');
    expect(Object.keys(problems).sort()).toEqual([
      'LLM_CONFIG: endpoints[0].client',
      'LLM_CONFIG: endpoints[0].fetch',
      'LLM_CONFIG: env',
      'LLM_CONFIG: hooks',
      'LLM_CONFIG: logger',
    ]);
  });

  it("refuses `__proto__` as the name of an alias, an endpoint's model or a tag", () => {
    for (const part of [
      '"models":{"__proto__":"m"}',
      '"tags":{"__proto__":"m"}',
      '"prices":{"__proto__":{"multiplier":1}}',
      '"fx":{"__proto__":1}',
    ]) {
      expect(
        errorOf({}, { env: { LLM_CONFIG: `{"baseURL":"https://x.example","apiKey":"k",${part}}` } }).problems,
      ).toHaveLength(1);
    }
    expect(({} as Record<string, unknown>)['m']).toBeUndefined();
  });
});
