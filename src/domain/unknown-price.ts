import type { Cost, Price } from './price.js';

/** The cost of something without a known price. */
export const UNKNOWN_COST: Cost = Object.freeze({
  amountNano: null,
  currency: null,
  source: 'unknown',
  priceVersion: null,
});

/**
 * Stands in for a price nobody knows, under `onUnknownPrice: 'estimate'`: the list price of the dearest general model on
 * sale in November 2026, so that a budget errs on the side of the person who pays.
 */
export const ASSUMED_PRICE: Price = Object.freeze({ inputPerMillion: 10, outputPerMillion: 50 });
