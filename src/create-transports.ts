import type { ClientOptions } from 'openai';
import { loadEngine } from './load-engine.js';
import { sentBy } from './options/connections.js';
import type { ConnectionOptions } from './options/options.js';
import type { ResolvedConfig, ResolvedEndpoint } from './options/resolved-config.js';
import { DIRECT, type Fetch } from './transport/direct-fetch.js';
import { isRuntimeFetch } from './transport/runtime-fetch.js';
import type { Transport, TransportOptions } from './transport/transport.js';

/** The connections of a gateway. */
export interface Transports {
  /** Options of an endpoint's SDK client, with our `fetch` among them if the user has left that to us. */
  equip(endpoint: ResolvedEndpoint, sdk: ClientOptions): ClientOptions;
  /** Opens a connection to each endpoint that is reached over connections of our own. */
  prewarm(): Promise<void>;
  close(): Promise<void>;
}

/** Opens no connection. Endpoints that ask for the same share one pool, unless one has a number of connections to itself. */
export function createTransports(config: ResolvedConfig): Transports {
  const { transport: mode, clock } = config;
  const pools = new Map<string, Transport>();
  const poolOf = (endpoint: ResolvedEndpoint): Transport | undefined => {
    if (mode === 'fetch' || sentBy(endpoint) !== undefined) return undefined;
    // Like the SDK's client, which takes what it finds when it is made, and keeps it.
    if (mode === 'auto' && !isRuntimeFetch()) return undefined;
    const { owner, ...settings } = connectionsOf(endpoint, config);
    const key = [owner, settings.connectTimeoutMs, settings.maxConnections, settings.http2].join();
    const pool = pools.get(key) ?? lazyTransport({ clock, mode, ...settings });
    pools.set(key, pool);
    return pool;
  };
  const used = new Map(config.endpoints.map((endpoint) => [endpoint.name, poolOf(endpoint)]));
  return {
    equip({ name }, sdk) {
      const pool = used.get(name);
      return pool === undefined ? sdk : { ...sdk, fetch: pool.fetch };
    },
    async prewarm() {
      const opened = config.endpoints.map(({ name, baseURL }) =>
        baseURL === undefined ? undefined : used.get(name)?.prewarm([baseURL]),
      );
      await Promise.all(opened);
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

/** The settings of an endpoint's connections, with its name if their number is for it alone. */
function connectionsOf(
  { name, connections, limits }: ResolvedEndpoint,
  { mode, connections: shared }: ResolvedConfig,
): ConnectionOptions & { readonly owner: string | undefined } {
  const { connectTimeoutMs, maxConnections, http2 = false } = { ...shared, ...connections };
  const { maxConcurrency = 0 } = limits;
  // Of more connections than places in flight some would be kept alive for nobody. In `compat` mode nothing is limited.
  const places = mode === 'gateway' && maxConcurrency > 0 && Number.isFinite(maxConcurrency);
  if (maxConnections === undefined && places)
    return { connectTimeoutMs, maxConnections: maxConcurrency, http2, owner: name };
  return {
    connectTimeoutMs,
    maxConnections,
    http2,
    owner: connections.maxConnections === undefined ? undefined : name,
  };
}

/** A transport whose code is loaded when it is used. */
function lazyTransport(options: TransportOptions): Transport {
  let transport: Transport | undefined;
  const load = async (): Promise<Transport> => {
    const { createTransport } = await loadEngine();
    transport ??= createTransport(options);
    return transport;
  };
  const fetch: Fetch = (input, init) => transport?.fetch(input, init) ?? load().then((it) => it.fetch(input, init));
  fetch[DIRECT] = (...request) => transport?.fetch[DIRECT]?.(...request);
  return {
    fetch,
    prewarm: (origins) => load().then((it) => it.prewarm(origins)),
    close: () => load().then((it) => it.close()),
  };
}
