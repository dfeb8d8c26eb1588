/** Longer than most files: every step of a reservation, over all budgets that cover it. */
import type { Clock } from '../clock.js';
import { type Budget, type BudgetStatus, type BudgetThreshold, budgetCovers } from '../domain/budget.js';
import { convertNano, type FxRates } from '../domain/money.js';
import type { Cost } from '../domain/price.js';
import { BudgetAccount, type Hold } from './budget-account.js';
import { BudgetAlarm } from './budget-alarm.js';
import { COVER } from './cover-budget.js';
import { Degradation } from './degradation.js';
import { flushAtExit } from './flush-at-exit.js';
import type { Ledger } from './ledger.js';
import { type BudgetDecision, type MaxCost, NOTHING_TO_RESERVE, type Reservation } from './reservation.js';
import { StoreUpkeep } from './store-upkeep.js';

export interface BudgetsParts {
  readonly budgets: readonly Budget[];
  readonly ledger: Ledger;
  readonly fx: FxRates;
  readonly clock: Clock;
  readonly onThreshold: (event: BudgetThreshold) => void;
  readonly onStoreError: (error: unknown) => void;
}

/** All budgets of a client: reserves before an attempt is sent, settles when it is over. */
export class Budgets {
  readonly #parts: BudgetsParts;
  readonly #accounts: readonly BudgetAccount[];
  readonly #cover: BudgetAccount | undefined;
  readonly #alarm: BudgetAlarm;
  /** Budgets that have a cheaper alias for calls. */
  readonly degradation: Degradation;
  readonly #upkeep: StoreUpkeep;
  #open = 0;
  readonly #stopAtExit: (() => void) | undefined;

