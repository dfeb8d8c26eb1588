import type { Call } from '../domain/call.js';
import type { Target } from '../domain/route.js';
import type { Layer } from './layer.js';

/** Budgets and prices, as far as a whole call touches them. */
export interface CallMetering {
  /** The alias that a used-up budget wants the call to be served with. */
  degraded(call: Call): string | undefined;
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
    const place = placed(call);
    return place instanceof Promise ? place.then(next) : next(place);
  };

  function placed(call: Call): Call | Promise<Call> {
    const alias = call.movable ? metering.degraded(call) : undefined;
    const degraded = alias === undefined || alias === call.alias ? call : reroute(call, alias);
    if (maxPriceRatio === undefined || degraded.groups.length < 2) return degraded;
    const guard = (): Call => ({ ...degraded, groups: metering.guard(degraded, maxPriceRatio).groups });
    return metering.ready()?.then(guard) ?? guard();
  }
}
