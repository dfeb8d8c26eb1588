/** The clients that are compared: plain, with the gateway in two strengths, and wrapped by hand. */
import Bottleneck from 'bottleneck';
import OpenAI from 'openai';
import pRetry from 'p-retry';
import { loadLibrary } from './library.ts';
import { type ChatBody, MODEL } from './payload.ts';
import type { Fetch } from './stub-fetch.ts';

/** Where calls go: a primary, a fallback, and a `fetch` for both unless the real one is wanted. */
export interface Place {
  readonly primary: string;
  readonly fallback: string;
  readonly fetch?: Fetch | undefined;
}

/** A place for clients whose `fetch` reaches no network. */
export function stubbed(fetch: Fetch): Place {
  return { primary: 'https://one.example/v1', fallback: 'https://two.example/v1', fetch };
}

/** Base URLs of this many endpoints of the first tier, and of the one behind them. */
export function baseURLs({ primary, fallback }: Place, endpoints: number): string[] {
  const first = [...Array(endpoints).keys()].map((index) =>
    endpoints === 1 ? primary : primary.replace('/v1', `/${index}/v1`),
  );
  return [...first, fallback];
}

/** A client with its way of asking. */
export interface Subject {
  readonly name: string;
  /** One call to its end. */
  call(body: (model: string) => ChatBody): Promise<unknown>;
  /** One stream, chunk by chunk. */
  stream(body: (model: string) => ChatBody): Promise<AsyncIterable<unknown>>;
  /** Ends what would keep the process alive. */
  close(): Promise<void>;
}

const KEY = 'sk-bench-0123456789';
const ALIAS = 'fast';

function fetchOf({ fetch }: Place): { fetch?: Fetch } {
  return fetch === undefined ? {} : { fetch };
}

function subjectOf(name: string, client: OpenAI, model: string, close: () => Promise<void> = async () => {}): Subject {
  return {
    name,
    close,
    call: (body) => client.chat.completions.create(body(model)),
    stream: (body) => client.chat.completions.create({ ...body(model), stream: true }),
  };
}

/** The official SDK. */
export function plain(place: Place, name = 'plain'): Subject {
  return subjectOf(name, new OpenAI({ baseURL: place.primary, apiKey: KEY, ...fetchOf(place) }), MODEL);
}

function endpointsOf(place: Place, count: number) {
  return baseURLs(place, count).map((baseURL, index) => ({
    name: `one${index}`,
    baseURL,
    apiKey: KEY,
    tier: index < count ? 1 : 2,
    ...(index === count && { models: { [MODEL]: `vendor/${MODEL}` } }),
    ...fetchOf(place),
  }));
}

/** The gateway with an alias and two tiers, and its defaults otherwise. */
export async function routing(place: Place): Promise<Subject> {
  const { createGatewayClient } = await loadLibrary();
  const client = createGatewayClient({ env: false, endpoints: endpointsOf(place, 1), models: { [ALIAS]: MODEL } });
  return subjectOf('routing', client as OpenAI, ALIAS, () => client.gateway.close());
}

/**
 * The gateway with everything on: alias, two tiers, circuits, limits that never bind, usage, cost, one hook.
 * @param endpoints endpoints in the first tier
 */
export async function allOn(place: Place, endpoints = 1, name = 'all_on'): Promise<Subject> {
  const { createGatewayClient } = await loadLibrary();
  let settled = 0;
  const client = createGatewayClient({
    env: false,
    endpoints: endpointsOf(place, endpoints),
    models: { [ALIAS]: MODEL },
    tags: { project: 'bench' },
    limits: { requestsPerMinute: 1e9, tokensPerMinute: 1e12, maxConcurrency: 1e6, burst: 1e9 },
    prices: {
      [MODEL]: { currency: 'USD', inputPerMillion: 0.15, cachedInputPerMillion: 0.075, outputPerMillion: 0.6 },
    },
    hooks: {
      onCallSettled: () => {
        settled++;
      },
    },
  });
  const subject = subjectOf(name, client as OpenAI, ALIAS, () => client.gateway.close());
  return {
    ...subject,
    async close() {
      if (settled === 0) throw new Error('The hook was never called, so not everything was on.');
      await subject.close();
    },
  };
}

/**
 * What a careful developer writes without a gateway: retries with p-retry, limits with bottleneck, one client after the other.
 * @param endpoints clients before the last one
 */
export function handWritten(place: Place, endpoints = 1, maxConcurrent = 64): Subject {
  const limiter = new Bottleneck({
    maxConcurrent,
    reservoir: 1e9,
    reservoirRefreshAmount: 1e9,
    reservoirRefreshInterval: 60_000,
  });
  const clientAt = (baseURL: string) => new OpenAI({ baseURL, apiKey: KEY, maxRetries: 0, ...fetchOf(place) });
  const clients = baseURLs(place, endpoints).map(clientAt);
  const governed = async <T>(ask: (client: OpenAI) => Promise<T>): Promise<T> => {
    const attempt = (client: OpenAI) => pRetry(() => limiter.schedule(() => ask(client)), { retries: 2 });
    let failure: unknown;
    for (const client of clients) {
      try {
        return await attempt(client);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
  return {
    name: 'hand_written',
    call: (body) => governed(async (client) => client.chat.completions.create(body(MODEL))),
    stream: (body) => governed(async (client) => client.chat.completions.create({ ...body(MODEL), stream: true })),
    async close() {
      await limiter.disconnect();
    },
  };
}
