import type { LedgerRecord } from '../domain/ledger.js';
import { addCosts } from '../domain/ledger-record.js';
import type { FxRates } from '../domain/money.js';
import type { Cost } from '../domain/price.js';
import type { Bill, LateCosts } from '../domain/trace.js';
import type { Ledger } from './ledger.js';
import type { PriceBook } from './price-book.js';
import { pricedModel } from './priced-model.js';

/** Records that wait for somebody to ask what they cost; then all are priced, so that memory stays bounded. */
const MAX_WAITING = 1_000;

/**
 * Costs of calls that nobody wants to know the cost of while they run: no budget, no hook, no store. They are worked out when
 * somebody asks after all, so that the price list (a tenth of a second, four megabytes) is loaded for those who use it.
 */
export class LatePricing implements LateCosts {
  readonly #prices: PriceBook;
  readonly #ledger: Ledger;
  readonly #fx: FxRates;
  #waiting: LedgerRecord[] = [];

  constructor(prices: PriceBook, ledger: Ledger, fx: FxRates) {
    this.#prices = prices;
    this.#ledger = ledger;
    this.#fx = fx;
  }

  /** Takes a record down that has no cost yet. */
  keep(record: LedgerRecord): void {
    this.#waiting.push(record);
    if (this.#waiting.length >= MAX_WAITING) void this.settle();
  }

  /** Prices what waits, and hands it to the ledger. */
  settle(): void | Promise<void> {
    if (this.#waiting.length === 0) return;
    const ready = this.#prices.ready();
    if (ready !== undefined) return ready.then(() => this.settle());
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const record of waiting) {
      const cost = this.#costOf(record);
      const fxRate = cost.currency === null || cost.currency === 'USD' ? undefined : this.#fx[cost.currency];
      this.#ledger.record({ ...record, cost, fxRate });
    }
  }

  total(bill: Bill): Cost | undefined {
    if (this.#prices.ready() !== undefined) return undefined;
    const cost = this.#costOf(bill.record);
    const before = bill.before && this.total(bill.before);
    return before === undefined ? cost : addCosts(before, cost, this.#fx);
  }

  #costOf({ endpoint, model, operation, usage, at }: LedgerRecord): Cost {
    const facts = { reported: usage?.reportedCost, usage, at };
    return this.#prices.cost(endpoint, pricedModel(operation, model), facts).cost;
  }
}
