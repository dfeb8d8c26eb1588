import type { FxRates } from '../domain/money.js';
import type { Cost, PriceRule, UnknownPricePolicy } from '../domain/price.js';
import { compilePrice, type PriceCard } from '../domain/price-card.js';
import { type CostFacts, comparableNano, costOf, DriftWatch, type PriceDrift } from '../domain/price-cost.js';
import { applyRules, orderRules, type RuledPrice } from '../domain/price-rules.js';
import type { PriceTable } from '../domain/price-table.js';
import { ASSUMED_PRICE } from '../domain/unknown-price.js';
import { BoundedMap } from './bounded-map.js';

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

/** Most models whose price is kept; a process that makes up model names must not grow for ever. */
const MAX_MODELS = 2_000;

/** What is known about one model at one endpoint. */
interface Entry {
  readonly card: PriceCard | undefined;
  drift: DriftWatch | undefined;
}

/** Knows the price of every target, compiled; each is looked up once. */
export class PriceBook {
  readonly #options: PriceBookOptions;
  readonly #rules: readonly PriceRule[];
  readonly #entries = new Map<string, Map<string, Entry>>();
  readonly #cards = new BoundedMap<string, PriceCard>(MAX_MODELS);
  #table: PriceTable | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: PriceBookOptions) {
    this.#options = options;
    this.#rules = orderRules(options.rules, options.endpoints ?? []);
  }

  /** Targets whose price is kept. */
  get size(): number {
    let size = 0;
    for (const endpoints of this.#entries.values()) size += endpoints.size;
    return size;
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
    this.#entries.clear();
  }

  /** The price of a model at an endpoint, or `undefined` when nobody knows it. Meaningful once {@link ready}. */
  card(endpoint: string, model: string): PriceCard | undefined {
    return this.#entry(endpoint, model).card;
  }

  /** Two steps and no joined key: this is on the path of every call. Models first, since there are fewer of them in use. */
  #entry(endpoint: string, model: string): Entry {
    let endpoints = this.#entries.get(model);
    if (endpoints === undefined) {
      if (this.#entries.size >= MAX_MODELS) this.#entries.delete(this.#entries.keys().next().value as string);
      endpoints = new Map();
      this.#entries.set(model, endpoints);
    }
    let entry = endpoints.get(endpoint);
    if (entry === undefined) {
      entry = { card: this.#compile(endpoint, model), drift: undefined };
      endpoints.set(endpoint, entry);
    }
    return entry;
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
    if (price !== undefined) return this.#cardOf(price);
    return onUnknownPrice === 'estimate' ? compilePrice([ASSUMED_PRICE], 'assumed', true) : undefined;
  }

  /** Targets with the same price have the same card: with a hundred endpoints it is still one that is read for every call. */
  #cardOf(price: RuledPrice): PriceCard {
    const key = JSON.stringify(price);
    let card = this.#cards.get(key);
    if (card === undefined) {
      card = compilePrice(price.prices, price.version, price.estimated, price.multiplier);
      this.#cards.set(key, card);
    }
    return card;
  }

  /** Names the cost of an attempt; tells when a provider's own figures have left the price table behind. */
  cost(
    endpoint: string,
    model: string,
    facts: Omit<CostFacts, 'card'>,
  ): { readonly cost: Cost; readonly drift: PriceDrift | undefined } {
    const entry = this.#entry(endpoint, model);
    const { reported, usage, at } = facts;
    const full = { reported, usage, at, card: entry.card };
    const cost = costOf(full);
    if (reported === undefined) return { cost, drift: undefined };
    const computed = comparableNano(full, this.#options.fx);
    if (computed === undefined) return { cost, drift: undefined };
    entry.drift ??= new DriftWatch();
    return { cost, drift: entry.drift.observe(reported.amountNano, computed) };
  }
}
