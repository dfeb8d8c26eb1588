/** What a call takes from a limit, in units that providers count. */
export interface Need {
  readonly requests: number;
  /** Prompt and completion together. */
  readonly tokens: number;
  readonly images: number;
  readonly audioMinutes: number;
}

/** One of the units of a {@link Need}. */
export type Unit = keyof Need;

/** A limit on one unit within one span of time. */
export interface Dimension {
  readonly name: RateName;
  readonly unit: Unit;
  /** The span the provider counts in, in milliseconds. */
  readonly windowMs: number;
}

/** Name of a rate limit, as users write it. */
export type RateName =
  | 'requestsPerMinute'
  | 'tokensPerMinute'
  | 'imagesPerMinute'
  | 'audioMinutesPerMinute'
  | 'requestsPerHour'
  | 'audioMinutesPerHour'
  | 'requestsPerDay'
  | 'tokensPerDay'
  | 'imagesPerDay'
  | 'audioMinutesPerDay';

export const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Every rate limit there is. A provider counts in a few of them; the rest stay unset. */
export const DIMENSIONS: readonly Dimension[] = [
  { name: 'requestsPerMinute', unit: 'requests', windowMs: MINUTE_MS },
  { name: 'tokensPerMinute', unit: 'tokens', windowMs: MINUTE_MS },
  { name: 'imagesPerMinute', unit: 'images', windowMs: MINUTE_MS },
  { name: 'audioMinutesPerMinute', unit: 'audioMinutes', windowMs: MINUTE_MS },
  { name: 'requestsPerHour', unit: 'requests', windowMs: HOUR_MS },
  { name: 'audioMinutesPerHour', unit: 'audioMinutes', windowMs: HOUR_MS },
  { name: 'requestsPerDay', unit: 'requests', windowMs: DAY_MS },
  { name: 'tokensPerDay', unit: 'tokens', windowMs: DAY_MS },
  { name: 'imagesPerDay', unit: 'images', windowMs: DAY_MS },
  { name: 'audioMinutesPerDay', unit: 'audioMinutes', windowMs: DAY_MS },
];

/**
 * The limits of one account, endpoint, model or group of tags. What is absent or `Infinity` is not limited; `0` admits
 * nothing.
 */
export interface Limits extends Readonly<Partial<Record<RateName, number | undefined>>> {
  /** Calls in flight at once, from admission to the end of the body. */
  readonly maxConcurrency?: number | undefined;
  /**
   * What may start back to back before pacing sets in: requests, or the unit that is limited when requests are not.
   * @default a sixth of each limit per minute
   */
  readonly burst?: number | undefined;
  /** `sliding`: no window of a minute holds more than the limit. `bucket`: it may hold the limit plus one burst. @default 'sliding' */
  readonly window?: 'sliding' | 'bucket' | undefined;
  /** A call heavier than the limit: refuse it at once, or let it run when nothing else has been used. @default 'refuse' */
  readonly oversize?: 'refuse' | 'alone' | undefined;
}

/** Whether any limit is set, so that a limiter has something to do. */
export function limitsAnything(limits: Limits): boolean {
  if (isLimit(limits.maxConcurrency)) return true;
  return DIMENSIONS.some((dimension) => isLimit(limits[dimension.name]));
}

/** Whether a configured number limits anything. */
export function isLimit(value: number | undefined): value is number {
  return value !== undefined && value !== Number.POSITIVE_INFINITY;
}

/** Whether any limit counts tokens, so that the usage of streams has to be known. */
export function countsTokens(limits: Limits): boolean {
  return isLimit(limits.tokensPerMinute) || isLimit(limits.tokensPerDay);
}
