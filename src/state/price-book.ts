import type { FxRates } from '../domain/money.js';
import { ASSUMED_PRICE, type Cost, type PriceRule, type UnknownPricePolicy } from '../domain/price.js';
import { compilePrice, type PriceCard } from '../domain/price-card.js';
import { type CostFacts, comparableNano, costOf, DriftWatch, type PriceDrift } from '../domain/price-cost.js';
import { applyRules, orderRules } from '../domain/price-rules.js';
import type { PriceTable } from '../domain/price-table.js';

export interface PriceBookOptions {
  /** The user's prices. */
  readonly rules: readonly PriceRule[];
  /** Names of the endpoints, which may stand before a model's name in a rule. @default [] */
  readonly endpoints?: readonly string[] | undefined;
  readonly fx: FxRates;
  /** @default undefined: a guess where there is one */
  readonly onUnknownPrice?: UnknownPricePolicy | undefined;
  /** Loads the price list; called once, when the first price is needed. Absent: the user's prices only. */
  readonly loadTable?: (() => Promise<PriceTable>) | undefined;
  /** Where an endpoint is. */
  readonly baseURL: (endpoint: string) => string | undefined;
}

/** Most targets whose price is kept; a process that makes up model names must not grow for ever. */
const MAX_CARDS = 2_000;

/** Knows the price of every target, compiled; each is looked up once. */
export class PriceBook {
  readonly #options: PriceBookOptions;
  readonly #rules: readonly PriceRule[];
  readonly #cards = new Map<string, PriceCard | undefined>();
  readonly #drifts = new Map<string, DriftWatch>();
  #table: PriceTable | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: PriceBookOptions) {
    this.#options = options;
    this.#rules = orderRules(options.rules, options.endpoints ?? []);
  }

  /** Targets whose price is kept. */
  get size(): number {
    return this.#cards.size;
  }

  get fx(): FxRates {
    return this.#options.fx;
  }

  /**
   * Makes prices available to {@link card}; `undefined` when they are. A list that cannot be loaded counts as empty: calls
   * go on, with unknown prices.
   */
  ready(): Promise<void> | undefined {
    const { loadTable } = this.#options;
    if (this.#table !== undefined || loadTable === undefined) return undefined;
    this.#loading ??= loadTable().then(
      (table) => this.#opened(table),
      () => this.#opened({ find: () => undefined }),
    );
    return this.#loading;
  }

  #opened(table: PriceTable): void {
    this.#table = table;
    this.#cards.clear();
  }

  /** The price of a model at an endpoint, or `undefined` when nobody knows it. Meaningful once {@link ready}. */
  card(endpoint: string, model: string): PriceCard | undefined {
    const key = `${endpoint}\n${model}`;
    const known = this.#cards.get(key);
    if (known !== undefined || this.#cards.has(key)) return known;
    const card = this.#compile(endpoint, model);
    if (this.#cards.size >= MAX_CARDS) this.#cards.delete(this.#cards.keys().next().value as string);
    this.#cards.set(key, card);
    return card;
  }

  #compile(endpoint: string, model: string): PriceCard | undefined {
    const { baseURL, onUnknownPrice } = this.#options;
    const listed = this.#table?.find(model, baseURL(endpoint));
    const price = applyRules(
      this.#rules,
      endpoint,
      model,
      onUnknownPrice === 'reject' && listed?.estimated ? undefined : listed,
    );
    if (price !== undefined) return compilePrice(price.prices, price.version, price.estimated, price.multiplier);
    return onUnknownPrice === 'estimate' ? compilePrice([ASSUMED_PRICE], 'assumed', true) : undefined;
  }

  /** Names the cost of an attempt; tells when a provider's own figures have left the price table behind. */
  cost(
    endpoint: string,
    model: string,
    facts: Omit<CostFacts, 'card'>,
  ): { readonly cost: Cost; readonly drift: PriceDrift | undefined } {
    const full = { ...facts, card: this.card(endpoint, model) };
    const cost = costOf(full);
    const computed = comparableNano(full, this.#options.fx);
    if (computed === undefined || facts.reported === undefined) return { cost, drift: undefined };
    const key = `${endpoint}\n${model}`;
    let watch = this.#drifts.get(key);
    if (watch === undefined) {
      if (this.#drifts.size >= MAX_CARDS) this.#drifts.clear();
      watch = new DriftWatch();
      this.#drifts.set(key, watch);
    }
    return { cost, drift: watch.observe(facts.reported.amountNano, computed) };
  }
}
