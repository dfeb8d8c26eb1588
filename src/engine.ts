/** Everything that serves calls: the stack with the state behind it. Loaded when the first client is made, by `load-engine.ts`. */
import { assemble } from './assemble.js';
import { createMetering, type MeteringSet } from './create-metering.js';
import { createRateLimits, type RateLimits } from './create-rate-limits.js';
import type { Call } from './domain/call.js';
import { latencyQuantile, pickByLatency } from './domain/latency.js';
import type { UsageQuery, UsageRow } from './domain/ledger.js';
import type { Outcome } from './domain/outcome.js';
import { chooseByWeight } from './domain/plan.js';
import { readUsage } from './domain/read-usage.js';
import { createEmitter } from './emitter.js';
import type { FailoverParts } from './layers/failover.js';
import { HedgeBudget } from './layers/hedge.js';
import type { HedgeOptions } from './options/options.js';
import type { ResolvedConfig } from './options/resolved-config.js';
import { checkUsageQuery } from './options/usage-query.js';
import { Affinity } from './state/affinity.js';
import type { Catalog } from './state/catalog.js';
import { Health } from './state/health.js';
import type { Lifecycle } from './state/lifecycle.js';

export { DirectSender } from './direct-sender.js';
export { openPort } from './endpoint-port.js';
export { markError } from './mark-error.js';
export { createTransport } from './transport/transport.js';

/** What the engine of one client is made from. */
export interface EngineParts {
  readonly config: ResolvedConfig;
  readonly catalog: Catalog;
  readonly lifecycle: Lifecycle;
  /** Somebody asks for costs, so that calls wait for the price list. */
  readonly wantsCosts: boolean;
  readonly warn: (message: string) => void;
  readonly report: (message: string) => void;
}

/** The engine of one client and its clones. */
export interface Engine {
  readonly run: (call: Call) => Promise<Outcome>;
  readonly health: Health;
  readonly affinity: Affinity;
  readonly limits: RateLimits;
  readonly metering: MeteringSet;
  /**
   * Sums of the ledger.
   * @throws {ConfigError} for a question that cannot be understood
   */
  usage(query: UsageQuery): Promise<readonly UsageRow[]>;
}

/** Starts no timer and opens no connection. */
export function createEngine({ config, catalog, lifecycle, wantsCosts, warn, report }: EngineParts): Engine {
  const { clock } = config;
  const emitter = createEmitter(config.hooks, ({ hook, error }) =>
    report(`the hook ${hook} failed: ${error instanceof Error ? error.message : 'no error object'}`),
  );
  const health = new Health({
    clock,
    emitter,
    circuit: config.circuit,
    quota: config.retryQuota,
    whenAllOpen: config.whenAllOpen,
    hedges: config.hedge !== false,
  });
  const limits = createRateLimits(config, emitter, (target) => health.standing(target) !== 'out');
  const metering = createMetering(config, emitter, wantsCosts || config.maxPriceRatio !== undefined, warn);
  const costPlaces = new Map(config.endpoints.map(({ name, costPlace }) => [name, costPlace]));
  const run = assemble({
    clock,
    emitter,
    maxResponseBytes: config.maxResponseBytes,
    readUsage: (operation, body, endpoint) => {
      // Whatever a provider puts into a usage object, the answer around it is good.
      try {
        return readUsage(operation, body, costPlaces.get(endpoint));
      } catch {
        return undefined;
      }
    },
    respectShouldRetry: config.respectShouldRetry,
    guard: (running) => lifecycle.guard(running),
    unguard: (running) => lifecycle.unguard(running),
    onClosing: (hurry) => lifecycle.onClosing(hurry),
    hedging: config.hedge === false ? undefined : hedging(config.hedge, health),
    health,
    limits: limits.admission,
    metering: metering.metering,
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
    run,
    health,
    affinity: new Affinity(config.endpoints[0]?.name ?? ''),
    limits,
    metering,
    async usage(query) {
      checkUsageQuery(query);
      return metering.usage(query);
    },
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
