import { MINUTE_MS, type Unit } from './limits.js';
import { type HeaderReader, untilReset } from './retry-after.js';

/** What a provider says about one of its limits. */
export interface RateHint {
  readonly unit: Extract<Unit, 'requests' | 'tokens'>;
  /** The span it counts in, in milliseconds: a minute or a day. */
  readonly windowMs: number;
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** Until the limit is whole again, in milliseconds. */
  readonly resetMs?: number | undefined;
}

interface Family {
  readonly unit: RateHint['unit'];
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
}

/** Per unit the first family that a reply has counts: the exact names of OpenAI and its followers go before general ones. */
const FAMILIES: readonly Family[] = [
  // OpenAI, Azure, Groq, Together and most routers.
  family('requests', (word) => `x-ratelimit-${word}-requests`),
  family('tokens', (word) => `x-ratelimit-${word}-tokens`),
  family('requests', (word) => `anthropic-ratelimit-requests-${word}`),
  family('tokens', (word) => `anthropic-ratelimit-tokens-${word}`),
  // Mistral counts tokens under this name and sends no reset.
  family('tokens', (word) => `x-ratelimitbysize-${word}-minute`),
  // OpenRouter and others; the draft of the IETF.
  family('requests', (word) => `x-ratelimit-${word}`),
  family('requests', (word) => `ratelimit-${word}`),
];

function family(unit: RateHint['unit'], name: (word: string) => string): Family {
  return { unit, limit: name('limit'), remaining: name('remaining'), reset: name('reset') };
}

const DAY_MS = 86_400_000;
/** A reset further away than this is not that of a minute, clock skew included. */
const LONGEST_MINUTE_MS = 90_000;
const COUNT = /^\d{1,15}$/;

/**
 * Reads the limits a reply reports. Strict: a count is digits only, a reset is a duration (`6m0s`, `17ms`), plain seconds, an
 * instant or a date; everything else, also a negative number, is as if it were not there.
 *
 * @param wallNow wall-clock time in milliseconds since the epoch, for resets given as instants.
 */
export function readRateHints(headers: HeaderReader, wallNow: number, families = FAMILIES): readonly RateHint[] {
  const hints: RateHint[] = [];
  for (const names of families) {
    if (hints.some((hint) => hint.unit === names.unit)) continue;
    const remaining = count(headers.get(names.remaining));
    const limit = count(headers.get(names.limit));
    if (remaining === undefined && limit === undefined) continue;
    const reset = headers.get(names.reset);
    const resetMs = reset === null ? undefined : untilReset(reset, wallNow);
    hints.push({ unit: names.unit, windowMs: windowOf(limit, remaining, resetMs), limit, remaining, resetMs });
  }
  return hints;
}

/** The first replies of a target are looked at for every family, and later one in so many. */
const FIRST_REPLIES = 8;
const LOOK_AGAIN = 16;

/**
 * Reads the limits that one target reports, reply by reply. A provider sends the same headers with every reply; asking each
 * time for all that might be there would cost more than all the rest of a limit.
 */
export class RateHintReader {
  #seen: readonly Family[] = [];
  #replies = 0;

  /** As {@link readRateHints}. */
  read(headers: HeaderReader, wallNow: number): readonly RateHint[] {
    if (this.#replies < FIRST_REPLIES || this.#replies % LOOK_AGAIN === 0) this.#look(headers);
    this.#replies += 1;
    return readRateHints(headers, wallNow, this.#seen);
  }

  #look(headers: HeaderReader): void {
    const isSent = ({ remaining, limit }: Family) => headers.get(remaining) !== null || headers.get(limit) !== null;
    this.#seen = FAMILIES.filter((family) => this.#seen.includes(family) || isSent(family));
  }
}

/**
 * Nobody says whether the limit is per minute or per day (Groq's requests are per day, OpenAI's per minute), but a limit that
 * refills evenly gives it away: what was used comes back within `resetMs`.
 */
function windowOf(limit: number | undefined, remaining: number | undefined, resetMs: number | undefined): number {
  if (resetMs === undefined) return MINUTE_MS;
  if (resetMs > LONGEST_MINUTE_MS) return DAY_MS;
  const used = limit === undefined || remaining === undefined ? 0 : limit - remaining;
  if (limit === undefined || used <= 0) return MINUTE_MS;
  const whole = (resetMs / used) * limit;
  return Math.abs(whole - DAY_MS) <= DAY_MS / 20 ? DAY_MS : MINUTE_MS;
}

function count(value: string | null): number | undefined {
  return value !== null && COUNT.test(value) ? Number(value) : undefined;
}
