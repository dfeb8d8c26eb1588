import type { Clock } from '../clock.js';
import type { Attempt } from '../domain/call.js';
import { addCosts } from '../domain/ledger-record.js';
import type { FxRates } from '../domain/money.js';
import type { Cost } from '../domain/price.js';
import type { PriceDrift } from '../domain/price-cost.js';
import type { Target } from '../domain/route.js';
import type { Usage } from '../domain/usage.js';
import type { AttemptEvent, Emitter } from '../events.js';

export interface CostReportsParts {
  readonly clock: Clock;
  readonly emitter: Emitter;
  readonly fx: FxRates;
  /** Told when a price is unknown, once for each model at an endpoint. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** Models whose unknown price has been told of; bounded, since model names may be made up. */
const MAX_WARNED = 1_000;

/** Writes costs into a call's own account, and tells the observers. */
export class CostReports {
  readonly #parts: CostReportsParts;
  readonly #warned = new Set<string>();

  constructor(parts: CostReportsParts) {
    this.#parts = parts;
  }

  /** An attempt that may have been billed is over. */
  note(attempt: Attempt, usage: Usage | undefined, cost: Cost): void {
    const { emitter, fx } = this.#parts;
    const { trace } = attempt.call;
    trace.cost = addCosts(trace.cost, cost, fx);
    if (cost.source === 'unknown') this.#unknown(attempt.target);
    if (usage === undefined) return;
    if (emitter.listens('onUsage'))
      emitter.emit('onUsage', { ...this.#describe(attempt), usage: Object.freeze(usage) });
    if (emitter.listens('onCost'))
      emitter.emit('onCost', { ...this.#describe(attempt), usage: Object.freeze(usage), cost: Object.freeze(cost) });
  }

  /** The provider's own figures have left the price table behind. */
  drift({ endpoint, model }: Target, drift: PriceDrift | undefined): void {
    const { emitter, clock } = this.#parts;
    if (drift !== undefined) emitter.emit('onPriceDrift', { endpoint, model, ...drift, at: clock.wallNow() });
  }

  /** Dollars per unit of a cost's currency, to be kept with its record. */
  fxRate(cost: Cost): number | undefined {
    return cost.currency === null || cost.currency === 'USD' ? undefined : this.#parts.fx[cost.currency];
  }

  #unknown({ endpoint, model }: Target): void {
    const key = `${endpoint}\n${model}`;
    if (this.#warned.has(key) || this.#warned.size >= MAX_WARNED) return;
    this.#warned.add(key);
    const { emitter, clock, warn } = this.#parts;
    emitter.emit('onPriceUnknown', { endpoint, model, at: clock.wallNow() });
    warn?.(`No price is known for "${model}" at "${endpoint}": its calls have no cost. Set one in the option prices.`);
  }

  #describe({ call, number, target }: Attempt): AttemptEvent {
    return {
      callId: call.id,
      operation: call.operation.name,
      requestedModel: call.requestedModel,
      alias: call.alias,
      stream: call.stream,
      tags: call.tags,
      at: this.#parts.clock.wallNow(),
      attempt: number,
      endpoint: target.endpoint,
      model: target.model === '' ? undefined : target.model,
      tier: target.tier,
    };
  }
}
