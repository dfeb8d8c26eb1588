import type { ClientOptions } from 'openai';
import * as newest from 'openai';
import { OpenAI as Gateway } from '../../src/openai.js';
import { type MockScript, type MockTransport, mockTransport } from '../../src/testing.js';
import { type Contender, KEY_A } from './clients.js';
import { PENDING, settle, turn } from './virtual-time.js';

export type Sdk = typeof newest;

/** What a behaviour is shown with: one way to make clients, over a scripted `fetch`. */
export interface Bench {
  /** The module whose classes errors and promises belong to. */
  readonly sdk: Sdk;
  /** The class under test, for subclasses. */
  readonly Client: typeof newest.OpenAI;
  /** Options that a client of this bench needs beside its own. */
  options(options?: ClientOptions): ClientOptions;
  transport(script?: MockScript): MockTransport;
  client(transport: MockTransport, options?: ClientOptions): newest.OpenAI;
  /** Runs timers until the promise settles; `'pending'` if it never does. */
  settle<T>(promise: Promise<T>): Promise<T | 'pending'>;
  /** Lets everything happen that waits for no timer. */
  quiet(): Promise<void>;
}

export const BASE_URL = 'https://a.test/v1';

export function makeBench(contender: Contender, sdk: Sdk = newest): Bench {
  const Client = contender === 'plain' ? sdk.OpenAI : (Gateway as unknown as typeof newest.OpenAI);
  const compat = { compat: 'sdk', env: false };
  const pooled = { ...compat, transport: 'undici' };
  const mode = { plain: {}, compat, pooled, gateway: { env: false } }[contender];
  const bench: Bench = {
    sdk,
    Client,
    options: (options = {}) =>
      ({ apiKey: KEY_A, baseURL: BASE_URL, logLevel: 'off', ...mode, ...options }) as ClientOptions,
    transport: (script) => mockTransport(script),
    client: (transport, options = {}) => new Client(bench.options({ fetch: transport.fetch, ...options })),
    async settle(promise) {
      const value = await settle(promise);
      return value === PENDING ? 'pending' : value;
    },
    async quiet() {
      for (let count = 0; count < 40; count++) await turn();
    },
  };
  return bench;
}
