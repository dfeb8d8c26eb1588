/** Everything that outlives a call and is shared by a client and its clones. Made in one place. */
import { createTransports, type Transports } from './create-transports.js';
import { wantsCosts, wantsUsage } from './demands.js';
import { EndpointClient } from './endpoint-client.js';
import type { EndpointPart } from './endpoint-part.js';
import { LazyEngine, senderOf } from './load-engine.js';
import type { ResolvedConfig } from './options/resolved-config.js';
import { Catalog } from './state/catalog.js';
import { Lifecycle } from './state/lifecycle.js';

export interface GatewayParts {
  readonly config: ResolvedConfig;
  readonly endpoints: ReadonlyMap<string, EndpointPart>;
  readonly first: EndpointPart;
  readonly catalog: Catalog;
  readonly transports: Transports;
  readonly wantsUsage: boolean;
  /** What serves calls. */
  readonly engine: LazyEngine;
  readonly lifecycle: Lifecycle;
  nextCallId(): string;
}

/** Builds clients and state from a checked configuration, and has what serves calls loaded. Starts no timer and opens no connection. */
export function createParts(config: ResolvedConfig): GatewayParts {
  const transports = createTransports(config);
  const endpoints = new Map<string, EndpointPart>();
  config.endpoints.forEach((endpoint, index) => {
    const client =
      endpoint.client ??
      (index === 0 ? undefined : new EndpointClient(endpoint.name, transports.equip(endpoint, endpoint.sdk), senderOf));
    endpoints.set(endpoint.name, {
      config: endpoint,
      client,
      refusesStreamUsage: endpoint.quirks.streamUsage === false,
    });
  });
  const first = endpoints.values().next().value as EndpointPart;
  const logger = first.config.sdk.logger ?? console;
  const { logLevel } = first.config.sdk;
  const warn = (message: string) => {
    if (logLevel !== 'off' && logLevel !== 'error') logger.warn(`llm-gateway-client: ${message}`);
  };
  for (const warning of config.warnings) warn(warning);
  const catalog = new Catalog(config.endpoints, config.aliases);
  const lifecycle = new Lifecycle(config.clock);
  const engine = new LazyEngine({
    config,
    catalog,
    lifecycle,
    wantsCosts: wantsCosts(config),
    warn,
    report: (message) => {
      if (logLevel !== 'off') logger.error(`llm-gateway-client: ${message}`);
    },
  });
  // What the first call needs is on its way before it comes; if it cannot be had, that call says so.
  if (config.mode !== 'compat') engine.load().catch(() => {});
  const prefix = Math.floor(config.clock.random() * 36 ** 6).toString(36);
  let count = 0;
  return {
    config,
    endpoints,
    first,
    catalog,
    transports,
    wantsUsage: wantsUsage(config),
    engine,
    nextCallId: () => `gw-${prefix}-${(++count).toString(36)}`,
    lifecycle,
  };
}
