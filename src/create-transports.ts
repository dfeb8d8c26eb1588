import type { ClientOptions } from 'openai';
import { loadEngine } from './load-engine.js';
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

/** Opens no connection; endpoints with the same connect timeout share one pool. */
export function createTransports(config: ResolvedConfig): Transports {
  const { transport: mode, clock } = config;
  const pools = new Map<number | undefined, Transport>();
  const poolOf = (endpoint: ResolvedEndpoint): Transport | undefined => {
    if (mode === 'fetch' || !leavesFetchToUs(endpoint)) return undefined;
    // Like the SDK's client, which takes what it finds when it is made, and keeps it.
    if (mode === 'auto' && !isRuntimeFetch()) return undefined;
    const connectTimeoutMs = endpoint.connectTimeoutMs ?? config.connectTimeoutMs;
    const pool = pools.get(connectTimeoutMs) ?? lazyTransport({ clock, mode, connectTimeoutMs });
    pools.set(connectTimeoutMs, pool);
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

/** Options of the SDK that decide how requests are sent. */
const SENDING = ['fetch', 'provider', 'credential', 'x509Transport'] as const;

function leavesFetchToUs({ client, sdk }: ResolvedEndpoint): boolean {
  if (client !== undefined || SENDING.some((name) => sdk[name] !== undefined && sdk[name] !== null)) return false;
  return Object.keys(sdk.fetchOptions ?? {}).every((name) => name === 'redirect');
}
