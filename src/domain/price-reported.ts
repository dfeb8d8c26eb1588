import { type Currency, NANO_PER_UNIT, roundHalfEven } from './format-money.js';
import { decimal, multiply, toSafeNano } from './money.js';

/** A cost that the provider itself states in its reply. */
export interface ReportedCost {
  readonly amountNano: number;
  readonly currency: Currency;
}

/** Where an endpoint's replies state what a call cost. */
export interface CostPlace {
  /** Dotted path to the amount, e.g. `usage.total_cost`. */
  readonly path: string;
  /** @default 'USD' */
  readonly currency?: Currency | undefined;
}

/** Ticks in one dollar, as xAI documents `cost_in_usd_ticks`. */
const TICKS_PER_DOLLAR = 10_000_000_000;
const MAX_UNITS = 1_000_000;

/**
 * Reads a cost out of a parsed reply body or stream event. Without a path it knows OpenRouter (`usage.cost`, plus
 * `cost_details.upstream_inference_cost` when the user's own key paid the provider), xAI (`usage.cost_in_usd_ticks`) and
 * Perplexity (`usage.cost.total_cost`), all in US dollars. Negative and non-numeric values are no cost.
 * @param place Replaces the known places.
 */
export function readReportedCost(body: unknown, place?: CostPlace): ReportedCost | undefined {
  const root = fields(body);
  if (root === undefined) return undefined;
  if (place !== undefined) return reported(at(root, place.path), place.currency ?? 'USD');
  const usage = fields((fields(root['response']) ?? root)['usage']);
  if (usage === undefined) return undefined;
  const cost = usage['cost'];
  if (cost !== undefined && cost !== null) {
    const whole = fields(cost)?.['total_cost'] ?? cost;
    const upstream = usage['is_byok'] === true ? fields(usage['cost_details'])?.['upstream_inference_cost'] : undefined;
    const first = reported(whole, 'USD');
    const second = reported(upstream, 'USD');
    return first && second ? { amountNano: first.amountNano + second.amountNano, currency: 'USD' } : first;
  }
  const ticks = usage['cost_in_usd_ticks'];
  return typeof ticks === 'number' ? reported(ticks / TICKS_PER_DOLLAR, 'USD') : undefined;
}

function reported(value: unknown, currency: Currency): ReportedCost | undefined {
  if (typeof value !== 'number' && !(typeof value === 'string' && /^\d+(\.\d+)?$/.test(value))) return undefined;
  const units = Number(value);
  if (!(units >= 0 && units <= MAX_UNITS)) return undefined;
  const nano = roundHalfEven(multiply(decimal(value), { numerator: BigInt(NANO_PER_UNIT), denominator: 1n }));
  return { amountNano: toSafeNano(nano), currency };
}

function at(root: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = root;
  for (const name of path.split('.')) {
    const inside = fields(value);
    if (inside === undefined || !Object.hasOwn(inside, name)) return undefined;
    value = inside[name];
  }
  return value;
}

function fields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
