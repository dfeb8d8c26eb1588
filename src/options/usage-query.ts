import type { UsageQuery } from '../domain/ledger.js';
import { ConfigError, type ConfigProblem } from '../errors.js';
import { isName, KIND, type Kind } from './kinds.js';
import { unknownOption } from './nearest-name.js';
import { shownName } from './problems.js';

const INSTANT: Kind = {
  accepts: (value) => !Number.isNaN(value instanceof Date || typeof value === 'number' ? Number(value) : Number.NaN),
  expected: 'a valid Date, or milliseconds since the epoch',
};

const FIELDS: Readonly<Record<keyof UsageQuery, Kind>> = {
  by: {
    accepts: (value) => Array.isArray(value) && value.every(isName),
    expected: "a list of names, e.g. ['project', 'model']",
  },
  since: INSTANT,
  until: INSTANT,
  match: KIND.labels,
};

/**
 * Checks a question to the ledger: one that is misunderstood would be answered with figures for something else.
 * @throws {ConfigError} with everything that is wrong
 */
export function checkUsageQuery(query: unknown): void {
  if (typeof query !== 'object' || query === null)
    throw new ConfigError([{ name: 'usage', message: 'takes an object' }]);
  const problems: ConfigProblem[] = [];
  for (const [name, value] of Object.entries(query)) {
    const kind = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof UsageQuery] : undefined;
    if (kind === undefined)
      problems.push({ name: `usage.${shownName(name)}`, message: unknownOption(name, Object.keys(FIELDS)) });
    else if (value !== undefined && !kind.accepts(value))
      problems.push({ name: `usage.${name}`, message: `must be ${kind.expected}` });
  }
  if (problems.length > 0) throw new ConfigError(problems);
}
