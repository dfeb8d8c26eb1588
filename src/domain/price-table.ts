import type { Price } from './price.js';

/** A price found in a list. */
export interface ListedPrice {
  /** The model's price, or several that differ in `from` and `hours`; of those that apply the last one holds. */
  readonly prices: readonly Price[];
  /** List and entry, e.g. `genai-prices/openai:gpt-5.5#1f0c2a77`. */
  readonly version: string;
  /** The entry is another seller's, or that of a related model. */
  readonly estimated: boolean;
}

/** A price list that can be asked for a model as it is called at an endpoint. */
export interface PriceTable {
  /**
   * @param model The model's name at the endpoint.
   * @param baseURL Where the endpoint is; tells which seller's list comes first.
   */
  find(model: string, baseURL: string | undefined): ListedPrice | undefined;
}
