import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isProxied } from '../../src/transport/proxy-variables.js';
import { expectObeyed, FAKE, JSON_TYPE, PATH, type Put, Scene } from './standing-aside.js';

/** The mocking half of any undici. */
interface Undici {
  readonly MockAgent: new () => {
    disableNetConnect(): void;
    close(): Promise<void>;
    get(origin: string): {
      intercept(match: { path: string; method: string }): {
        reply(status: number, body: object, options: object): { persist(): void };
      };
    };
  };
  readonly Agent: new (options?: object) => { close(): Promise<void> };
  getGlobalDispatcher(): unknown;
  setGlobalDispatcher(dispatcher: unknown): void;
}

const UNDICIS: readonly (readonly [number, () => Promise<unknown>])[] = [
  [6, () => import('undici-6')],
  [7, () => import('undici-7')],
  [8, () => import('undici')],
];

beforeEach(() => {
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'])
    vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('what a test has put in place is obeyed, set before and after', () => {
  const puts: Readonly<Record<string, Put>> = {
    "vi.stubGlobal('fetch')": () => {
      vi.stubGlobal('fetch', async () => Response.json(FAKE));
      return () => vi.unstubAllGlobals();
    },
    "vi.spyOn(globalThis, 'fetch')": () => {
      const spy = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(FAKE));
      return () => spy.mockRestore();
    },
    msw: (origin) => {
      const server = setupServer(http.post(origin + PATH, () => HttpResponse.json(FAKE)));
      server.listen();
      return () => server.close();
    },
  };

  it.each(Object.entries(puts))('%s', (_name, put) => expectObeyed(put));

  it.each(UNDICIS)('a MockAgent of undici %s', async (_version, load) => {
    const { MockAgent, getGlobalDispatcher, setGlobalDispatcher } = (await load()) as Undici;
    await expectObeyed((origin) => {
      const previous = getGlobalDispatcher();
      const agent = new MockAgent();
      agent.disableNetConnect();
      const answer = agent.get(origin).intercept({ path: PATH, method: 'POST' });
      answer.reply(200, FAKE, { headers: JSON_TYPE }).persist();
      setGlobalDispatcher(agent);
      return async () => {
        setGlobalDispatcher(previous);
        await agent.close();
      };
    });
  });
});

describe('the pool', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await Scene.open();
  });
  afterEach(() => scene.close());

  it('is used when nobody has interfered', async () => {
    expect(await scene.usesPool()).toBe(true);
  });

  it.each(UNDICIS)('is used when undici %s has merely been imported', async (_version, load) => {
    await load();
    expect(await scene.usesPool()).toBe(true);
  });

  it.each(UNDICIS)('is not used when undici %s was given an agent with options', async (_version, load) => {
    const { Agent, getGlobalDispatcher, setGlobalDispatcher } = (await load()) as Undici;
    const previous = getGlobalDispatcher();
    const agent = new Agent({ connections: 1 });
    setGlobalDispatcher(agent);
    try {
      expect(await scene.usesPool()).toBe(false);
    } finally {
      setGlobalDispatcher(previous);
      await agent.close();
    }
    expect(await scene.usesPool()).toBe(true);
  });

  it('is not used while timers are faked, which would stop it', async () => {
    expect(await scene.usesPool()).toBe(true);
    vi.useFakeTimers();
    try {
      expect(await scene.usesPool()).toBe(false);
      expect(await scene.usesPool()).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is not used when a proxy is set for the address', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    expect(await scene.usesPool()).toBe(false);
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    expect(await scene.usesPool()).toBe(true);
  });
});

describe('a proxy variable is meant for an address', () => {
  const at = (url: string, environment: Record<string, string>) => isProxied(new URL(url), environment);

  it.each([
    ['https://api.example.com/', { HTTPS_PROXY: 'http://p' }, true],
    ['https://api.example.com/', { https_proxy: 'http://p' }, true],
    ['https://api.example.com/', { HTTP_PROXY: 'http://p' }, false],
    ['http://api.example.com/', { http_proxy: 'http://p' }, true],
    ['http://api.example.com/', { HTTPS_PROXY: 'http://p' }, false],
    ['https://api.example.com/', { HTTPS_PROXY: '' }, false],
    ['https://api.example.com/', { HTTPS_PROXY: 'http://p', NO_PROXY: '*' }, false],
    ['https://api.example.com/', { HTTPS_PROXY: 'http://p', NO_PROXY: 'other.com, example.com' }, false],
    ['https://api.example.com/', { HTTPS_PROXY: 'http://p', NO_PROXY: '.example.com' }, false],
    ['https://api.example.com/', { HTTPS_PROXY: 'http://p', NO_PROXY: '*.example.com' }, false],
    ['https://api.example.com/', { HTTPS_PROXY: 'http://p', no_proxy: 'API.example.com:443' }, false],
    ['https://api.example.com/', { HTTPS_PROXY: 'http://p', no_proxy: 'api.example.com:8443' }, true],
    ['https://badexample.com/', { HTTPS_PROXY: 'http://p', no_proxy: 'example.com' }, true],
  ])('%s with %j: %s', (url, environment, expected) => {
    expect(at(url, environment)).toBe(expected);
  });
});
