import type { Clock } from '../clock.js';
import type { Attempt } from '../domain/call.js';
import { attemptRecord, NOT_BILLED, type RecordFacts, statusOf } from '../domain/ledger-record.js';
import type { Failure, Reply, Settlement } from '../domain/outcome.js';
import type { Cost } from '../domain/price.js';
import type { Usage } from '../domain/usage.js';
import type { CostReports } from './cost-reports.js';
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
    const { prices, estimates, reports, clock } = this.#parts;
    const ready = prices.ready();
    if (ready !== undefined) return void ready.then(() => this.settle(settlement, reply));
    const attempt = this.#attempt;
    const { call } = attempt;
    const usage = settlement.usage ?? estimates.used(attempt, settlement, reply, () => this.#most());
    let cost = this.#cost(usage);
    // What was reported is not what the price is for (a picture without its tokens): then at most what was asked for.
    if (cost.source === 'unknown' && settlement.usage !== undefined) cost = this.#cost(this.#most());
    this.#reservation?.settle(cost);
    const final = !call.trace.recorded;
    call.trace.recorded = true;
    reports.note(attempt, usage, cost);
    this.#record({
      status: statusOf(settlement),
      final,
      failure: settlement.failure,
      httpStatus: reply.response.status,
      durationMs: clock.now() - (final ? call.startedAt : attempt.startedAt),
      firstEventMs: settlement.firstEventMs,
      possiblyBilled: true,
      usage,
      cost,
      fxRate: reports.fxRate(cost),
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
    const { prices, reports, clock } = this.#parts;
    const ready = prices.ready();
    if (ready !== undefined) return void ready.then(() => this.fail(failure));
    const usage = possiblyBilled ? this.#most() : undefined;
    const cost = possiblyBilled ? this.#cost(usage) : NOT_BILLED;
    if (possiblyBilled) {
      this.#reservation?.settle(cost);
      reports.note(this.#attempt, usage, cost);
    } else this.#reservation?.release();
    this.#record({
      status: failure.kind === 'cancelled' ? 'aborted' : 'failed',
      final: false,
      failure,
      httpStatus: failure.status,
      durationMs: clock.now() - this.#attempt.startedAt,
      firstEventMs: undefined,
      possiblyBilled,
      usage,
      cost,
      fxRate: reports.fxRate(cost),
      at: this.#at,
    });
  }

  #most(): Usage {
    return this.#reserved ?? this.#parts.estimates.most(this.#attempt);
  }

  #cost(usage: Usage | undefined): Cost {
    const { prices, reports } = this.#parts;
    const { target } = this.#attempt;
    const facts = { reported: usage?.reportedCost, usage, at: this.#at };
    const { cost, drift } = prices.cost(target.endpoint, pricedModel(this.#attempt), facts);
    if (drift !== undefined) reports.drift(target, drift);
    return cost;
  }

  #record(facts: RecordFacts): void {
    this.#parts.ledger.record(attemptRecord(this.#attempt, facts));
  }
}
