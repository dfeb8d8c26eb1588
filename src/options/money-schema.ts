import type { PriceRule } from '../domain/price.js';
import { KIND, oneOf } from './kinds.js';
import type { BudgetOptions } from './options.js';
import {
  anything,
  byName,
  choose,
  leaf,
  list,
  object,
  optional,
  required,
  type Schema,
  type Shape,
  words,
} from './shape.js';

const PERIOD = oneOf('hour', 'day', 'week', 'month');
const ON_EXCEEDED = oneOf('block', 'warn');

/** A budget. */
export function budget(): Schema {
  return object({
    name: required(KIND.name),
    match: leaf(KIND.labels),
    per: choose((value) =>
      typeof value === 'object'
        ? object({ rollingMs: required(KIND.durationMs) })
        : required({ ...PERIOD, expected: `${PERIOD.expected}, or { rollingMs }` }),
    ),
    timeZone: leaf({ accepts: isTimeZone, expected: 'a time zone, e.g. Asia/Shanghai' }),
    limit: object({ amount: required(KIND.money), currency: required(KIND.currency) }),
    warnAt: leaf(KIND.ratio),
    onExceeded: optional(
      choose((value) =>
        typeof value === 'object'
          ? object({ degrade: required(KIND.name) })
          : required({ ...ON_EXCEEDED, expected: `${ON_EXCEEDED.expected}, or { degrade }` }),
      ),
    ),
    onStoreError: words('open', 'closed'),
  } satisfies Shape<BudgetOptions>);
}

function isTimeZone(value: unknown): boolean {
  try {
    return typeof value === 'string' && new Intl.DateTimeFormat('en', { timeZone: value }) !== undefined;
  } catch {
    return false;
  }
}

/** Keys and nesting only; what the rates may be is `priceProblems()`'s to say. */
function price(withMatch: boolean): Schema {
  const any = anything();
  const rates = {
    inputPerMillion: any,
    cachedInputPerMillion: any,
    cacheWritePerMillion: any,
    cacheWrite1hPerMillion: any,
    outputPerMillion: any,
    audioInputPerMillion: any,
    audioOutputPerMillion: any,
    imageInputPerMillion: any,
    imageOutputPerMillion: any,
  };
  const whole = {
    ...rates,
    currency: leaf(KIND.text),
    perRequest: any,
    perImage: any,
    perMinute: any,
    minimumSeconds: any,
    perMillionCharacters: any,
    multiplier: any,
    tiers: optional(list(object({ ...rates, fromInputTokens: required(KIND.count) }), 'rates')),
    from: leaf(KIND.text),
    hours: optional(object({ start: required(KIND.text), end: required(KIND.text), weekdays: leaf(KIND.flag) })),
  };
  const match = { endpoint: leaf(KIND.name), model: leaf(KIND.name) };
  return object(withMatch ? ({ ...whole, ...match } satisfies Shape<PriceRule>) : whole);
}

/** Prices as a list of rules or by model. */
export const prices = (): Schema =>
  optional(
    choose((value) => (Array.isArray(value) ? list(price(true), 'price rules') : byName(price(false), 'prices'))),
  );
