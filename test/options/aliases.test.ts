import { describe, expect, it } from 'vitest';
import { errorOf, GOOD, loose, problemsOf, resolve, stepsOf } from './resolve-with.js';

const OTHER = { name: 'other', baseURL: 'https://other.example/v1', apiKey: 'k' };
const ENDPOINTS = [GOOD, OTHER];
const env = { OPENAI_API_KEY: 'k' };

describe('aliases', () => {
  it('takes a model, a list, a model at an endpoint, and a list with settings', () => {
    const config = resolve({
      endpoints: ENDPOINTS,
      models: {
        one: 'gpt-5.5',
        list: ['gpt-5.5', { endpoint: 'other', model: 'claude' }, { model: 'last' }],
        single: { endpoint: 'good', model: 'm' },
        route: {
          targets: ['a', 'b'],
          deadlineMs: 9,
          maxRetries: 0,
          balance: 'latency',
          idleTimeoutMs: Number.POSITIVE_INFINITY,
        },
        routeOfOne: { targets: { model: 'x', endpoint: 'good' }, commitAfterMs: 0 },
      },
    });
    expect(stepsOf(config, 'one')).toEqual(['gpt-5.5']);
    expect(stepsOf(config, 'list')).toEqual(['gpt-5.5', 'other:claude', 'last']);
    expect(stepsOf(config, 'single')).toEqual(['good:m']);
    expect(stepsOf(config, 'route')).toEqual(['a', 'b']);
    expect(config.aliases.get('route')?.settings).toEqual({
      deadlineMs: 9,
      maxRetries: 0,
      balance: 'latency',
      idleTimeoutMs: Number.POSITIVE_INFINITY,
    });
    expect(stepsOf(config, 'routeOfOne')).toEqual(['good:x']);
  });

  it('flattens aliases of aliases and says each model once', () => {
    const config = resolve(
      { models: { fast: ['mini', 'nano'], cheap: 'fast', smart: ['big', 'fast', 'cheap', 'mini', 'other'] } },
      { env },
    );
    expect(stepsOf(config, 'smart')).toEqual(['big', 'mini', 'nano', 'other']);
    expect(stepsOf(config, 'cheap')).toEqual(['mini', 'nano']);
  });

  it('stays small where aliases double at every level', () => {
    const models: Record<string, string[]> = { a0: ['x', 'y'] };
    for (let level = 1; level <= 40; level += 1) models[`a${level}`] = [`a${level - 1}`, `only${level}`];
    expect(stepsOf(resolve({ models }, { env }), 'a40')).toHaveLength(42);
  });

  it('gives a second name the settings of the first, and its own go before them', () => {
    const config = resolve(
      {
        models: {
          slow: { targets: 'big', deadlineMs: 9, maxRetries: 1 },
          same: 'slow',
          own: { targets: 'slow', deadlineMs: 1 },
          list: ['slow', 'x'],
        },
      },
      { env },
    );
    expect(config.aliases.get('same')?.settings).toEqual({ deadlineMs: 9, maxRetries: 1 });
    expect(config.aliases.get('own')?.settings).toEqual({ deadlineMs: 1, maxRetries: 1 });
    expect(config.aliases.get('list')?.settings).toEqual({});
  });

  it.each([
    [{ a: 'a' }, 'a -> a'],
    [{ a: 'b', b: 'a' }, 'a -> b -> a'],
    [{ a: ['x', 'b'], b: ['c'], c: ['y', 'a'] }, 'a -> b -> c -> a'],
  ])('refuses the circle of %j and shows it', (models, circle) => {
    expect(errorOf({ models: models as Record<string, string> }, { env }).message).toContain(circle);
  });

  it('knows a model of its own name from a circle by the object form', () => {
    expect(stepsOf(resolve({ models: { 'gpt-5.5': [{ model: 'gpt-5.5' }, 'claude'] } }, { env }), 'gpt-5.5')).toEqual([
      'gpt-5.5',
      'claude',
    ]);
  });

  it('refuses chains that a person would not write, whatever their order', () => {
    const chain = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`a${n}`, `a${n + 1}`]));
    const backwards = Object.fromEntries(Object.entries(chain).reverse());
    for (const models of [chain, backwards]) expect(errorOf({ models }, { env }).message).toContain('50');
  });

  it('refuses an endpoint that does not exist and suggests the nearest', () => {
    expect(problemsOf({ endpoints: ENDPOINTS, models: { a: { endpoint: 'othr', model: 'm' } } })).toEqual({
      'models.a': expect.stringContaining('did you mean "other"?'),
    });
  });

  it('refuses the same model twice in one list', () => {
    expect(problemsOf({ models: { a: ['m', { model: 'm' }] } }, { env })).toEqual({
      'models.a': expect.stringContaining('twice'),
    });
  });

  it.each([
    ['an empty list', { a: [] }, 'models.a'],
    ['an empty text', { a: '' }, 'models.a'],
    ['a number', { a: 5 }, 'models.a'],
    ['an entry without a model', { a: [{ endpoint: 'good' }] }, 'models.a[0].model'],
    ['an unknown key', { a: { model: 'x', endpiont: 'good' } }, 'models.a.endpiont'],
    ['a model name of 64 KB', { a: 'x'.repeat(65_536) }, 'models.a'],
    ['a line break in a model', { a: 'x\r\ny' }, 'models.a'],
    ['a name of 64 KB', { ['x'.repeat(65_536)]: 'm' }, 'models'],
    ['a name with a line break', { 'a\nb': 'm' }, 'models'],
    ['`__proto__` as a name', JSON.parse('{"__proto__":"m"}'), 'models'],
  ])('refuses %s', (_, models, name) => {
    const error = errorOf(loose({ models }), { env });
    expect(error.problems.map((problem) => problem.name)).toEqual([name]);
    expect(error.message.length).toBeLessThan(400);
  });

  it('keeps aliases apart from what objects bring along', () => {
    const config = resolve({ models: { toString: 'm', constructor: 'n' } }, { env });
    expect(stepsOf(config, 'toString')).toEqual(['m']);
    expect(config.aliases.get('hasOwnProperty')).toBeUndefined();
    expect(config.aliases.size).toBe(2);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('aliases of the environment', () => {
  const two = {
    LLM_BASE_URL: 'https://one.example',
    LLM_API_KEY: 'k',
    LLM_NAME: 'one',
    LLM_BASE_URL_2: 'http://localhost:11434/v1',
    LLM_NAME_2: 'ollama',
  };
  const of = (variables: Record<string, string>) => resolve({}, { env: { ...two, ...variables } });

  it('reads what stands before the first colon as an endpoint only if there is one', () => {
    const config = of({ LLM_MODEL_MIX: ' gpt-5.5 , one:openai/gpt-5.5, llama3:8b , ollama:llama3:8b, two:x' });
    expect(stepsOf(config, 'mix')).toEqual(['gpt-5.5', 'one:openai/gpt-5.5', 'llama3:8b', 'ollama:llama3:8b', 'two:x']);
  });

  it('reads an underscore as a dash too, each for itself', () => {
    const config = of({ LLM_MODEL_FAST_CHEAP_V2: 'mini' });
    expect([...config.aliases.keys()].sort()).toEqual([
      'fast-cheap-v2',
      'fast-cheap_v2',
      'fast_cheap-v2',
      'fast_cheap_v2',
    ]);
    expect(new Set([...config.aliases.values()].map(({ alias }) => alias))).toEqual(new Set(['fast_cheap_v2']));
  });

  it('does not multiply a name of many underscores', () => {
    expect([...of({ LLM_MODEL_A_B_C_D_E_F: 'm' }).aliases.keys()]).toEqual(['a_b_c_d_e_f', 'a-b-c-d-e-f']);
  });

  it('replaces an alias of the JSON in whatever spelling, and gives way to one of the code', () => {
    const json = JSON.stringify({ models: { 'Fast-cheap': 'json', other: 'json' } });
    expect(stepsOf(of({ LLM_CONFIG: json, LLM_MODEL_FAST_CHEAP: 'variable' }), 'Fast-cheap')).toEqual(['variable']);
    const config = resolve(
      { models: { 'fast-cheap': 'code' } },
      { env: { ...two, LLM_CONFIG: json, LLM_MODEL_FAST_CHEAP: 'variable' } },
    );
    expect([...config.aliases.keys()].sort()).toEqual(['fast-cheap', 'other']);
    expect(stepsOf(config, 'fast-cheap')).toEqual(['code']);
  });

  it('names the variable of a circle', () => {
    expect(problemsOf({}, { env: { ...two, LLM_MODEL_A: 'b', LLM_MODEL_B: 'a' } })).toEqual({
      LLM_MODEL_A: expect.stringContaining('a -> b -> a'),
    });
  });
});

describe('the default model', () => {
  it('may be an alias, a model, or an alias called default', () => {
    expect(resolve({ defaultModel: 'gpt-5.5' }, { env }).defaultModel).toBe('gpt-5.5');
    expect(resolve({ models: { fast: 'm' }, defaultModel: 'fast' }, { env }).defaultModel).toBe('fast');
    expect(resolve({ models: { default: 'm' } }, { env }).defaultModel).toBe('default');
    expect(resolve({}, { env: { ...env, LLM_MODEL_DEFAULT: 'm' } }).defaultModel).toBe('default');
    expect(resolve({}, { env }).defaultModel).toBeUndefined();
  });

  it('cannot stand for itself', () => {
    expect(problemsOf({ defaultModel: 'default' }, { env })).toEqual({
      defaultModel: expect.stringContaining('itself'),
    });
    expect(problemsOf({}, { env: { ...env, LLM_DEFAULT_MODEL: 'default' } })).toHaveProperty('LLM_DEFAULT_MODEL');
  });

  it('must be an alias where only aliases are accepted', () => {
    const models = { fast: 'm' };
    expect(resolve({ models, defaultModel: 'fast', strictModels: true }, { env }).strictModels).toBe(true);
    expect(problemsOf({ models, defaultModel: 'fats', strictModels: true }, { env })).toEqual({
      defaultModel: expect.stringContaining('did you mean "fast"?'),
    });
  });
});
