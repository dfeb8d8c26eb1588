import type { BudgetStatus } from '../domain/budget.js';
import { type Currency, formatMoney } from '../domain/format-money.js';
import { GatewayError } from '../errors.js';

/** A budget has not enough left for the call. Nothing was sent. */
export class BudgetExceededError extends GatewayError {
  /** Name of the budget. */
  readonly budget: string;
  /** Spent in the current window, in billionths of `currency`. */
  readonly spentNano: number;
  /** Reserved for calls that have not ended. */
  readonly heldNano: number;
  readonly limitNano: number;
  /** The most the call could cost. */
  readonly neededNano: number;
  readonly currency: Currency;
  /** When the window ends, or moves far enough for something to be free again. */
  readonly resetsAt: Date;

  constructor(status: BudgetStatus, neededNano: number, now: number) {
    const money = (nano: number) => formatMoney(nano, status.currency);
    const held = status.heldNano > 0 ? ` and ${money(status.heldNano)} reserved` : '';
    const resetsAt = new Date(status.resetsAt);
    super(
      'budget_exceeded',
      `The budget "${status.name}" has not enough left for this call, which may cost up to ${money(neededNano)}: ${money(status.spentNano)} of ${money(status.limitNano)} spent${held}. It resets at ${resetsAt.toISOString()}.`,
      {
        retryAfterMs: Math.max(0, status.resetsAt - now),
      },
    );
    this.budget = status.name;
    this.spentNano = status.spentNano;
    this.heldNano = status.heldNano;
    this.limitNano = status.limitNano;
    this.neededNano = neededNano;
    this.currency = status.currency;
    this.resetsAt = resetsAt;
  }
}

/** The store of a budget cannot be reached, and its `onStoreError` is `'closed'`. Nothing was sent. */
export class BudgetUnreachableError extends GatewayError {
  readonly budget: string;

  constructor(budget: string) {
    super(
      'budget_unreachable',
      `The store of the budget "${budget}" cannot be reached, and its calls are refused then (onStoreError: 'closed').`,
    );
    this.budget = budget;
  }
}

/** Rates by which kinds of call are billed that are not billed by input and output. */
const EXAMPLES: Readonly<Record<string, string>> = {
  embeddings: 'inputPerMillion: 0.02',
  images: 'perImage: 0.04',
  speech: 'perMillionCharacters: 15',
  transcriptions: 'perMinute: 0.006',
  translations: 'perMinute: 0.006',
};

/** A budget is for the call and the price of its model is not known. Nothing was sent. */
export class PriceUnknownError extends GatewayError {
  readonly budget: string;
  readonly endpoint: string;
  readonly model: string;

  /** @param currency The price's currency, when the price is known and only cannot be converted. */
  constructor(facts: {
    readonly budget: string;
    readonly endpoint: string;
    readonly model: string;
    /** The kind of call, e.g. `chat`. */
    readonly operation: string;
    readonly currency?: Currency | undefined;
    readonly budgetCurrency: Currency;
  }) {
    const { budget, endpoint, model, operation, currency, budgetCurrency } = facts;
    const rates = EXAMPLES[operation] ?? 'inputPerMillion: 1, outputPerMillion: 4';
    const unknown =
      model === ''
        ? `it names no model, and what "${endpoint}" takes instead is not known. Name one`
        : `no price is known for "${model}" at "${endpoint}". Set one, e.g. prices: { '${endpoint}:${model}': { ${rates} } }, or choose onUnknownPrice: 'estimate' or 'ignore'`;
    const foreign = `the price of "${model}" at "${endpoint}" is in ${currency} and the budget in ${budgetCurrency}. Set the rates, e.g. fx: { CNY: 0.138 } (dollars per unit)`;
    super(
      'price_unknown',
      `The budget "${budget}" cannot count this call: ${currency === undefined ? unknown : foreign}.`,
    );
    this.budget = budget;
    this.endpoint = endpoint;
    this.model = model;
  }
}
