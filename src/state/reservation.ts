import type { Budget, BudgetStatus } from '../domain/budget.js';
import type { Currency } from '../domain/format-money.js';
import type { Cost } from '../domain/price.js';

/** The most that one attempt can cost, or `undefined` when its price is unknown. */
export interface MaxCost {
  readonly amountNano: number;
  readonly currency: Currency;
}

/** Whether an attempt may be sent. */
export type BudgetDecision =
  | { readonly ok: true; readonly reservation: Reservation }
  /** A budget has not enough left. */
  | {
      readonly ok: false;
      readonly reason: 'exceeded';
      readonly budget: Budget;
      readonly status: BudgetStatus;
      /** The most the attempt can cost. */
      readonly neededNano: number;
    }
  /** The store could not be asked, and the budget wants calls refused then. */
  | { readonly ok: false; readonly reason: 'unreachable'; readonly budget: Budget }
  /** The price is unknown, or in a currency that cannot be converted into the budget's. */
  | { readonly ok: false; readonly reason: 'unpriced'; readonly budget: Budget };

/** Money set aside for one attempt, in every budget that is for it. */
export interface Reservation {
  /** The attempt is over. An unknown cost settles at what was reserved; a second call changes nothing. */
  settle(cost: Cost): void;
  /** The attempt was never sent. */
  release(): void;
}

/** No budget is for the attempt. */
export const NOTHING_TO_RESERVE: BudgetDecision = Object.freeze({
  ok: true,
  reservation: Object.freeze({ settle: () => {}, release: () => {} }),
});
