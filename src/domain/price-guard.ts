import { convertNano, type FxRates } from './money.js';
import { costNano, type PriceCard } from './price-card.js';
import type { Target } from './route.js';
import type { Usage } from './usage.js';

/** Targets that stay, and those that are too dear. */
export interface GuardedTargets {
  readonly groups: readonly (readonly Target[])[];
  readonly tooDear: readonly Target[];
}

/** What is needed to compare the prices of targets for one call. */
export interface PriceComparison {
  readonly maxPriceRatio: number;
  /** What the call may consume; prices are compared by what it would cost, so that input and output weigh as they do. */
  readonly usage: Usage;
  readonly at: number;
  readonly fx: FxRates;
  readonly card: (target: Target) => PriceCard | undefined;
}

/**
 * Leaves out targets at which a call would cost more than `maxPriceRatio` times what it costs at the dearest target of the
 * first group: an outage must not move a service to a far dearer model unnoticed. Targets whose price is unknown, or cannot
 * be compared, stay.
 */
export function guardPrices(groups: readonly (readonly Target[])[], comparison: PriceComparison): GuardedTargets {
  const { maxPriceRatio, usage, at, fx, card } = comparison;
  const dollars = (target: Target): number | undefined => {
    const price = card(target);
    const nano = price && costNano(price, usage, at);
    return nano === undefined || price === undefined ? undefined : convertNano(nano, price.currency, 'USD', fx);
  };
  const usual = Math.max(...(groups[0] ?? []).map((target) => dollars(target) ?? 0), 0);
  if (usual === 0) return { groups, tooDear: [] };
  const tooDear = groups
    .slice(1)
    .flat()
    .filter((target) => (dollars(target) ?? 0) > usual * maxPriceRatio);
  if (tooDear.length === 0) return { groups, tooDear };
  const kept = groups
    .map((group) => group.filter((target) => !tooDear.includes(target)))
    .filter((group) => group.length > 0);
  return { groups: kept, tooDear };
}
