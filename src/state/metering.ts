import type { Clock } from '../clock.js';
import type { Attempt, Call } from '../domain/call.js';
import { attemptRecord, failedCallRecord, NOT_BILLED, statusOf } from '../domain/ledger-record.js';
import type { Failure, Reply, Settlement } from '../domain/outcome.js';
import type { Cost, UnknownPricePolicy } from '../domain/price.js';
import { costNano } from '../domain/price-card.js';
import { guardPrices } from '../domain/price-guard.js';
import type { Target } from '../domain/route.js';
import type { Usage } from '../domain/usage.js';
import { BudgetExceededError, PriceUnknownError } from './budget-errors.js';
import type { Budgets } from './budgets.js';
import type { CostReports } from './cost-reports.js';
import type { Ledger } from './ledger.js';
import type { PriceBook } from './price-book.js';
import type { BudgetDecision, MaxCost, Reservation } from './reservation.js';
import type { UsageEstimates } from './usage-estimates.js';

export interface MeteringParts {
  readonly clock: Clock;
  readonly prices: PriceBook;
  readonly budgets: Budgets;
  readonly ledger: Ledger;
  readonly estimates: UsageEstimates;
  readonly reports: CostReports;
  readonly onUnknownPrice?: UnknownPricePolicy | undefined;
}

/** An attempt on its way, from admission to its record. */
interface Admitted {
  settle(settlement: Settlement, reply: Reply): void;
  fail(failure: Failure): void;
}

type Admission = Admitted | { readonly refused: Failure };

/** Kinds of failure that are ours or the caller's: unless something was sent, there is nothing to record for the attempt. */
const UNSENT: ReadonlySet<string> = new Set(['refused', 'unavailable', 'cancelled']);

/** Prices, budgets and ledger of one client, as calls meet them. */
export class Metering {
  readonly #parts: MeteringParts;
  readonly #finished = new WeakSet<Call>();

  constructor(parts: MeteringParts) {
    this.#parts = parts;
  }

  /** Resolves when prices are known; starts loading them. */
  ready(): Promise<void> | undefined {
    return this.#parts.prices.ready();
  }

  /** Sets aside the most an attempt can cost. Synchronous unless prices have to be loaded or a shared store asked first. */
  admit(attempt: Attempt): Admission | Promise<Admission> {
    const { budgets, clock } = this.#parts;
    if (!attempt.call.operation.stateless) return UNMETERED;
    const ready = this.ready();
    if (!budgets.active) return this.#admitted(attempt, undefined, undefined, clock.wallNow());
    return ready === undefined ? this.#reserve(attempt) : ready.then(() => this.#reserve(attempt));
  }

  /** The alias that a used-up budget wants the call to be served with. */
  degraded(call: Call): string | undefined {
    return call.operation.stateless ? this.#parts.budgets.degraded(call.tags, this.#parts.clock.wallNow()) : undefined;
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
    const decision = budgets.reserve(attempt.call.tags, maxCost, at, onUnknownPrice === 'ignore' ? 'pass' : 'refuse');
    const conclude = (made: BudgetDecision) =>
      made.ok
        ? this.#admitted(attempt, made.reservation, most, at)
        : { refused: refusalOf(made, attempt.target, maxCost, at) };
    return decision instanceof Promise ? decision.then(conclude) : conclude(decision);
  }

  #maxCost({ target }: Attempt, most: Usage, at: number): MaxCost | undefined {
    const card = this.#parts.prices.card(target.endpoint, target.model);
    const amountNano = card && costNano(card, most, at);
    return card === undefined || amountNano === undefined ? undefined : { amountNano, currency: card.currency };
  }

  #admitted(attempt: Attempt, reservation: Reservation | undefined, reserved: Usage | undefined, at: number): Admitted {
    const finish = (
      billed: boolean,
      usage: () => Usage | undefined,
      write: (usage: Usage | undefined, cost: Cost) => void,
    ): void => {
      const ready = this.ready();
      if (ready !== undefined) return void ready.then(() => finish(billed, usage, write));
      const found = billed ? usage() : undefined;
      const cost = billed ? this.#cost(attempt, found, at) : NOT_BILLED;
      if (billed) reservation?.settle(cost);
      else reservation?.release();
      write(found, cost);
    };
    const most = () => reserved ?? this.#parts.estimates.most(attempt);
    return {
      settle: (settlement, reply) => {
        const usage = () => this.#parts.estimates.used(attempt, settlement, reply, most);
        finish(true, usage, (found, cost) => this.#settled(attempt, settlement, reply, found, cost, at));
      },
      fail: (failure) => {
        const billed = failure.possiblyBilled === true;
        if (!billed && UNSENT.has(failure.kind)) return reservation?.release();
        finish(billed, most, (usage, cost) => this.#lost(attempt, failure, usage, cost, at));
      },
    };
  }

  #cost({ target }: Attempt, usage: Usage | undefined, at: number): Cost {
    const { prices, reports } = this.#parts;
    const { cost, drift } = prices.cost(target.endpoint, target.model, { reported: usage?.reportedCost, usage, at });
    reports.drift(target, drift);
    return cost;
  }

  #settled(
    attempt: Attempt,
    settlement: Settlement,
    reply: Reply,
    usage: Usage | undefined,
    cost: Cost,
    at: number,
  ): void {
    const { call } = attempt;
    const { clock, ledger, reports } = this.#parts;
    const final = !this.#finished.has(call);
    this.#finished.add(call);
    reports.note(attempt, usage, cost);
    const { firstEventMs, failure } = settlement;
    const durationMs = clock.now() - (final ? call.startedAt : attempt.startedAt);
    const facts = {
      status: statusOf(settlement),
      final,
      failure,
      durationMs,
      firstEventMs,
      at,
      possiblyBilled: true,
      usage,
      cost,
    };
    ledger.record(
      attemptRecord(attempt, { ...facts, httpStatus: reply.response.status, fxRate: reports.fxRate(cost) }),
    );
  }

  #lost(attempt: Attempt, failure: Failure, usage: Usage | undefined, cost: Cost, at: number): void {
    const { clock, ledger, reports } = this.#parts;
    const possiblyBilled = failure.possiblyBilled === true;
    if (possiblyBilled) reports.note(attempt, usage, cost);
    const status = failure.kind === 'cancelled' ? 'aborted' : 'failed';
    const durationMs = clock.now() - attempt.startedAt;
    const facts = { status, final: false, failure, durationMs, at, possiblyBilled, usage, cost } as const;
    ledger.record(attemptRecord(attempt, { ...facts, httpStatus: failure.status, fxRate: reports.fxRate(cost) }));
  }
}

function refusalOf(
  decision: BudgetDecision & { readonly ok: false },
  { endpoint, model }: Target,
  maxCost: MaxCost | undefined,
  now: number,
): Failure {
  if (decision.reason === 'exceeded') {
    const error = new BudgetExceededError(decision.status, now);
    return { kind: 'refused', error, retryAfterMs: error.retryAfterMs };
  }
  const { name: budget, currency: budgetCurrency } = decision.budget;
  const facts = { budget, endpoint, model, currency: maxCost?.currency, budgetCurrency };
  return { kind: 'refused', error: new PriceUnknownError(facts) };
}

const UNMETERED: Admitted = Object.freeze({ settle: () => {}, fail: () => {} });
