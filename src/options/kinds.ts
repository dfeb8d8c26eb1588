/** What a single value may be, with the words that say so. Used by the schemas and by the check of per-call options. */

/** A test and what to tell the user when it fails. The message never holds the value. */
export interface Kind {
  readonly accepts: (value: unknown) => boolean;
  /** Continues "... must be". */
  readonly expected: string;
}

/** Longest delay a timer of the runtime can hold, in milliseconds; the SDK would fire a longer one at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Longest name of a model, an alias or a tag that is accepted from a configuration. */
const MAX_NAME_LENGTH = 512;

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
/** Control characters could end up in headers, log lines and metric labels. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Whether `value` is a name that can stand anywhere: not empty, no control characters, no blanks around, of sane length. */
export function isName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= MAX_NAME_LENGTH &&
    value.trim() === value &&
    !CONTROL.test(value)
  );
}

/** A plain object whose own values all pass; a key `__proto__` never does. */
function isRecordOf(value: unknown, accepts: (entry: unknown) => boolean): boolean {
  if (!isObject(value) || Array.isArray(value)) return false;
  return Object.entries(value as object).every(([key, entry]) => isName(key) && key !== '__proto__' && accepts(entry));
}

const isLabel = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= MAX_NAME_LENGTH && !CONTROL.test(value);

/** One of a few words. */
export function oneOf(...words: readonly string[]): Kind {
  return {
    accepts: (value) => typeof value === 'string' && words.includes(value),
    expected: words
      .map((word) => `'${word}'`)
      .join(', ')
      .replace(/, (?='[^']*'$)/, ' or '),
  };
}

/** Every kind of single value that options know. */
export const KIND = {
  /** A time span that must be something; `Infinity` is off. */
  durationMs: { accepts: (value) => isNumber(value) && value > 0, expected: 'a number of milliseconds above 0' },
  /** A time span that may be nothing; `Infinity` is off. */
  waitMs: { accepts: (value) => isNumber(value) && value >= 0, expected: 'a number of milliseconds, 0 or more' },
  /** The SDK's own timeout: it goes into a timer as it is. */
  timeout: {
    accepts: (value) => isNumber(value) && value > 0 && value <= MAX_TIMER_MS,
    expected: `a number of milliseconds above 0 and up to ${MAX_TIMER_MS}`,
  },
  count: {
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
    expected: 'a whole number, 0 or more',
  },
  positiveCount: {
    accepts: (value) => Number.isSafeInteger(value) && (value as number) > 0,
    expected: 'a whole number, 1 or more',
  },
  positiveCountOrInfinity: {
    accepts: (value) => value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) > 0),
    expected: 'a whole number, 1 or more, or Infinity',
  },
  countOrInfinity: {
    accepts: (value) => value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) >= 0),
    expected: 'a whole number, 0 or more, or Infinity',
  },
  /** `0` refuses everything, `Infinity` is off. */
  limit: { accepts: (value) => isNumber(value) && value >= 0, expected: 'a number, 0 or more, or Infinity' },
  positiveLimit: { accepts: (value) => isNumber(value) && value > 0, expected: 'a number above 0, or Infinity' },
  amount: {
    accepts: (value) => isNumber(value) && value >= 0 && Number.isFinite(value),
    expected: 'a number, 0 or more',
  },
  /** Counted in billionths, which a number holds exactly up to nine million units. */
  money: {
    accepts: (value) => isNumber(value) && value >= 0 && value <= 9_000_000,
    expected: 'a number from 0 to 9000000',
  },
  positiveAmount: {
    accepts: (value) => isNumber(value) && value > 0 && Number.isFinite(value),
    expected: 'a number above 0',
  },
  number: { accepts: (value) => isNumber(value) && Number.isFinite(value), expected: 'a number' },
  ratio: { accepts: (value) => isNumber(value) && value > 0 && value <= 1, expected: 'a number above 0 and up to 1' },
  percentile: {
    accepts: (value) => isNumber(value) && value > 0 && value < 100,
    expected: 'a number between 0 and 100',
  },
  flag: { accepts: (value) => typeof value === 'boolean', expected: 'true or false' },
  name: {
    accepts: isName,
    expected: `a text of 1 to ${MAX_NAME_LENGTH} characters without line breaks and without blanks around`,
  },
  text: { accepts: (value) => typeof value === 'string', expected: 'a text' },
  textOrNull: { accepts: (value) => value === null || typeof value === 'string', expected: 'a text' },
  key: {
    accepts: (value) => value === null || typeof value === 'string' || typeof value === 'function',
    expected: 'a text or an async function that returns one',
  },
  callback: { accepts: (value) => typeof value === 'function', expected: 'a function' },
  object: { accepts: isObject, expected: 'an object' },
  objectOrCallback: { accepts: (value) => isObject(value) || typeof value === 'function', expected: 'an object' },
  objectOrNull: { accepts: (value) => typeof value === 'object' || typeof value === 'function', expected: 'an object' },
  /** Tags and labels. */
  labels: {
    accepts: (value) => isRecordOf(value, isLabel),
    expected: `an object of texts of up to ${MAX_NAME_LENGTH} characters without line breaks`,
  },
  /** Model names by model name. */
  names: { accepts: (value) => isRecordOf(value, isName), expected: 'an object of model names' },
  fx: {
    accepts: (value) => isRecordOf(value, (rate) => isNumber(rate) && rate > 0 && Number.isFinite(rate)),
    expected: 'an object of numbers above 0',
  },
  currency: {
    accepts: (value) => typeof value === 'string' && /^[A-Z]{3}$/.test(value),
    expected: 'three capital letters, e.g. USD',
  },
} as const satisfies Record<string, Kind>;
