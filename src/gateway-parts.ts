/** Everything that outlives a call and is shared by a client and its clones. Made in one place. */
import type { OpenAI as SDK } from 'openai';
import { assemble, type StackParts } from './assemble.js';
import { createMetering, type MeteringSet } from './create-metering.js';
import { createRateLimits, type RateLimits } from './create-rate-limits.js';
import { createTransports, type Transports } from './create-transports.js';
import type { Call } from './domain/call.js';
import { type CircuitSettings, DEFAULT_CIRCUIT } from './domain/circuit.js';
import { latencyQuantile, pickByLatency } from './domain/latency.js';
import type { Outcome } from './domain/outcome.js';
import { chooseByWeight } from './domain/plan.js';
import { readUsage } from './domain/read-usage.js';
import { createEmitter } from './emitter.js';
import { EndpointClient } from './endpoint-client.js';
import type { Emitter } from './events.js';
import type { FailoverParts } from './layers/failover.js';
import { HedgeBudget } from './layers/hedge.js';
import type { HedgeOptions } from './options/options.js';
import type { ResolvedConfig, ResolvedEndpoint } from './options/resolved-config.js';
import { Affinity } from './state/affinity.js';
import { Catalog } from './state/catalog.js';
import { Health } from './state/health.js';
import { Lifecycle } from './state/lifecycle.js';
import type { Metering } from './state/metering.js';

/** One endpoint with the client that serves it; the first endpoint has none of its own, it is the gateway client itself. */
export interface EndpointPart {
  readonly config: ResolvedEndpoint;
  readonly client: SDK | undefined;
  refusesStreamUsage: boolean;
}

export interface GatewayParts {
  readonly config: ResolvedConfig;
  readonly endpoints: ReadonlyMap<string, EndpointPart>;
  readonly first: EndpointPart;
  readonly catalog: Catalog;
  readonly emitter: Emitter;
  readonly limits: RateLimits;
  readonly metering: MeteringSet;
  readonly transports: Transports;
  readonly wantsUsage: boolean;
  readonly health: Health;
  readonly run: (call: Call) => Promise<Outcome>;
  readonly affinity: Affinity;
  readonly lifecycle: Lifecycle;
  nextCallId(): string;
}

/** Builds clients, state and stack from a checked configuration. Starts no timer and opens no connection. */
export function createParts(config: ResolvedConfig): GatewayParts {
  const { clock } = config;
  const transports = createTransports(config);
  const endpoints = new Map<string, EndpointPart>();
  config.endpoints.forEach((endpoint, index) => {
    const client =
      endpoint.client ??
      (index === 0 ? undefined : new EndpointClient(endpoint.name, transports.equip(endpoint, endpoint.sdk)));
    endpoints.set(endpoint.name, {
      config: endpoint,
      client,
      refusesStreamUsage: endpoint.quirks.streamUsage === false,
    });
  });
  const first = endpoints.values().next().value as EndpointPart;
  const logger = first.config.sdk.logger ?? console;
  const warn = (message: string) => {
    const { logLevel } = first.config.sdk;
    if (logLevel !== 'off' && logLevel !== 'error') logger.warn(`llm-gateway-client: ${message}`);
  };
  for (const warning of config.warnings) warn(warning);
  const emitter = createEmitter(config.hooks, ({ hook, error }) => {
    logger.error(
      `llm-gateway-client: the hook ${hook} failed: ${error instanceof Error ? error.message : 'no error object'}`,
    );
  });
  const catalog = new Catalog(config.endpoints, config.aliases);
  const prefix = Math.floor(clock.random() * 36 ** 6).toString(36);
  let count = 0;
  const health = new Health({
    clock,
    emitter,
    circuit: config.circuit === false ? false : { ...DEFAULT_CIRCUIT, ...(config.circuit as Partial<CircuitSettings>) },
    quota: config.retryQuota,
    whenAllOpen: config.whenAllOpen,
  });
  const limits = createRateLimits(config, emitter, (target) => health.standing(target) !== 'out');
  const demanded = wantsCosts(config);
  const money = createMetering(config, emitter, (message) => {
    if (demanded) warn(message);
  });
  const lifecycle = new Lifecycle(clock);
  const run = assemble({
    clock,
    emitter,
    maxResponseBytes: config.maxResponseBytes,
    readUsage: (operation, body, endpoint) => {
      // Whatever a provider puts into a usage object, the answer around it is good.
      try {
        return readUsage(operation, body, endpoints.get(endpoint)?.config.costPlace);
      } catch {
        return undefined;
      }
    },
    respectShouldRetry: config.respectShouldRetry,
    guard: (stop) => lifecycle.guard(stop),
    hedging: config.hedge === false ? undefined : hedging(config.hedge, health),
    health,
    limits: limits.admission,
    metering: demanded ? money.metering : withoutWaiting(money.metering),
    maxPriceRatio: config.maxPriceRatio,
    reroute: (call, alias) => ({
      ...call,
      alias,
      route: catalog.resolve(alias).route,
      groups: catalog.resolve(alias).groups,
    }),
    standing: (target) => health.standing(target),
    readyAt: (target) => health.readyAt(target),
    choose: (candidates, { settings }) =>
      settings.balance === 'latency'
        ? pickByLatency(candidates, (target) => health.cost(target), clock.random())
        : chooseByWeight(candidates, clock.random()),
    leastBad: (groups) => health.leastBad(groups),
    payForRetry: (endpoint, noResponse) => health.payForRetry(endpoint, noResponse),
  });
  return {
    config,
    endpoints,
    first,
    catalog,
    emitter,
    limits,
    metering: money,
    transports,
    wantsUsage: demanded || limits.wantsUsage || config.hooks.onCallSettled !== undefined,
    health,
    run,
    nextCallId: () => `gw-${prefix}-${(++count).toString(36)}`,
    affinity: new Affinity(first.config.name),
    lifecycle,
  };
}

/** Hooks that are about money. */
const MONEY_HOOKS = ['onUsage', 'onCost', 'onBudgetThreshold', 'onPriceDrift', 'onPriceUnknown'] as const;

/** Whether somebody asks for costs, so that calls wait for the price list and streams are asked for their usage. */
function wantsCosts({ budgets, store, prices, hooks }: ResolvedConfig): boolean {
  return (
    budgets.length > 0 ||
    store !== undefined ||
    prices.length > 0 ||
    MONEY_HOOKS.some((name) => hooks[name] !== undefined)
  );
}

/** Costs are worked out all the same, but no call waits for the price list to be loaded. */
function withoutWaiting(metering: Metering): StackParts['metering'] {
  return {
    admit: (attempt) => metering.admit(attempt),
    ready: () => undefined,
    degraded: (call) => metering.degraded(call),
    guard: (call, ratio) => metering.guard(call, ratio),
    failed: (call, failure) => metering.failed(call, failure),
  };
}

/** After which share of answers a call counts as slow, from how many samples on, and which share of calls may be hedged. */
const HEDGE = { percentile: 0.95, minimumSamples: 100, maxRatio: 0.05 } as const;

function hedging(options: HedgeOptions, health: Health): FailoverParts['hedging'] {
  const { percentile = HEDGE.percentile, minimumSamples = HEDGE.minimumSamples, maxRatio = HEDGE.maxRatio } = options;
  return {
    budget: new HedgeBudget(maxRatio),
    delayMs: (target) => latencyQuantile(health.of(target).latency, percentile, minimumSamples),
  };
}
