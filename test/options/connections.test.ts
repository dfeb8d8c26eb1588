import { describe, expect, it } from 'vitest';
import type { EndpointOptions } from '../../src/options/options.js';
import { endpointOf, GOOD, loose, problemsOf, resolve } from './resolve-with.js';

const ALL = { connectTimeoutMs: 500, maxConnections: 8, http2: true };
const NAMES = Object.keys(ALL);
const ownFetch: typeof fetch = (input, init) => globalThis.fetch(input, init);

describe('settings of connections', () => {
  it('are taken from the code before LLM_CONFIG, one by one, and the endpoint keeps its own', () => {
    const env = { LLM_CONFIG: JSON.stringify({ http2: true, maxConnections: 2, connectTimeoutMs: 700 }) };
    const endpoints = [{ ...GOOD, http2: false, maxConnections: Number.POSITIVE_INFINITY }];
    const config = resolve({ endpoints, maxConnections: 4 }, { env });
    expect(config.connections).toEqual({ http2: true, maxConnections: 4, connectTimeoutMs: 700 });
    expect(endpointOf(config).connections).toEqual({ http2: false, maxConnections: Number.POSITIVE_INFINITY });
    expect(config.warnings).toEqual([]);
  });

  it('may stand in LLM_CONFIG, in its endpoints too', () => {
    const json = { ...ALL, endpoints: [{ ...GOOD, ...ALL }] };
    const config = resolve({}, { env: { LLM_CONFIG: JSON.stringify(json) } });
    expect([config.connections, endpointOf(config).connections]).toEqual([ALL, ALL]);
    const wrong = { http2: 'yes', endpoints: [{ ...GOOD, maxConnections: 0 }] };
    expect(problemsOf({}, { env: { LLM_CONFIG: JSON.stringify(wrong) } })).toEqual({
      'LLM_CONFIG: http2': 'must be true or false',
      'LLM_CONFIG: endpoints[0].maxConnections': 'must be a whole number, 1 or more, or Infinity',
    });
  });

  it('need no endpoints', () => {
    expect(resolve({ apiKey: 'k', ...ALL })).toMatchObject({ sdkOnly: true, connections: ALL, warnings: [] });
  });

  it('are recognised by the names that other libraries give them', () => {
    expect(problemsOf(loose({ apiKey: 'k', allowH2: true, maxSockets: 1 }))).toEqual({
      allowH2: expect.stringContaining('did you mean `http2`?'),
      maxSockets: expect.stringContaining('did you mean `maxConnections`?'),
    });
  });
});

describe('settings of connections that change nothing', () => {
  /** Each setting with what is said of it. */
  const said = (text: string) => NAMES.map((name) => expect.stringMatching(`^\`${name}\`${text}`));

  it.each([
    ['transport', { transport: 'fetch' as const }, /`transport: 'fetch'`/],
    ['compat', { compat: 'sdk' as const }, /`compat: 'sdk'`/],
  ])('because of %s are told of, of the client and of an endpoint', (_, options, cause) => {
    for (const settings of [ALL, { endpoints: [{ ...GOOD, ...ALL }] }]) {
      const { warnings } = resolve({ apiKey: 'endpoints' in settings ? undefined : 'k', ...settings, ...options });
      expect(warnings).toEqual(said(' has no effect'));
      expect(warnings[0]).toMatch(cause);
      expect(warnings[0]).toContain("`transport: 'undici'` changes that");
    }
  });

  const SENDERS: readonly (readonly [string, Partial<EndpointOptions>])[] = [
    ['fetch', { fetch: ownFetch }],
    ['fetchOptions', { fetchOptions: { dispatcher: {} } as NonNullable<EndpointOptions['fetchOptions']> }],
  ];

  it.each(SENDERS)('because requests go through `%s` are told of', (sender, options) => {
    expect(resolve({ endpoints: [{ ...GOOD, ...ALL, ...options }] }).warnings).toEqual(
      said(` of endpoint "good" has no effect: requests go through \`${sender}\``),
    );
    const all = said(` has no effect: requests go through \`${sender}\``);
    expect(resolve({ ...ALL, ...options, endpoints: [GOOD] } as never).warnings).toEqual(all);
    expect(resolve({ ...ALL, ...options, apiKey: 'k' } as never).warnings).toEqual(all);
    const second = { ...GOOD, name: 'second' };
    expect(resolve({ ...ALL, endpoints: [{ ...GOOD, ...options }, second] }).warnings).toEqual([]);
  });

  it('are refused beside `client`, as the options of the SDK are', () => {
    const client = { baseURL: GOOD.baseURL, request: () => undefined, buildRequest: () => undefined };
    const problems = problemsOf(loose({ endpoints: [{ client, ...ALL }] }));
    for (const name of NAMES)
      expect(problems[`endpoints[0].${name}`]).toBe('has no effect beside `client`; give it to that client');
  });
});

describe('fewer connections than places in flight', () => {
  const tight = (options: object, endpoint: object = {}) =>
    resolve({ ...options, endpoints: [{ ...GOOD, maxConcurrency: 8, ...endpoint }] }).warnings;

  it('are legal, and told of', () => {
    const warning = [expect.stringMatching(/^`maxConnections` of endpoint "good" is below its `maxConcurrency`/)];
    expect(tight({ maxConnections: 7 })).toEqual(warning);
    expect(tight({}, { maxConnections: 7 })).toEqual(warning);
    expect(tight({ maxConnections: 7 }, { maxConcurrency: undefined, limits: { maxConcurrency: 8 } })).toEqual(warning);
  });

  it('are not told of where they are enough', () => {
    expect(tight({ maxConnections: 8 })).toEqual([]);
    expect(tight({ maxConnections: 7 }, { maxConnections: 9 })).toEqual([]);
    expect(tight({ maxConnections: 1, http2: true })).toEqual([]);
    expect(tight({ maxConnections: 1 }, { maxConcurrency: Number.POSITIVE_INFINITY })).toEqual([]);
  });
});