  constructor(parts: BudgetsParts) {
    this.#parts = parts;
    const { ledger, clock, onStoreError } = parts;
    this.#alarm = new BudgetAlarm(parts.onThreshold);
    this.#upkeep = new StoreUpkeep({
      store: ledger.store,
      clock,
      giveBack: () => this.#giveBack(),
      open: () => this.#open,
      onStoreError,
    });
    const health = { unreachable: false, pausedUntil: Number.NEGATIVE_INFINITY };
    const account = (budget: Budget) =>
      new BudgetAccount(budget, {
        store: ledger.store,
        health,
        settle: (settlement) => ledger.settle(settlement),
        onSpent: (changed, now) => this.#alarm.spent(changed, now),
        onStoreError,
      });
    this.#accounts = parts.budgets.map(account);
    this.degradation = new Degradation(this.#accounts, parts.fx, this.#alarm);
    const shared = ledger.store.scope === 'shared';
    this.#cover = shared ? account(COVER) : undefined;
    // A process that just ends keeps nothing from the others.
    if (shared) this.#stopAtExit = flushAtExit(() => this.#settleUp());
  }

  /** Whether attempts have to be reserved at all. */
  get active(): boolean {
    return this.#accounts.length > 0 || this.#cover !== undefined;
  }

  /** How much of each budget is spent and reserved, asked of the store. */
  async status(now: number): Promise<readonly BudgetStatus[]> {
    await Promise.all(this.#accounts.map((account) => account.refresh(now)));
    return this.#accounts.map((account) => account.status(now));
  }

  /**
   * Sets aside the most that an attempt can cost. Synchronous unless a shared store has to be asked.
   * @param now Wall-clock time.
   * @param unpriced What to do without a price: refuse under a budget that can, or let the call pass uncounted.
   * @param early What was set aside for the call before it had an attempt.
   */
  reserve(
    tags: Readonly<Record<string, string>>,
    maxCost: MaxCost | undefined,
    now: number,
    unpriced: 'refuse' | 'pass' = 'refuse',
    early: readonly Hold[] = [],
  ): BudgetDecision | Promise<BudgetDecision> {
    const holds: Hold[] = [...early];
    if (this.#cover !== undefined) {
      this.#upkeep.active(now);
      const dollars =
        maxCost === undefined ? undefined : convertNano(maxCost.amountNano, maxCost.currency, 'USD', this.#parts.fx);
      const hold = this.#cover.reserve(dollars ?? 0, now);
      if (hold instanceof Promise) {
        return hold.then((held) => {
          if (held !== undefined) holds.push(held);
          return this.#reserveFrom(0, holds, tags, maxCost, now, unpriced);
        });
      }
      if (hold !== undefined) holds.push(hold);
    }
    return this.#reserveFrom(0, holds, tags, maxCost, now, unpriced);
  }

  async close(): Promise<void> {
    this.#stopAtExit?.();
    this.#upkeep.stop();
    await this.#settleUp();
  }

  #settleUp(): void | Promise<void> {
    this.#giveBack();
    return this.#parts.ledger.flush();
  }

  #reserveFrom(
    from: number,
    holds: Hold[],
    tags: Readonly<Record<string, string>>,
    maxCost: MaxCost | undefined,
    now: number,
    unpriced: 'refuse' | 'pass',
  ): BudgetDecision | Promise<BudgetDecision> {
    for (let index = from; index < this.#accounts.length; index += 1) {
      const account = this.#accounts[index] as BudgetAccount;
      const { budget } = account;
      if (!budgetCovers(budget, tags) || holds.some((hold) => hold.account === account)) continue;
      const nano =
        maxCost === undefined
          ? undefined
          : convertNano(maxCost.amountNano, maxCost.currency, budget.currency, this.#parts.fx);
      if (nano === undefined) {
        if (budget.onExceeded !== 'block' || unpriced === 'pass') continue;
        this.#release(holds, now);
        return { ok: false, reason: 'unpriced', budget };
      }
      const hold = account.reserve(nano, now);
      if (hold instanceof Promise) {
        return hold.then((held) => {
          if (held === undefined) return this.#refuse(account, holds, nano, now);
          holds.push(held);
          return this.#reserveFrom(index + 1, holds, tags, maxCost, now, unpriced);
        });
      }
      if (hold === undefined) return this.#refuse(account, holds, nano, now);
      holds.push(hold);
    }
    if (holds.length === 0) return NOTHING_TO_RESERVE;
    this.#open += 1;
    return { ok: true, reservation: this.#reservation(holds) };
  }

  #refuse(account: BudgetAccount, holds: readonly Hold[], neededNano: number, now: number): BudgetDecision {
    this.#release(holds, now);
    if (account.shut) return { ok: false, reason: 'unreachable', budget: account.budget };
    const status = account.status(now);
    this.#alarm.refused(account, now);
    return { ok: false, reason: 'exceeded', budget: account.budget, status, neededNano };
  }

  #reservation(holds: readonly Hold[]): Reservation {
    let open = true;
    const end = (each: (hold: Hold, now: number) => void): void => {
      if (!open) return;
      open = false;
      this.#open -= 1;
      const now = this.#parts.clock.wallNow();
      for (const hold of holds) each(hold, now);
    };
    return {
      settle: (cost) => end((hold, now) => hold.account.settle(hold, this.#spentOf(cost, hold), now)),
      release: () => end((hold, now) => hold.account.release(hold, now)),
    };
  }

  /** What a hold is settled at: the cost in the budget's currency, or all of the hold when that cannot be said. */
  #spentOf(cost: Cost, hold: Hold): number {
    if (cost.source === 'unknown') return hold.nano;
    return convertNano(cost.amountNano, cost.currency, hold.account.budget.currency, this.#parts.fx) ?? hold.nano;
  }

  #release(holds: readonly Hold[], now: number): void {
    for (const hold of holds) hold.account.release(hold, now);
  }

  #giveBack(): void {
    if (this.#parts.ledger.store.scope !== 'shared') return;
    for (const account of this.#accounts) account.giveBack();
    this.#cover?.giveBack();
  }
}
