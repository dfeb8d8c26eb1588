/** Longer than most files: one state machine, whose steps all work on the same few numbers. */
import type { Budget, BudgetGrant, BudgetSettlement, BudgetStatus } from '../domain/budget.js';
import { type BudgetWindow, budgetWindow } from '../domain/budget-window.js';
import { COVER_BUDGET, type LedgerStore } from '../domain/ledger.js';

/** What is known of a store by all accounts that ask it. */
export interface StoreHealth {
  /** It failed when it was last asked: nobody waits for it until it has answered again. */
  unreachable: boolean;
  /** Until when it is left alone. */
  pausedUntil: number;
  /** It is being asked whether it is back. */
  probe?: Promise<unknown> | undefined;
}

/** What an account needs from outside. */
export interface AccountParts {
  readonly store: LedgerStore;
  readonly health: StoreHealth;
  /** Hands a settlement on, to be committed together with the record it belongs to. */
  readonly settle: (settlement: BudgetSettlement) => void;
  /** Told after every change of what is known to be spent. */
  readonly onSpent: (account: BudgetAccount, now: number) => void;
  /** Told when the store could not be asked. */
  readonly onStoreError: (error: unknown) => void;
}

/** A piece of an account that was set aside for one attempt. */
export interface Hold {
  readonly account: BudgetAccount;
  readonly slot: number;
  readonly nano: number;
}

interface Waiter {
  readonly nano: number;
  readonly limited: boolean;
  readonly resolve: (hold: Hold | undefined) => void;
}

type Answer = 'granted' | 'refused' | 'failed';

/** Calls that one trip to a shared store is to cover. */
const BLOCK_CALLS = 64;
/** How long a store that failed is left alone, in milliseconds. */
const STORE_PAUSE_MS = 1_000;

/**
 * One budget as this process sees it. Money is taken from the store in blocks and handed out here, in one synchronous step,
 * so that concurrent calls cannot both have it. What a block leaves over goes back when the window ends, or on request.
 */
export class BudgetAccount {
  readonly budget: Budget;
  readonly #parts: AccountParts;
  readonly #shared: boolean;
  /** The account that covers every send counts sends as well as money. */
  readonly #countsCalls: boolean;
  #window: BudgetWindow = { slot: Number.NaN, since: 0, until: Number.NEGATIVE_INFINITY };
  /** Granted and not set aside. */
  #free = 0;
  #freeCalls = 0;
  #held = 0;
  /** Spent by everybody in the window: as the store last told, and by this process since. */
  #spent = 0;
  #heldByOthers = 0;
  /** The oldest slot of a rolling window that holds money. */
  #oldest: number | undefined;
  #waiters: Waiter[] = [];
  #claiming = false;

  constructor(budget: Budget, parts: AccountParts) {
    this.budget = budget;
    this.#parts = parts;
    this.#shared = parts.store.scope === 'shared';
    this.#countsCalls = budget.name === COVER_BUDGET;
  }

  /** Spent in the window, as far as this process knows. */
  get spentNano(): number {
    return this.#spent;
  }

  /** Start of the current window or slot. */
  get slot(): number {
    return this.#window.slot;
  }

