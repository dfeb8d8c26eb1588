import { budgetCovers } from '../domain/budget.js';
import { convertNano, type FxRates } from '../domain/money.js';
import type { BudgetAccount, Hold } from './budget-account.js';
import type { BudgetAlarm } from './budget-alarm.js';
import type { MaxCost } from './reservation.js';

/** A call, as far as its budgets are concerned. */
export interface DegradableCall {
  /** Names the call: the same object as long as it lasts. */
  readonly key: object;
  readonly tags: Readonly<Record<string, string>>;
  readonly alias: string | undefined;
  /** The most that its first attempt can cost, where that is known. */
  readonly maxCost: MaxCost | undefined;
}

/**
 * Budgets that have a cheaper alias. They are asked before a call is routed, and what they let through is set aside at once:
 * otherwise all calls that begin together would see the same money.
 */
export class Degradation {
  readonly #accounts: readonly BudgetAccount[];
  readonly #fx: FxRates;
  readonly #alarm: BudgetAlarm;
  readonly #early = new WeakMap<object, readonly Hold[]>();

  constructor(accounts: readonly BudgetAccount[], fx: FxRates, alarm: BudgetAlarm) {
    this.#accounts = accounts.filter(({ budget }) => typeof budget.onExceeded === 'object');
    this.#fx = fx;
    this.#alarm = alarm;
  }

  /** Whether there are such budgets at all. */
  get active(): boolean {
    return this.#accounts.length > 0;
  }

  /** The alias to serve the call with instead, or `undefined`: as it was asked for. */
  decide(call: DegradableCall, now: number): string | undefined | Promise<string | undefined> {
    const concerned = this.#accounts.filter(
      ({ budget }) => aliasOf(budget.onExceeded) !== call.alias && budgetCovers(budget, call.tags),
    );
    return this.#ask(call, concerned, 0, [], now);
  }

  /** What was set aside for the call; from now on its first attempt's. */
  take(key: object): readonly Hold[] {
    const holds = this.#early.get(key);
    if (holds === undefined) return NONE;
    this.#early.delete(key);
    return holds;
  }

  /** The call is over: what no attempt has taken goes back. */
  release(key: object, now: number): void {
    for (const hold of this.take(key)) hold.account.release(hold, now);
  }

  #ask(
    call: DegradableCall,
    accounts: readonly BudgetAccount[],
    from: number,
    holds: Hold[],
    now: number,
  ): string | undefined | Promise<string | undefined> {
    for (let index = from; index < accounts.length; index += 1) {
      const account = accounts[index] as BudgetAccount;
      const hold = account.reserve(this.#nano(call.maxCost, account), now, true);
      if (hold instanceof Promise) {
        return hold.then((given) => {
          if (given === undefined) return this.#degrade(account, holds, now);
          holds.push(given);
          return this.#ask(call, accounts, index + 1, holds, now);
        });
      }
      if (hold === undefined) return this.#degrade(account, holds, now);
      holds.push(hold);
    }
    if (holds.length > 0) this.#early.set(call.key, holds);
    return undefined;
  }

  #degrade(account: BudgetAccount, holds: readonly Hold[], now: number): string | undefined {
    for (const hold of holds) hold.account.release(hold, now);
    this.#alarm.refused(account, now);
    return aliasOf(account.budget.onExceeded);
  }

  /** A call without a known price asks for the least there is: it passes as long as anything is left. */
  #nano(maxCost: MaxCost | undefined, { budget }: BudgetAccount): number {
    const nano = maxCost && convertNano(maxCost.amountNano, maxCost.currency, budget.currency, this.#fx);
    return nano ?? 1;
  }
}

const NONE: readonly Hold[] = Object.freeze([]);

function aliasOf(onExceeded: BudgetAccount['budget']['onExceeded']): string | undefined {
  return typeof onExceeded === 'object' ? onExceeded.degrade : undefined;
}
