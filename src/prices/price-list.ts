import type { PriceTable } from '../domain/price-table.js';
import { correctedTable } from './corrections.js';
import { loadPriceTable } from './genai-prices.js';

/** The price list with our corrections in front. Takes about a tenth of a second the first time; load it lazily. */
export async function openPriceList(): Promise<PriceTable> {
  return correctedTable(await loadPriceTable());
}
