import type { BudgetPeriod } from './budget-window.js';
import type { Currency } from './format-money.js';

/** A ceiling on money, ready for use. */
export interface Budget {
  readonly name: string;
  /** All of these tags must be on a call; none: every call. */
  readonly match: Readonly<Record<string, string>>;
  readonly period: BudgetPeriod;
  readonly timeZone: string;
  readonly limitNano: number;
  readonly currency: Currency;
  /** Share of the limit at which the threshold event is sent. */
  readonly warnAt: number;
  /** At the limit: refuse, only tell, or serve with another alias. */
  readonly onExceeded: 'block' | 'warn' | { readonly degrade: string };
  /** While the store cannot be asked: let calls pass or refuse them. */
  readonly onStoreError: 'open' | 'closed';
}

/** Whether a budget is for a call with these tags. */
export function budgetCovers(budget: Budget, tags: Readonly<Record<string, string>>): boolean {
  for (const name in budget.match) if (tags[name] !== budget.match[name]) return false;
  return true;
}

/** Asks a store for money before a call is sent. Amounts are nano-units of the budget's currency. */
export interface BudgetClaim {
  readonly budget: string;
  /** The slot that is charged; see `BudgetWindow`. */
  readonly slot: number;
  /** Slots from this one on count towards the limit. */
  readonly since: number;
  /** `null`: count, but refuse nothing. */
  readonly limitNano: number | null;
  /** Less than this helps nobody. */
  readonly needNano: number;
  /** What would be taken if there were plenty: enough for a block of calls. */
  readonly wantNano: number;
  /** Sends that the grant is to cover. */
  readonly calls: number;
}

/** A store's answer. */
export interface BudgetGrant {
  /** At least `needNano`, or 0: refused. */
  readonly grantedNano: number;
  /** Spent by everybody in the window, as far as told. */
  readonly spentNano: number;
  /** Granted to anybody and not yet accounted for, this grant included. */
  readonly heldNano: number;
  /** Sums as of which the window will have room again, when that is known: the oldest slot that counts. */
  readonly oldestSlot?: number | undefined;
}

/** Tells a store what became of grants. */
export interface BudgetSettlement {
  readonly budget: string;
  readonly slot: number;
  /** Really spent; may exceed what was held for it. */
  readonly spentNano: number;
  /** No longer held: what was spent out of grants plus what is given back. */
  readonly freedNano: number;
  /** Sends that are accounted for. */
  readonly calls: number;
}

/**
 * Share of what is left that one process may take in advance: near the limit blocks shrink to single calls, so that no
 * process is refused money that another one hoards.
 */
export const BLOCK_SHARE = 16;

/** How much of a claim is granted, with so much spent or held already. */
export function grantFor(
  claim: Pick<BudgetClaim, 'limitNano' | 'needNano' | 'wantNano'>,
  committedNano: number,
): number {
  if (claim.limitNano === null) return claim.wantNano;
  const left = claim.limitNano - committedNano;
  if (claim.needNano > left) return 0;
  return Math.max(claim.needNano, Math.min(claim.wantNano, Math.floor(left / BLOCK_SHARE)));
}

/** What a budget says about itself. */
export interface BudgetStatus {
  readonly name: string;
  readonly spentNano: number;
  /** Reserved for calls that have not ended, blocks taken in advance included. */
  readonly heldNano: number;
  readonly limitNano: number;
  readonly currency: Currency;
  /** When the window ends, or moves far enough to let something go; milliseconds since the epoch. */
  readonly resetsAt: number;
}

/** A budget has reached its threshold or its limit; sent once each time it is crossed. */
export interface BudgetThreshold extends BudgetStatus {
  readonly level: 'warning' | 'exceeded';
  /** Spent over limit. */
  readonly share: number;
  /** Wall-clock time, milliseconds since the epoch. */
  readonly at: number;
}
