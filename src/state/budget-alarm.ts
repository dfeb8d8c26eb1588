import type { BudgetThreshold } from '../domain/budget.js';
import type { BudgetAccount } from './budget-account.js';

type Level = 0 | 1 | 2;

/** Tells when budgets reach their threshold and their limit: once each in a window, however often calls come near it. */
export class BudgetAlarm {
  readonly #tell: (event: BudgetThreshold) => void;
  readonly #told = new Map<BudgetAccount, { readonly level: Level; readonly slot: number }>();

  constructor(tell: (event: BudgetThreshold) => void) {
    this.#tell = tell;
  }

  /** What is spent has changed. */
  spent(account: BudgetAccount, now: number): void {
    const { limitNano, warnAt } = account.budget;
    if (!Number.isFinite(limitNano)) return;
    const share = account.spentNano / limitNano;
    this.#reached(account, share >= 1 ? 2 : share >= warnAt ? 1 : 0, now);
  }

  /** A call was refused: the limit is reached, though part of it may only be reserved. */
  refused(account: BudgetAccount, now: number): void {
    this.#reached(account, 2, now);
  }

  #reached(account: BudgetAccount, level: Level, now: number): void {
    const before = this.#told.get(account);
    if (level <= (before?.level ?? 0)) {
      // Below the threshold in another window (or another step of a rolling one): what follows is news again.
      if (level === 0 && before !== undefined && before.slot !== account.slot) this.#told.delete(account);
      return;
    }
    this.#told.set(account, { level, slot: account.slot });
    const status = account.status(now);
    const share = status.spentNano / status.limitNano;
    this.#tell({ ...status, level: level === 2 ? 'exceeded' : 'warning', share, at: now });
  }
}
