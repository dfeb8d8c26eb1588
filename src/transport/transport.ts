/** A `fetch` over connections of our own, for the requests that matter; everything else goes through the built-in one. */
import type { Clock } from '../clock.js';
import { createAgent } from './create-agent.js';
import { DIRECT, type Fetch } from './direct-fetch.js';
import { exchange } from './exchange.js';
import { type NextRequest, redirectOf } from './follow-redirect.js';
import { lazyResponse } from './lazy-response.js';
import { type Agent, loadUndici } from './load-undici.js';
import { type PlainRequest, plainRequest } from './plain-request.js';
import { SpareSockets } from './spare-sockets.js';
import { mustStandAside } from './stand-aside.js';
import { watchConnections } from './watch-connection.js';

/** Settings of a {@link Transport}. */
export interface TransportOptions {
  readonly clock: Clock;
  /** `auto` gives way to whatever has been put in place of the runtime's own `fetch`; `undici` does not. */
  readonly mode: 'auto' | 'undici';
  /** Longest wait for a connection, milliseconds; `Infinity` for no bound. @default 10000, as with the built-in `fetch` */
  readonly connectTimeoutMs?: number | undefined;
  /** Most connections to one origin at once. @default no bound */
  readonly maxConnections?: number | undefined;
  /** Speak HTTP/2 where a server at an `https` address does. @default false, as with the built-in `fetch` */
  readonly http2?: boolean | undefined;
  /** How often the other side of a connection over HTTP/2 is pinged, milliseconds. @default 15000 */
  readonly pingIntervalMs?: number | undefined;
}

/** Connections and the `fetch` that uses them. */
export interface Transport {
  readonly fetch: Fetch;
  /** Opens a connection to each of these origins, without sending anything. Resolves when done, whatever came of it. */
  prewarm(origins: Iterable<string>): Promise<void>;
  /** Closes all connections, those in use too. Requests made afterwards go through the built-in `fetch`. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const PING_INTERVAL_MS = 15_000;

/** Opens nothing, and loads nothing, before the first request or {@link Transport.prewarm}. */
export function createTransport(options: TransportOptions): Transport {
  const pool = new ConnectionPool(options);
  const fetch: Fetch = (input, init) => pool.fetch(input, init);
  fetch[DIRECT] = (head, body, signal, timeoutMs) => pool.fetchDirectly({ ...head, body, signal, timeoutMs });
  return {
    fetch,
    prewarm: (origins) => pool.prewarm(origins),
    close: () => pool.close(),
  };
}

class ConnectionPool {
  readonly #options: TransportOptions;
  #agent: Agent | undefined;
  #spares: SpareSockets | undefined;
  #opening: Promise<void> | undefined;
  /** Closed, or undici cannot be loaded (a bundle without it, say). */
  #unavailable = false;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  async fetch(input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
    const request = this.#unavailable ? undefined : plainRequest(input, init);
    if (request === undefined || this.#standsAside(request.url)) return globalThis.fetch(input, init);
    const agent = this.#agent ?? (await this.#open());
    if (agent === undefined) return globalThis.fetch(input, init);
    return send(agent, request);
  }

  /** As {@link fetch}, for a request that needs no redirects. */
  fetchDirectly(request: PlainRequest): Promise<Response> | undefined {
    const agent = this.#agent;
    if (agent === undefined || this.#unavailable || this.#standsAside(request.url)) return undefined;
    return exchange(agent, request, (head) => lazyResponse(hrefOf(request.url), head));
  }

  async prewarm(origins: Iterable<string>): Promise<void> {
    const urls = [...new Set([...origins].map((origin) => URL.parse(origin)?.origin))]
      .filter((origin) => origin !== undefined && /^https?:/.test(origin))
      .map((origin) => new URL(origin as string))
      .filter((url) => !this.#unavailable && !this.#standsAside(url));
    if (urls.length === 0) return;
    await this.#open();
    await Promise.all(urls.map((url) => this.#spares?.add(url)));
  }

  async close(): Promise<void> {
    this.#unavailable = true;
    await this.#opening;
    const destroyed = this.#agent?.destroy();
    this.#spares?.close();
    await destroyed;
    this.#agent = undefined;
    this.#spares = undefined;
  }

  #standsAside(url: URL): boolean {
    return this.#options.mode === 'auto' && mustStandAside(url);
  }

  async #open(): Promise<Agent | undefined> {
    this.#opening ??= this.#create();
    await this.#opening;
    return this.#unavailable ? undefined : this.#agent;
  }

  async #create(): Promise<void> {
    const {
      mode,
      clock,
      maxConnections = Number.POSITIVE_INFINITY,
      http2 = false,
      pingIntervalMs = PING_INTERVAL_MS,
      connectTimeoutMs = CONNECT_TIMEOUT_MS,
    } = this.#options;
    try {
      const undici = await loadUndici();
      const timeout = Number.isFinite(connectTimeoutMs) ? connectTimeoutMs : 0;
      const open = undici.buildConnector({ allowH2: http2, preferH2: true, timeout });
      this.#spares = new SpareSockets(clock, open, maxConnections);
      this.#agent = createAgent(undici, {
        allowH2: http2,
        connect: http2 ? watchConnections(this.#spares.connect, clock, pingIntervalMs) : this.#spares.connect,
        h2Options: { pingInterval: pingIntervalMs },
        ...(Number.isFinite(maxConnections) && { connections: maxConnections }),
      });
    } catch (error) {
      if (mode === 'undici') throw error;
      this.#unavailable = true;
    }
  }
}

async function send(agent: Agent, request: PlainRequest): Promise<Response> {
  const head = await exchange(agent, request, (arrived) => arrived);
  let next: NextRequest | undefined;
  try {
    next = redirectOf(request, head.status, head.fields);
  } catch (error) {
    head.body?.cancel();
    throw error;
  }
  if (next === undefined) return lazyResponse(hrefOf(request.url), head);
  head.body?.cancel();
  const response = await globalThis.fetch(next.url, next.init);
  return Object.defineProperties(response, {
    redirected: { value: true, configurable: true },
    ...(next.url.origin !== request.url.origin && { type: { value: 'cors', configurable: true } }),
  });
}

function hrefOf(url: URL): string {
  return url.hash === '' ? url.href : url.href.slice(0, -url.hash.length);
}
