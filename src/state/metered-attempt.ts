import type { Clock } from '../clock.js';
import type { Attempt } from '../domain/call.js';
import { attemptRecord, NOT_BILLED, type RecordFacts, statusOf } from '../domain/ledger-record.js';
import type { Failure, Reply, Settlement } from '../domain/outcome.js';
import type { Cost } from '../domain/price.js';
import { UNKNOWN_COST } from '../domain/unknown-price.js';
import type { Usage } from '../domain/usage.js';
import type { CostReports } from './cost-reports.js';
import type { LatePricing } from './late-pricing.js';
import type { Ledger } from './ledger.js';
import type { PriceBook } from './price-book.js';
import { pricedModel } from './priced-model.js';
import type { Reservation } from './reservation.js';
import type { UsageEstimates } from './usage-estimates.js';

/** What an attempt is reckoned with. */
export interface AccountParts {
  readonly clock: Clock;
  readonly prices: PriceBook;
  readonly ledger: Ledger;
  readonly estimates: UsageEstimates;
  readonly reports: CostReports;
  /** Absent where costs are wanted while calls run. */
  readonly late?: LatePricing | undefined;
}

/** Kinds of failure that are ours or the caller's: unless something was sent, there is nothing to record for the attempt. */
const UNSENT: ReadonlySet<string> = new Set(['refused', 'unavailable', 'cancelled']);

/** An attempt on its way, from admission to its record. One object and no closures: every call makes one. */
export class MeteredAttempt {
  readonly #parts: AccountParts;
  readonly #attempt: Attempt;
  readonly #at: number;
  readonly #reservation: Reservation | undefined;
  readonly #reserved: Usage | undefined;

  /**
   * @param at Wall-clock time of the attempt.
   * @param reserved The most it can consume, if money was set aside for that.
   */
  constructor(parts: AccountParts, attempt: Attempt, at: number, reservation?: Reservation, reserved?: Usage) {
    this.#parts = parts;
    this.#attempt = attempt;
    this.#at = at;
    this.#reservation = reservation;
    this.#reserved = reserved;
  }

  /** The answer's body has been read, dropped or lost. */
  settle(settlement: Settlement, reply: Reply): void {
    const { prices, estimates, late, clock } = this.#parts;
    const ready = late === undefined ? prices.ready() : undefined;
    if (ready !== undefined) return void ready.then(() => this.settle(settlement, reply));
    const attempt = this.#attempt;
    const { call } = attempt;
    const usage = settlement.usage ?? estimates.used(attempt, settlement, reply, () => this.#most());
    if (settlement.usage === undefined) call.trace.estimatedUsage = usage;
    const final = !call.trace.recorded;
    call.trace.recorded = true;
    this.#write({
      status: statusOf(settlement),
      final,
      failure: settlement.failure,
      httpStatus: reply.response.status,
      durationMs: clock.now() - (final ? call.startedAt : attempt.startedAt),
      firstEventMs: settlement.firstEventMs,
      possiblyBilled: true,
      usage,
      at: this.#at,
    });
  }

  /** There was no answer. */
  fail(failure: Failure): void {
    const possiblyBilled = failure.possiblyBilled === true;
    if (!possiblyBilled && UNSENT.has(failure.kind)) {
      this.#reservation?.release();
      return;
    }
    const { prices, late, clock } = this.#parts;
    const ready = late === undefined ? prices.ready() : undefined;
    if (ready !== undefined) return void ready.then(() => this.fail(failure));
    this.#write({
      status: failure.kind === 'cancelled' ? 'aborted' : 'failed',
      final: false,
      failure,
      httpStatus: failure.status,
      durationMs: clock.now() - this.#attempt.startedAt,
      firstEventMs: undefined,
      possiblyBilled,
      usage: possiblyBilled ? this.#most() : undefined,
      at: this.#at,
    });
  }

  /** Settles what was reserved, and takes the attempt down with its cost, or without it until somebody asks. */
  #write(facts: Omit<RecordFacts, 'cost' | 'fxRate'>): void {
    const { ledger, reports, late } = this.#parts;
    const attempt = this.#attempt;
    if (!facts.possiblyBilled) {
      this.#reservation?.release();
      ledger.record(attemptRecord(attempt, { ...facts, cost: NOT_BILLED }));
    } else if (late === undefined) {
      const cost = this.#cost(facts.usage);
      this.#reservation?.settle(cost);
      reports.note(attempt, facts.usage, cost);
      ledger.record(attemptRecord(attempt, { ...facts, cost, fxRate: reports.fxRate(cost) }));
    } else {
      const { trace } = attempt.call;
      const record = attemptRecord(attempt, { ...facts, cost: UNKNOWN_COST });
      trace.bill = { record, before: trace.bill, costs: late };
      late.keep(record);
    }
  }

  #most(): Usage {
    return this.#reserved ?? this.#parts.estimates.most(this.#attempt);
  }

  #cost(usage: Usage | undefined): Cost {
    const { prices, reports } = this.#parts;
    const { call, target } = this.#attempt;
    const model = pricedModel(call.operation.name, target.model);
    const name = (what: Usage | undefined) =>
      prices.cost(target.endpoint, model, { reported: what?.reportedCost, usage: what, at: this.#at });
    const { cost, drift } = name(usage);
    if (drift !== undefined) reports.drift(target, drift);
    // What was reported is not what the price is for (a picture without its tokens): then at most what was asked for.
    return cost.source === 'unknown' && usage?.source === 'reported' ? name(this.#most()).cost : cost;
  }
}
