import type { Clock, TimerHandle } from '../clock.js';
import { type Budget, type BudgetStatus, type BudgetThreshold, budgetCovers } from '../domain/budget.js';
import { COVER_BUDGET } from '../domain/ledger.js';
import { type Currency, convertNano, type FxRates } from '../domain/money.js';
import type { Cost } from '../domain/price.js';
import { BudgetAccount, type Hold } from './budget-account.js';
import type { Ledger } from './ledger.js';

export interface BudgetsParts {
  readonly budgets: readonly Budget[];
  readonly ledger: Ledger;
  readonly fx: FxRates;
  readonly clock: Clock;
  readonly onThreshold: (event: BudgetThreshold) => void;
  readonly onStoreError: (error: unknown) => void;
}

/** The most that one attempt can cost, or `undefined` when its price is unknown. */
export interface MaxCost {
  readonly amountNano: number;
  readonly currency: Currency;
}

/** Whether an attempt may be sent. */
export type BudgetDecision =
  | { readonly ok: true; readonly reservation: Reservation }
  /** A budget has not enough left. */
  | { readonly ok: false; readonly reason: 'exceeded'; readonly budget: Budget; readonly status: BudgetStatus }
  /** The price is unknown, or in a currency that cannot be converted into the budget's. */
  | { readonly ok: false; readonly reason: 'unpriced'; readonly budget: Budget };

/** Money set aside for one attempt, in every budget that is for it. */
export interface Reservation {
  /** The attempt is over. An unknown cost settles at what was reserved; a second call changes nothing. */
  settle(cost: Cost): void;
  /** The attempt was never sent. */
  release(): void;
}

/** Idle time after which unused blocks go back to a shared store; also how often this is looked at, in milliseconds. */
const IDLE_MS = 1_000;
/** How often a shared store is told that this process is alive, in milliseconds. */
const RENEW_MS = 10_000;

/** All budgets of a client: reserves before an attempt is sent, settles when it is over. */
export class Budgets {
  readonly #parts: BudgetsParts;
  readonly #accounts: readonly BudgetAccount[];
  readonly #cover: BudgetAccount | undefined;
  readonly #levels = new Map<BudgetAccount, 0 | 1 | 2>();
  #timer: TimerHandle | undefined;
  #activeAt = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #open = 0;

  constructor(parts: BudgetsParts) {
    this.#parts = parts;
    const { ledger } = parts;
    const account = (budget: Budget) =>
      new BudgetAccount(budget, {
        store: ledger.store,
        settle: (settlement) => ledger.settle(settlement),
        onSpent: (changed, now) => this.#watch(changed, now),
        onStoreError: parts.onStoreError,
      });
    this.#accounts = parts.budgets.map(account);
    this.#cover = ledger.store.scope === 'shared' ? account(COVER) : undefined;
  }

  /** Whether attempts have to be reserved at all. */
  get active(): boolean {
    return this.#accounts.length > 0 || this.#cover !== undefined;
  }

  /** Whether a budget is for calls with these tags, so that their price must be known before they are sent. */
  cover(tags: Readonly<Record<string, string>>): boolean {
    return this.#accounts.some(({ budget }) => budgetCovers(budget, tags));
  }

  /** The alias that a budget which is used up wants calls with these tags to be served with. */
  degraded(tags: Readonly<Record<string, string>>, now: number): string | undefined {
    for (const account of this.#accounts) {
      const { onExceeded } = account.budget;
      if (typeof onExceeded !== 'object' || !budgetCovers(account.budget, tags)) continue;
      const { spentNano, heldNano, limitNano } = account.status(now);
      if (spentNano + heldNano >= limitNano) return onExceeded.degrade;
    }
    return undefined;
  }

  status(now: number): readonly BudgetStatus[] {
    return this.#accounts.map((account) => account.status(now));
  }

