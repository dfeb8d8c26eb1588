import { type PriceRule, priceProblems } from '../domain/price.js';
import { nearestName } from './nearest-name.js';
import type { BudgetOptions } from './options.js';
import { type Problems, shownName } from './problems.js';
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

/** Currencies that the price list is in. */
const LISTED_CURRENCIES: readonly string[] = ['USD', 'CNY'];

/** All budgets: those of the code, or else those of `LLM_CONFIG`. */
export function resolveBudgets(
  { code, config, configName }: Sources,
  aliases: ReadonlyMap<string, unknown>,
  prices: readonly PriceRule[],
  problems: Problems,
): readonly BudgetOptions[] {
  const budgets = code.budgets ?? config.budgets ?? [];
  const rates = Object.keys({ ...config.fx, ...code.fx });
  const priced = new Set([...LISTED_CURRENCIES, ...rates, ...prices.map(({ currency = 'USD' }) => currency)]);
  const seen = new Set<string>();
  budgets.forEach((budget, index) => {
    if (budget === undefined) return;
    const path = `${code.budgets === undefined ? configName : ''}budgets[${index}]`;
    const { name, limit, onExceeded } = budget;
    if (name !== undefined && seen.has(name)) problems.add(`${path}.name`, 'is also the name of another budget');
    seen.add(name);
    const currency = limit?.currency;
    if (currency !== undefined && !priced.has(currency))
      problems.add(
        `${path}.limit.currency`,
        `is ${currency}, and no price is in it; set its rate, e.g. fx: { ${currency}: 1.08 } (dollars per unit)`,
      );
    const alias = typeof onExceeded === 'object' ? onExceeded.degrade : undefined;
    if (alias !== undefined && !aliases.has(alias)) {
      const nearest = nearestName(alias, aliases.keys());
      problems.add(
        `${path}.onExceeded.degrade`,
        `is not an alias; ${nearest === undefined ? 'name one of `models`' : `did you mean ${shownName(nearest)}?`}`,
      );
    }
  });
  return budgets;
}
