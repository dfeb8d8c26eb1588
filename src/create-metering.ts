/** From options to the parts that name costs, keep budgets and write the ledger. */
import type { Budget } from './domain/budget.js';
import type { LedgerStore, UsageQuery, UsageRow } from './domain/ledger.js';
import { nanoFromUnits } from './domain/money.js';
import type { Emitter } from './events.js';
import type { BudgetOptions } from './options/options.js';
import type { ResolvedConfig } from './options/resolved-config.js';
import { Budgets } from './state/budgets.js';
import { CostReports } from './state/cost-reports.js';
import { LatePricing } from './state/late-pricing.js';
import { Ledger } from './state/ledger.js';
import { MemoryLedger } from './state/memory-ledger.js';
import { Metering } from './state/metering.js';
import { PriceBook } from './state/price-book.js';
import { UsageEstimates } from './state/usage-estimates.js';

/** Everything about money that outlives a call. */
export interface MeteringSet {
  readonly metering: Metering;
  readonly budgets: Budgets;
  readonly ledger: Ledger;
  /** Answers a question to the ledger. */
  usage(query: UsageQuery): Promise<readonly UsageRow[]>;
  /** Writes what waits and gives unused reservations back. A store that was handed in stays open. */
  close(): Promise<void>;
}

/**
 * Makes the parts of one client. Loads no price list and touches no store yet.
 * @param wanted Somebody wants to know costs while calls run; else they are worked out when somebody asks.
 */
export function createMetering(
  config: ResolvedConfig,
  emitter: Emitter,
  wanted: boolean,
  warn: (message: string) => void,
): MeteringSet {
  const { clock, fx, onUnknownPrice } = config;
  const onStoreError = (error: unknown) => emitter.emit('onStoreError', { error, at: clock.wallNow() });
  const ledger = new Ledger({ store: ledgerStoreOf(config.store) ?? new MemoryLedger(), clock, onStoreError });
  const baseURLs = new Map(
    config.endpoints.map(({ name, baseURL, sdk }) => [name, baseURL ?? sdk.baseURL ?? undefined]),
  );
  const prices = new PriceBook({
    rules: config.prices,
    endpoints: [...baseURLs.keys()],
    fx,
    onUnknownPrice,
    baseURL: (endpoint) => baseURLs.get(endpoint),
    loadTable: () => import('./prices/price-list.js').then(({ openPriceList }) => openPriceList()),
  });
  const budgets = new Budgets({
    budgets: config.budgets.map(budgetOf),
    ledger,
    fx,
    clock,
    onThreshold: (event) => emitter.emit('onBudgetThreshold', event),
    onStoreError,
  });
  const late = wanted ? undefined : new LatePricing(prices, ledger, fx);
  const reports = new CostReports({ clock, emitter, fx, warn });
  const metering = new Metering({
    clock,
    prices,
    budgets,
    ledger,
    reports,
    late,
    estimates: new UsageEstimates(config.defaultMaxOutputTokens),
    onUnknownPrice,
  });
  return {
    metering,
    budgets,
    ledger,
    async usage(query) {
      await late?.settle();
      return ledger.usage(query);
    },
    async close() {
      await budgets.close();
      await ledger.close();
    },
  };
}

function budgetOf(options: Readonly<BudgetOptions>): Budget {
  const {
    name,
    match = {},
    per,
    timeZone = 'UTC',
    limit,
    warnAt = 0.8,
    onExceeded = 'block',
    onStoreError = 'open',
  } = options;
  const limitNano = nanoFromUnits(limit.amount);
  return { name, match, period: per, timeZone, limitNano, currency: limit.currency, warnAt, onExceeded, onStoreError };
}

/** The ledger of a store: the store itself, or the one it has beside shared limits. */
function ledgerStoreOf(store: object | undefined): LedgerStore | undefined {
  const candidate = store !== undefined && 'ledger' in store ? store.ledger : store;
  const complete =
    typeof candidate === 'object' &&
    candidate !== null &&
    'claim' in candidate &&
    'write' in candidate &&
    'usage' in candidate;
  return complete ? (candidate as LedgerStore) : undefined;
}
