/** What a configuration asks for that calls have to do more for. */
import { countsTokens } from './domain/limits.js';
import type { ResolvedConfig } from './options/resolved-config.js';

/** Hooks that are about money. */
const MONEY_HOOKS = ['onUsage', 'onCost', 'onBudgetThreshold', 'onPriceDrift', 'onPriceUnknown'] as const;

/** Whether somebody asks for costs, so that calls wait for the price list and streams are asked for their usage. */
export function wantsCosts({ budgets, store, prices, hooks }: ResolvedConfig): boolean {
  return (
    budgets.length > 0 ||
    store !== undefined ||
    prices.length > 0 ||
    MONEY_HOOKS.some((name) => hooks[name] !== undefined)
  );
}

/** Whether the usage of every call has to be known, that of streams too. */
export function wantsUsage(config: ResolvedConfig): boolean {
  const { endpoints, tagLimits, hooks } = config;
  return (
    wantsCosts(config) ||
    hooks.onCallSettled !== undefined ||
    tagLimits.some(countsTokens) ||
    endpoints.some(({ limits }) => countsTokens(limits) || Object.values(limits.models ?? {}).some(countsTokens))
  );
}
