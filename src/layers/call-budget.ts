import type { Call } from '../domain/call.js';
import type { Outcome } from '../domain/outcome.js';
import type { Target } from '../domain/route.js';
import type { Handler, Layer } from './layer.js';

/** Budgets and prices, as far as a whole call touches them. */
export interface CallMetering {
  /** Whether a call may have to be served with a cheaper alias. */
  readonly degrades: boolean;
  /** The alias that a used-up budget wants the call to be served with. */
  degraded(call: Call): string | undefined | Promise<string | undefined>;
  /** The call is over. */
  over(call: Call): void;
  ready(): Promise<void> | undefined;
  /** Leaves out targets that are far dearer than the first ones. */
  guard(call: Call, maxPriceRatio: number): { readonly groups: readonly (readonly Target[])[] };
}

export interface CallBudgetParts {
  readonly metering: CallMetering;
  /** How many times dearer than the first targets a later one may be. @default no bound */
  readonly maxPriceRatio: number | undefined;
  /** The call as the alias would serve it. */
  readonly reroute: (call: Call, alias: string) => Call;
}

/**
 * What budgets and prices mean for where a call may go: to a cheaper alias when a budget is used up, never to a target that
 * is far dearer than the one it was meant for. Money itself is set aside for each attempt.
 */
export function callBudget({ metering, maxPriceRatio, reroute }: CallBudgetParts): Layer<Call> {
  return function watchMoney(call, next) {
    if (metering.degrades && call.movable) return degrade(call, next);
    const place = guarded(call);
    return place instanceof Promise ? place.then(next) : next(place);
  };

  async function degrade(call: Call, next: Handler<Call>): Promise<Outcome> {
    await metering.ready();
    const alias = await metering.degraded(call);
    const outcome = await next(await guarded(alias === undefined ? call : reroute(call, alias)));
    metering.over(call);
    return outcome;
  }

  function guarded(call: Call): Call | Promise<Call> {
    if (maxPriceRatio === undefined || call.groups.length < 2) return call;
    const guard = (): Call => ({ ...call, groups: metering.guard(call, maxPriceRatio).groups });
    return metering.ready()?.then(guard) ?? guard();
  }
}
