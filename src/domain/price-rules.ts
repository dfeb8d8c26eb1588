import { hasRates, type Price, type PriceRule } from './price.js';
import { matchesGlob } from './price-match.js';
import type { ListedPrice } from './price-table.js';

/** A price after the user's rules were applied to what the list says. */
export interface RuledPrice {
  readonly prices: readonly Price[];
  readonly multiplier: number;
  readonly version: string;
  readonly estimated: boolean;
}

/**
 * Puts rules in the order in which they are asked, the most specific first: a named endpoint before any, a full name before
 * a pattern, a longer pattern before a shorter one, else as given. A rule whose model reads `endpoint:model` is split if
 * what stands before the first colon names an endpoint; model names contain colons too.
 */
export function orderRules(rules: readonly PriceRule[], endpoints: readonly string[]): readonly PriceRule[] {
  const placed = rules.map((rule) => {
    const colon = rule.endpoint === undefined ? (rule.model ?? '').indexOf(':') : -1;
    const name = colon > 0 ? (rule.model as string).slice(0, colon) : undefined;
    return name !== undefined && endpoints.includes(name)
      ? { ...rule, endpoint: name, model: (rule.model as string).slice(colon + 1) }
      : rule;
  });
  return placed
    .map((rule, index) => ({ rule, index }))
    .sort((a, b) => weight(b.rule) - weight(a.rule) || a.index - b.index)
    .map(({ rule }) => rule);
}

function weight({ endpoint, model = '*' }: PriceRule): number {
  const exact = model.includes('*') ? 0 : 1_000;
  return (endpoint === undefined ? 0 : 10_000) + exact + Math.min(model.length, 999);
}

/**
 * The price of a model at an endpoint: the first rule with rates, else the list, times the first multiplier. A rule that
 * gives the input or the output rate alone takes the others from the list; a rule that is endpoint-wide and only scales
 * also scales rates set for any endpoint. `undefined` when neither rules nor list know the model.
 * @param rules The most specific first.
 */
export function applyRules(
  rules: readonly PriceRule[],
  endpoint: string,
  model: string,
  listed: ListedPrice | undefined,
): RuledPrice | undefined {
  const matching = rules.filter((rule) => covers(rule, endpoint, model));
  const rated = matching.find(hasRates);
  const scaling = matching.find((rule) => rule.multiplier !== undefined);
  if (rated === undefined) {
    if (listed === undefined) return undefined;
    if (scaling?.multiplier === undefined) return { ...listed, multiplier: 1 };
    return { ...listed, multiplier: scaling.multiplier, version: `${listed.version}*${scaling.multiplier}` };
  }
  const inherited = rated.multiplier ?? (rated.endpoint === undefined ? scaling?.multiplier : undefined);
  const multiplier = inherited ?? 1;
  const siblings = matching.filter(
    (rule) => hasRates(rule) && rule.endpoint === rated.endpoint && rule.model === rated.model,
  );
  const ordered = [...siblings].sort((a, b) => begin(a) - begin(b));
  const own = ordered.flatMap((rule) => completed(rule, listed));
  const always = ordered.some((rule) => rule.from === undefined);
  const name = `rule:${rated.endpoint === undefined ? '' : `${rated.endpoint}:`}${rated.model ?? '*'}`;
  return {
    // Before the first of dated rules begins, the list holds.
    prices: always || listed === undefined || !sameCurrency(rated, listed) ? own : [...listed.prices, ...own],
    multiplier,
    version: multiplier === 1 ? name : `${name}*${multiplier}`,
    estimated: false,
  };
}

function covers(rule: PriceRule, endpoint: string, model: string): boolean {
  return (
    (rule.endpoint === undefined || matchesGlob(rule.endpoint, endpoint)) &&
    (rule.model === undefined || matchesGlob(rule.model, model))
  );
}

/** Fills the half of a price that a rule leaves open; the list's tiers go, since they belong to its own rates. */
function completed(rule: PriceRule, listed: ListedPrice | undefined): readonly Price[] {
  const { inputPerMillion, outputPerMillion } = rule;
  const halves = (inputPerMillion === undefined ? 0 : 1) + (outputPerMillion === undefined ? 0 : 1);
  if (halves === 2 || listed === undefined || !sameCurrency(rule, listed) || (halves === 0 && !onlyPartial(rule)))
    return [rule];
  return listed.prices.map(({ tiers: _tiers, ...price }) => ({ ...price, ...defined(rule) }));
}

/** Whether a rule sets nothing but parts of a token price (a cached rate), so that it cannot stand alone. */
function onlyPartial(rule: PriceRule): boolean {
  return (
    rule.perImage === undefined &&
    rule.perMinute === undefined &&
    rule.perMillionCharacters === undefined &&
    rule.perRequest === undefined
  );
}

function sameCurrency(rule: Price, listed: ListedPrice): boolean {
  return (rule.currency ?? 'USD') === (listed.prices[0]?.currency ?? 'USD');
}

function begin(rule: PriceRule): number {
  return rule.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(rule.from);
}

function defined(rule: PriceRule): Price {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}