  /**
   * Sets money aside for one attempt: at once where a block has it, else after asking the store. `undefined`: the budget
   * does not have it.
   * @param limited Whether the limit counts; without it the money is only kept account of.
   */
  reserve(
    nano: number,
    now: number,
    limited = this.budget.onExceeded === 'block',
  ): Hold | undefined | Promise<Hold | undefined> {
    this.#turn(now);
    if (this.#waiters.length === 0 && this.#covers(nano, limited)) return this.#take(nano);
    const { health } = this.#parts;
    if (health.unreachable && !this.#worthWaiting(now)) {
      if (!this.#probed(nano, limited, now)) return this.#despiteStore();
    } else if (health.probe !== undefined) return health.probe.then(() => this.reserve(nano, now, limited));
    if (this.#claiming) return this.#wait(nano, limited);
    const answer = this.#ask(nano, nano, limited, now);
    if (!(answer instanceof Promise)) return this.#conclude(answer, nano);
    const waiting = this.#wait(nano, limited);
    void this.#serve(answer, now);
    return waiting;
  }

  /** The attempt cost `spentNano`; the rest of its hold is free again. */
  settle(hold: Hold, spentNano: number, now: number): void {
    this.#turn(now);
    const { slot, nano } = hold;
    let freedNano = nano;
    if (slot === this.#window.slot) {
      this.#held -= nano;
      this.#spent += spentNano;
      if (this.#shared) {
        // What was not needed stays in the block; what was spent beyond the hold is taken out of it.
        const beyond = Math.min(Math.max(spentNano - nano, 0), this.#free);
        this.#free += Math.max(nano - spentNano, 0) - beyond;
        freedNano = Math.min(nano, spentNano) + beyond;
      }
    }
    this.#parts.settle({ budget: this.budget.name, slot, spentNano, freedNano, calls: 1 });
    if (slot === this.#window.slot) this.#parts.onSpent(this, now);
  }

  /** Nothing was sent: the hold is undone. */
  release(hold: Hold, now: number): void {
    this.#turn(now);
    const { slot, nano } = hold;
    if (slot === this.#window.slot) {
      this.#held -= nano;
      if (this.#shared) {
        this.#free += nano;
        this.#freeCalls += 1;
        return;
      }
    }
    this.#parts.settle({ budget: this.budget.name, slot, spentNano: 0, freedNano: nano, calls: 1 });
  }

  /** Gives back what no attempt holds, for other processes to use. */
  giveBack(): void {
    if (this.#free === 0 && this.#freeCalls === 0) return;
    this.#parts.settle({
      budget: this.budget.name,
      slot: this.#window.slot,
      spentNano: 0,
      freedNano: this.#free,
      calls: this.#freeCalls,
    });
    this.#free = 0;
    this.#freeCalls = 0;
  }

  /** Asks the store how much is spent by now, others' spending included. */
  async refresh(now: number): Promise<void> {
    this.#turn(now);
    await this.#ask(0, 0, false, now);
  }

  /** The store could not be asked, and calls are refused for that. */
  get shut(): boolean {
    return this.#parts.health.unreachable && this.budget.onStoreError === 'closed';
  }

  status(now: number): BudgetStatus {
    this.#turn(now);
    const { name, limitNano, currency, period } = this.budget;
    const rolling =
      typeof period === 'object' ? Math.max(now, (this.#oldest ?? this.#window.slot) + period.rollingMs) : undefined;
    const resetsAt = rolling ?? this.#window.until;
    return { name, spentNano: this.#spent, heldNano: this.#held + this.#heldByOthers, limitNano, currency, resetsAt };
  }

  #turn(now: number): void {
    if (now < this.#window.until && now >= this.#window.slot) return;
    this.giveBack();
    this.#window = budgetWindow(this.budget.period, this.budget.timeZone, now);
    this.#held = 0;
    this.#heldByOthers = 0;
    // Of a rolling window only a sixtieth is left behind; the store says how much at the next claim.
    if (typeof this.budget.period !== 'object') this.#spent = 0;
  }

  #covers(nano: number, limited: boolean): boolean {
    if (!this.#shared || this.#free < nano || (this.#countsCalls && this.#freeCalls === 0)) return false;
    // What is free may be what others of this process did not need, after more was spent than was set aside for it.
    return !limited || this.#spent + this.#held + this.#heldByOthers + nano <= this.budget.limitNano;
  }

  #take(nano: number): Hold {
    this.#free -= nano;
    this.#freeCalls = Math.max(0, this.#freeCalls - 1);
    this.#held += nano;
    return { account: this, slot: this.#window.slot, nano };
  }

  #conclude(answer: Answer, nano: number): Hold | undefined {
    if (answer === 'failed') return this.#despiteStore();
    return answer === 'granted' && this.#free >= nano ? this.#take(nano) : undefined;
  }

  #wait(nano: number, limited: boolean): Promise<Hold | undefined> {
    return new Promise((resolve) => {
      this.#waiters.push({ nano, limited, resolve });
    });
  }

  /** Asks the store for what is missing, and for a block of calls to come if others share it. */
  #ask(nano: number, totalNano: number, limited: boolean, now: number): Answer | Promise<Answer> {
    const { name, limitNano, onExceeded } = this.budget;
    const { slot, since } = this.#window;
    const needNano = Math.max(0, nano - this.#free);
    // Money beyond the limit of a budget with a cheaper alias is not for others to find.
    const block = this.#shared && (limited || typeof onExceeded !== 'object') ? BLOCK_CALLS * nano : 0;
    const claim = {
      budget: name,
      slot,
      since,
      limitNano: limited && Number.isFinite(limitNano) ? limitNano : null,
      needNano,
      wantNano: Math.max(needNano, totalNano + block - this.#free),
      calls: this.#countsCalls ? BLOCK_CALLS + this.#waiters.length : 0,
    };
    try {
      const grant = this.#parts.store.claim(claim);
      if (!(grant instanceof Promise)) return this.#granted(grant, claim);
      return grant.then(
        (given) => this.#granted(given, claim),
        (error: unknown) => this.#failed(error, now),
      );
    } catch (error) {
      return this.#failed(error, now);
    }
  }

  #granted(
    grant: BudgetGrant,
    claim: { readonly slot: number; readonly needNano: number; readonly calls: number },
  ): Answer {
    const { slot, needNano, calls } = claim;
    if (slot !== this.#window.slot) {
      // The window ended while the store was asked: the old one gets its money back, and the new one is asked.
      this.#parts.settle({ budget: this.budget.name, slot, spentNano: 0, freedNano: grant.grantedNano, calls });
      return 'granted';
    }
    this.#parts.health.unreachable = false;
    if (grant.grantedNano >= needNano) this.#freeCalls += calls;
    this.#free += grant.grantedNano;
    this.#spent = grant.spentNano;
    this.#heldByOthers = Math.max(0, grant.heldNano - this.#held - this.#free);
    this.#oldest = grant.oldestSlot;
    return grant.grantedNano >= needNano ? 'granted' : 'refused';
  }

  #failed(error: unknown, now: number): Answer {
    this.#parts.health.unreachable = true;
    this.#parts.health.pausedUntil = now + STORE_PAUSE_MS;
    this.#parts.onStoreError(error);
    return 'failed';
  }

  /** Whether a call had better wait for a store that has failed: it would be refused otherwise, and the store may be back. */
  #worthWaiting(now: number): boolean {
    const { probe, pausedUntil } = this.#parts.health;
    return this.budget.onStoreError === 'closed' && (now >= pausedUntil || probe !== undefined);
  }

  /** Asks a store that failed again, now and then and without anybody waiting. @returns whether it has just answered. */
  #probed(nano: number, limited: boolean, now: number): boolean {
    if (now < this.#parts.health.pausedUntil || this.#claiming) return false;
    this.#parts.health.pausedUntil = now + STORE_PAUSE_MS;
    // What is granted stays in the block for those who come next.
    const { health } = this.#parts;
    const answer = this.#ask(nano, nano, limited, now);
    if (answer instanceof Promise)
      health.probe = answer.finally(() => {
        health.probe = undefined;
      });
    return !health.unreachable;
  }

  /** Serves those who wait in their order, trip by trip, until nobody waits. */
  async #serve(first: Promise<Answer>, now: number): Promise<void> {
    this.#claiming = true;
    let answer = await first;
    while (this.#waiters.length > 0) {
      const head = this.#waiters[0] as Waiter;
      if (answer === 'failed') {
        for (const { resolve } of this.#waiters.splice(0)) resolve(this.#despiteStore());
      } else if (this.#free >= head.nano) {
        this.#waiters.shift();
        head.resolve(this.#take(head.nano));
      } else if (answer === 'refused') {
        // Not enough for this one, nor for anybody who needs as much.
        const hopeless = ({ nano, limited }: Waiter) => limited && nano >= head.nano;
        for (const waiter of this.#waiters) if (hopeless(waiter)) waiter.resolve(undefined);
        this.#waiters = this.#waiters.filter((waiter) => !hopeless(waiter));
        answer = 'granted';
      } else {
        answer = await this.#ask(
          head.nano,
          this.#waiters.reduce((sum, { nano }) => sum + nano, 0),
          head.limited,
          now,
        );
      }
    }
    this.#claiming = false;
  }

  /** The store cannot be asked: the budget says whether that lets calls pass. They are settled once it is back. */
  #despiteStore(): Hold | undefined {
    return this.budget.onStoreError === 'open' ? this.#unbacked() : undefined;
  }

  /** A hold with no money behind it: settling it counts what was spent and frees nothing. */
  #unbacked(): Hold {
    return { account: this, slot: this.#window.slot, nano: 0 };
  }
}
