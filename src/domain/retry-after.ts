import { type ErrorBody, readErrorBody } from './error-body.js';

/** The part of `Headers` that is needed here. */
export interface HeaderReader {
  get(name: string): string | null;
}

/** Anything longer is no wish but a mistake (a date in the wrong unit, an overflow). */
const MAX_SENSIBLE_MS = 366 * 24 * 3_600_000;
/** Numbers above this are instants, not durations: the year 2001 in seconds, or 1970 in milliseconds. */
const EPOCH_SECONDS_FROM = 1_000_000_000;
const EPOCH_MS_FROM = 100_000_000_000;

const DECIMAL = /^\d{1,16}(?:\.\d{1,9})?$/;
const DURATION =
  /^(?:(\d{1,9}(?:\.\d{1,9})?)d)?(?:(\d{1,9}(?:\.\d{1,9})?)h)?(?:(\d{1,9}(?:\.\d{1,9})?)m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d{1,9})?)ms)?$/;
const IMF_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC850_DATE =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * How long the provider asks to be left alone, in milliseconds: finite, never negative, at most 366 days; `undefined` when it did
 * not say or said nonsense (then the caller's own backoff applies). `0` means at once.
 *
 * Looked at in this order: `retry-after-ms` and `x-ms-retry-after-ms`, `retry-after` (seconds or HTTP date, RFC 9110 10.2.3), the
 * body's fields (Google's `retryDelay`, OpenRouter's relayed `X-RateLimit-Reset`), the message ("Please try again in 5.289s"), and
 * the reset of a limit whose remainder is zero (`x-ratelimit-reset-requests: 6m0s`).
 *
 * @param wallNow wall-clock time in milliseconds since the epoch, for dates
 * @param body an error body in any shape {@link readErrorBody} knows
 */
export function parseRetryAfter(headers: HeaderReader, wallNow: number, body?: unknown): number | undefined {
  return statedRetryAfterMs(headers, wallNow, readErrorBody(body)) ?? exhaustedLimitResetMs(headers, wallNow);
}

/** {@link parseRetryAfter} without the resets of limits, for a body that has been read already. */
export function statedRetryAfterMs(headers: HeaderReader, wallNow: number, body: ErrorBody): number | undefined {
  return (
    parseMilliseconds(headers.get('retry-after-ms')) ??
    parseMilliseconds(headers.get('x-ms-retry-after-ms')) ??
    parseSecondsOrDate(headers.get('retry-after'), wallNow) ??
    fromHints(body.hints, wallNow) ??
    fromText(body.text)
  );
}

/**
 * A duration as providers write it in rate-limit headers (`6m0s`, `17ms`, `1.5s`, `2h`), in milliseconds.
 * Strict: no sign, no space, units in falling order, each at most once; anything else is `undefined`.
 */
export function parseDuration(text: string): number | undefined {
  const match = text.length <= 64 && text !== '' ? DURATION.exec(text) : null;
  if (match === null) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', milliseconds = '0'] = match;
  return sensible(
    Number(days) * 86_400_000 +
      Number(hours) * 3_600_000 +
      Number(minutes) * 60_000 +
      Number(seconds) * 1000 +
      Number(milliseconds),
  );
}

function sensible(ms: number): number | undefined {
  return ms >= 0 && ms <= MAX_SENSIBLE_MS ? ms : undefined;
}

function parseMilliseconds(value: string | null): number | undefined {
  return value !== null && DECIMAL.test(value) ? sensible(Number(value)) : undefined;
}

function parseSecondsOrDate(value: string | null, wallNow: number): number | undefined {
  if (value === null) return undefined;
  if (DECIMAL.test(value)) return sensible(Number(value) * 1000);
  return untilDate(value, wallNow);
}

/** `Date.parse` alone accepts almost anything (`'1, 2'` is a day in 2001), so the grammar is checked first. */
function untilDate(value: string, wallNow: number): number | undefined {
  if (IMF_DATE.test(value) || RFC850_DATE.test(value) || ISO_DATE.test(value))
    return sensible(Date.parse(value) - wallNow);
  return ASCTIME_DATE.test(value) ? sensible(Date.parse(`${value} GMT`) - wallNow) : undefined;
}

/** Milliseconds until a reset: a duration, a date, an instant since the epoch in seconds or milliseconds, or plain seconds. */
export function untilReset(value: string | number, wallNow: number): number | undefined {
  if (typeof value === 'string' && !DECIMAL.test(value)) return parseDuration(value) ?? untilDate(value, wallNow);
  const number = Number(value);
  if (number >= EPOCH_MS_FROM) return sensible(number - wallNow);
  if (number >= EPOCH_SECONDS_FROM) return sensible(number * 1000 - wallNow);
  return sensible(number * 1000);
}

function fromHints(hints: ErrorBody['hints'], wallNow: number): number | undefined {
  for (const [name, value] of hints) {
    const ms = name === 'retry_after_ms' ? parseMilliseconds(String(value)) : untilReset(value, wallNow);
    if (ms !== undefined) return ms;
  }
  return undefined;
}

/**
 * When the limits that are used up start anew (`x-ratelimit-reset-requests: 6m0s` beside `x-ratelimit-remaining-requests: 0`), in
 * milliseconds from now; the later one, if both are.
 */
export function exhaustedLimitResetMs(headers: HeaderReader, wallNow: number): number | undefined {
  let longest: number | undefined;
  for (const limit of ['', '-requests', '-tokens']) {
    if (headers.get(`x-ratelimit-remaining${limit}`) !== '0') continue;
    const reset = headers.get(`x-ratelimit-reset${limit}`);
    const ms = reset === null ? undefined : untilReset(reset, wallNow);
    if (ms !== undefined && ms > (longest ?? -1)) longest = ms;
  }
  return longest;
}

const MARKERS = ['try again in ', 'try again after ', 'retry in ', 'retry after ', '请在'];
/** What may follow a marker; matched against a short slice only. */
const SPOKEN = /^\s*(\d{1,9}(?:\.\d{1,9})?)\s*(milliseconds?|seconds?|secs?|minutes?|mins?|hours?|秒|分钟|小时)/;
const COMPACT = /^\s*((?:\d{1,9}(?:\.\d{1,9})?(?:d|h|ms|m|s)){1,5})(?![a-z])/;

function fromText(text: string): number | undefined {
  for (const marker of MARKERS) {
    const at = text.indexOf(marker);
    if (at < 0) continue;
    const rest = text.slice(at + marker.length, at + marker.length + 64);
    const spoken = SPOKEN.exec(rest);
    const compact = spoken === null ? COMPACT.exec(rest) : null;
    const ms =
      spoken !== null
        ? sensible(Number(spoken[1]) * spokenUnit(spoken[2] ?? ''))
        : compact !== null
          ? parseDuration(compact[1] ?? '')
          : undefined;
    if (ms !== undefined) return ms;
  }
  return undefined;
}

function spokenUnit(unit: string): number {
  if (unit.startsWith('milli')) return 1;
  if (unit.startsWith('min') || unit === '分钟') return 60_000;
  if (unit.startsWith('hour') || unit === '小时') return 3_600_000;
  return 1000;
}
