import { type PriceRule, priceProblems } from '../domain/price.js';
import type { BudgetOptions } from './options.js';
import type { Problems } from './problems.js';
import { pathName } from './shape.js';
import type { Sources } from './sources.js';

/** Price rules in the order in which they are asked: those of the code before those of `LLM_CONFIG`. */
export function resolvePrices({ code, config, configName }: Sources, problems: Problems): readonly PriceRule[] {
  const rules: PriceRule[] = [];
  for (const [prices, prefix] of [
    [code.prices, ''],
    [config.prices, configName],
  ] as const) {
    const isList = Array.isArray(prices);
    for (const [key, price] of Object.entries(prices ?? {})) {
      if (price === undefined) continue;
      const name = prefix + pathName(['prices', isList ? Number(key) : key]);
      for (const problem of priceProblems(withoutHoles(price))) problems.add(name, problem);
      rules.push(isList ? price : { ...price, model: key });
    }
  }
  return rules;
}

/** Tiers that were set aside because of their shape have been reported. */
function withoutHoles(price: PriceRule): PriceRule {
  return Array.isArray(price.tiers) ? { ...price, tiers: price.tiers.filter((tier) => tier !== undefined) } : price;
}

/** All budgets: those of the code, or else those of `LLM_CONFIG`. */
export function resolveBudgets({ code, config, configName }: Sources, problems: Problems): readonly BudgetOptions[] {
  const budgets = code.budgets ?? config.budgets ?? [];
  const seen = new Set<string>();
  budgets.forEach((budget, index) => {
    if (budget?.name === undefined) return;
    const path = `${code.budgets === undefined ? configName : ''}budgets[${index}].name`;
    if (seen.has(budget.name)) problems.add(path, 'is also the name of another budget');
    seen.add(budget.name);
  });
  return budgets;
}
