import type { Attempt, Call } from '../domain/call.js';
import { failedCallRecord } from '../domain/ledger-record.js';
import type { Failure } from '../domain/outcome.js';
import type { UnknownPricePolicy } from '../domain/price.js';
import { costNano } from '../domain/price-card.js';
import { guardPrices } from '../domain/price-guard.js';
import type { Target } from '../domain/route.js';
import type { Usage } from '../domain/usage.js';
import { BudgetExceededError, BudgetUnreachableError, PriceUnknownError } from './budget-errors.js';
import type { Budgets } from './budgets.js';
import { type AccountParts, MeteredAttempt } from './metered-attempt.js';
import { pricedModel } from './priced-model.js';
import type { BudgetDecision, MaxCost } from './reservation.js';

export interface MeteringParts extends AccountParts {
  readonly budgets: Budgets;
  readonly onUnknownPrice?: UnknownPricePolicy | undefined;
}

type Admission = MeteredAttempt | typeof UNMETERED | { readonly refused: Failure };

/** Prices, budgets and ledger of one client, as calls meet them. */
export class Metering {
  readonly #parts: MeteringParts;

  constructor(parts: MeteringParts) {
    this.#parts = parts;
  }

  /** Resolves when prices are known; starts loading them, if somebody wants to know costs while calls run. */
  ready(): Promise<void> | undefined {
    const { late, prices } = this.#parts;
    return late === undefined ? prices.ready() : undefined;
  }

  /** Sets aside the most an attempt can cost. Synchronous unless prices have to be loaded or a shared store asked first. */
  admit(attempt: Attempt): Admission | Promise<Admission> {
    const { budgets, clock } = this.#parts;
    if (!attempt.call.operation.stateless) return UNMETERED;
    const ready = this.ready();
    if (!budgets.active) return new MeteredAttempt(this.#parts, attempt, clock.wallNow());
    return ready === undefined ? this.#reserve(attempt) : ready.then(() => this.#reserve(attempt));
  }

  /** Whether a call may have to be served with a cheaper alias. */
  get degrades(): boolean {
    return this.#parts.budgets.degradation.active;
  }

  /** The alias that a used-up budget wants the call to be served with; meaningful once {@link ready}. */
  degraded(call: Call): string | undefined | Promise<string | undefined> {
    if (!call.operation.stateless) return undefined;
    const now = this.#parts.clock.wallNow();
    const costs = (call.groups[0] ?? []).map((target) =>
      this.#maxCost({ call, target }, this.#parts.estimates.most({ call, target }), now),
    );
    const maxCost = costs.reduce((a, b) => (a === undefined || (b?.amountNano ?? 0) > a.amountNano ? b : a), undefined);
    const { trace, tags, alias } = call;
    return this.#parts.budgets.degradation.decide({ key: trace, tags, alias, maxCost }, now);
  }

  /** The call is over: what was set aside for it and not used goes back. */
  over(call: Call): void {
    this.#parts.budgets.degradation.release(call.trace, this.#parts.clock.wallNow());
  }

  /** Leaves out targets that are far dearer than the first ones. Meaningful once {@link ready}. */
  guard(call: Call, maxPriceRatio: number): Pick<Call, 'groups'> & { readonly tooDear: readonly Target[] } {
    const { prices, clock } = this.#parts;
    // Prompt and output in the proportion that is usual; the ratio of two prices hardly depends on it.
    const usage: Usage = { inputTokens: 3_000, outputTokens: 1_000, source: 'estimated' };
    const card = (target: Target) => prices.card(target.endpoint, target.model);
    return guardPrices(call.groups, { maxPriceRatio, usage, at: clock.wallNow(), fx: prices.fx, card });
  }

  /** Writes down a call that ended without an answer. */
  failed(call: Call, failure: Failure): void {
    if (!call.operation.stateless) return;
    const { clock, ledger } = this.#parts;
    const durationMs = clock.now() - call.startedAt;
    const status = failure.kind === 'cancelled' ? 'aborted' : 'failed';
    ledger.record(failedCallRecord(call, { status, failure, durationMs, at: clock.wallNow() - durationMs }));
  }

  #reserve(attempt: Attempt): Admission | Promise<Admission> {
    const { budgets, clock, onUnknownPrice } = this.#parts;
    const at = clock.wallNow();
    const most = this.#parts.estimates.most(attempt);
    const maxCost = this.#maxCost(attempt, most, at);
    const { call } = attempt;
    const early = this.degrades ? budgets.degradation.take(call.trace) : undefined;
    const unpriced = onUnknownPrice === 'ignore' ? 'pass' : 'refuse';
    const decision = budgets.reserve(call.tags, maxCost, at, unpriced, early);
    const conclude = (made: BudgetDecision) =>
      made.ok
        ? new MeteredAttempt(this.#parts, attempt, at, made.reservation, most)
        : { refused: refusalOf(made, attempt, maxCost, at) };
    return decision instanceof Promise ? decision.then(conclude) : conclude(decision);
  }

  #maxCost(attempt: Pick<Attempt, 'call' | 'target'>, most: Usage, at: number): MaxCost | undefined {
    const { call, target } = attempt;
    const card = this.#parts.prices.card(target.endpoint, pricedModel(call.operation.name, target.model));
    const amountNano = card && costNano(card, most, at);
    return card === undefined || amountNano === undefined ? undefined : { amountNano, currency: card.currency };
  }
}

function refusalOf(
  decision: BudgetDecision & { readonly ok: false },
  { call, target }: Attempt,
  maxCost: MaxCost | undefined,
  now: number,
): Failure {
  if (decision.reason === 'exceeded') {
    const error = new BudgetExceededError(decision.status, decision.neededNano, now);
    return { kind: 'refused', error, retryAfterMs: error.retryAfterMs };
  }
  const { name: budget, currency: budgetCurrency } = decision.budget;
  if (decision.reason === 'unreachable') return { kind: 'refused', error: new BudgetUnreachableError(budget) };
  const { endpoint, model } = target;
  const operation = call.operation.name;
  const facts = { budget, endpoint, model, operation, currency: maxCost?.currency, budgetCurrency };
  return { kind: 'refused', error: new PriceUnknownError(facts) };
}

/** For calls that nothing is reckoned for. */
const UNMETERED = Object.freeze({ settle: () => {}, fail: () => {} });
