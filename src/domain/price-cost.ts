import { convertNano, type FxRates } from './money.js';
import type { Cost } from './price.js';
import { costNano, type PriceCard } from './price-card.js';
import type { ReportedCost } from './price-reported.js';
import { UNKNOWN_COST } from './unknown-price.js';
import type { Usage } from './usage.js';

/** What is known about one attempt when its cost is to be named. */
export interface CostFacts {
  readonly reported: ReportedCost | undefined;
  readonly usage: Usage | undefined;
  readonly card: PriceCard | undefined;
  /** Wall-clock time of the attempt, milliseconds since the epoch. */
  readonly at: number;
}

/** Names the cost of an attempt: the provider's own figure first, then the price, else unknown. Never zero for lack of knowledge. */
export function costOf({ reported, usage, card, at }: CostFacts): Cost {
  if (reported !== undefined) return { ...reported, source: 'reported', priceVersion: 'provider' };
  if (usage === undefined || card === undefined) return UNKNOWN_COST;
  const amountNano = costNano(card, usage, at);
  if (amountNano === undefined) return UNKNOWN_COST;
  const source = card.estimated || usage.source === 'estimated' ? 'estimated' : 'table';
  return { amountNano, currency: card.currency, source, priceVersion: card.version };
}

/** How far a provider's own figures are from the price table, over a run of calls. */
export interface PriceDrift {
  /** Reported over computed: 1.2 means the provider charges a fifth more than the table says. */
  readonly ratio: number;
  readonly calls: number;
}

/** Calls that are compared before the alarm may sound: one odd bill is no trend. */
const MIN_CALLS = 20;
/** Difference that is worth an alarm; below it lie rounding and discounts on single calls. */
const TOLERANCE = 0.1;

/** Compares reported with computed cost for one target, and says once when they part. */
export class DriftWatch {
  #reported = 0;
  #computed = 0;
  #calls = 0;
  #alarmed = false;

  /** Both in the same currency. @returns the drift, when it has just become too large. */
  observe(reportedNano: number, computedNano: number): PriceDrift | undefined {
    if (!(computedNano > 0)) return undefined;
    this.#reported += reportedNano;
    this.#computed += computedNano;
    this.#calls += 1;
    if (this.#calls < MIN_CALLS) return undefined;
    const ratio = this.#reported / this.#computed;
    const drifted = Math.abs(ratio - 1) > TOLERANCE;
    const drift = drifted && !this.#alarmed ? { ratio, calls: this.#calls } : undefined;
    this.#alarmed = drifted;
    // Half of the past is forgotten at each judgement, so that a price change shows within a few dozen calls.
    this.#reported /= 2;
    this.#computed /= 2;
    this.#calls = Math.floor(this.#calls / 2);
    return drift;
  }
}

/** The computed cost in the currency of the reported one, to be compared with it; `undefined` when that cannot be said. */
export function comparableNano({ reported, usage, card, at }: CostFacts, fx: FxRates): number | undefined {
  if (
    reported === undefined ||
    usage === undefined ||
    card === undefined ||
    card.estimated ||
    usage.source === 'estimated'
  )
    return undefined;
  const computed = costNano(card, usage, at);
  return computed === undefined ? undefined : convertNano(computed, card.currency, reported.currency, fx);
}