  /**
   * Sets aside the most that an attempt can cost. Synchronous unless a shared store has to be asked.
   * @param now Wall-clock time.
   * @param unpriced What to do without a price: refuse under a budget that can, or let the call pass uncounted.
   */
  reserve(
    tags: Readonly<Record<string, string>>,
    maxCost: MaxCost | undefined,
    now: number,
    unpriced: 'refuse' | 'pass' = 'refuse',
  ): BudgetDecision | Promise<BudgetDecision> {
    const holds: Hold[] = [];
    if (this.#cover !== undefined) {
      this.#tick(now);
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
    if (this.#timer !== undefined) this.#parts.clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#giveBack();
    await this.#parts.ledger.flush();
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
      if (!budgetCovers(budget, tags)) continue;
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
          if (held === undefined) return this.#refuse(account, holds, now);
          holds.push(held);
          return this.#reserveFrom(index + 1, holds, tags, maxCost, now, unpriced);
        });
      }
      if (hold === undefined) return this.#refuse(account, holds, now);
      holds.push(hold);
    }
    if (holds.length === 0) return NOTHING_TO_RESERVE;
    this.#open += 1;
    return { ok: true, reservation: this.#reservation(holds) };
  }

  #refuse(account: BudgetAccount, holds: readonly Hold[], now: number): BudgetDecision {
    this.#release(holds, now);
    const status = account.status(now);
    this.#tell(account, 2, status, now);
    return { ok: false, reason: 'exceeded', budget: account.budget, status };
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

  #watch(account: BudgetAccount, now: number): void {
    const { limitNano, warnAt } = account.budget;
    if (!Number.isFinite(limitNano)) return;
    const status = account.status(now);
    const share = status.spentNano / limitNano;
    this.#tell(account, share >= 1 ? 2 : share >= warnAt ? 1 : 0, status, now);
  }

  #tell(account: BudgetAccount, level: 0 | 1 | 2, status: BudgetStatus, now: number): void {
    const before = this.#levels.get(account) ?? 0;
    if (level === before) return;
    this.#levels.set(account, level);
    if (level < before) return;
    const share = status.spentNano / status.limitNano;
    this.#parts.onThreshold({ ...status, level: level === 2 ? 'exceeded' : 'warning', share, at: now });
  }

  /** Keeps a background timer going while a shared store holds money for this process. */
  #tick(now: number): void {
    this.#activeAt = now;
    this.#timer ??= this.#parts.clock.setTimer(() => this.#upkeep(), IDLE_MS, true);
  }

  #upkeep(): void {
    this.#timer = undefined;
    const now = this.#parts.clock.wallNow();
    const idle = now - this.#activeAt >= IDLE_MS;
    if (idle) this.#giveBack();
    if (now - this.#renewedAt >= RENEW_MS) this.#renew(now);
    if (!idle || this.#open > 0) this.#timer = this.#parts.clock.setTimer(() => this.#upkeep(), IDLE_MS, true);
  }

  #renew(now: number): void {
    this.#renewedAt = now;
    try {
      const renewed = this.#parts.ledger.store.renew?.();
      if (renewed instanceof Promise) renewed.catch((error: unknown) => this.#parts.onStoreError(error));
    } catch (error) {
      this.#parts.onStoreError(error);
    }
  }

  #giveBack(): void {
    if (this.#parts.ledger.store.scope !== 'shared') return;
    for (const account of this.#accounts) account.giveBack();
    this.#cover?.giveBack();
  }
}

const COVER: Budget = Object.freeze({
  name: COVER_BUDGET,
  match: {},
  period: 'day',
  timeZone: 'UTC',
  limitNano: Number.POSITIVE_INFINITY,
  currency: 'USD',
  warnAt: 1,
  onExceeded: 'warn',
  onStoreError: 'open',
});

const NOTHING_TO_RESERVE: BudgetDecision = Object.freeze({
  ok: true,
  reservation: Object.freeze({ settle: () => {}, release: () => {} }),
});
