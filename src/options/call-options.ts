import { ConfigError, type ConfigProblem } from '../errors.js';
import { KIND, type Kind } from './kinds.js';
import { unknownOption } from './nearest-name.js';
import type { CallOptions } from './options.js';
import { shownName } from './problems.js';

/** Checked with plain functions: this runs with every call that brings options. */
const CALL_OPTIONS: Readonly<Record<keyof CallOptions, Kind>> = Object.freeze({
  deadlineMs: KIND.durationMs,
  firstEventTimeoutMs: KIND.durationMs,
  idleTimeoutMs: KIND.durationMs,
  commitAfterMs: KIND.waitMs,
  tags: KIND.labels,
  endpoint: KIND.name,
  fallback: KIND.flag,
  maxRetries: KIND.count,
  priority: KIND.number,
  hedge: KIND.flag,
});

const KINDS: ReadonlyMap<string, Kind> = new Map(Object.entries(CALL_OPTIONS));
const NONE: CallOptions = Object.freeze({});

/**
 * Checks the options of one call and returns a frozen copy without what is `undefined`.
 * @throws {ConfigError} for unknown options and wrong values, all at once
 */
export function parseCallOptions(value: unknown): CallOptions {
  if (value === undefined) return NONE;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError([{ name: 'gateway', message: 'must be an object' }]);
  }
  const copy: Record<string, unknown> = {};
  let problems: ConfigProblem[] | undefined;
  for (const name of Object.keys(value)) {
    const option = (value as Readonly<Record<string, unknown>>)[name];
    const kind = KINDS.get(name);
    if (kind !== undefined && option === undefined) continue;
    if (kind?.accepts(option) === true)
      copy[name] = name === 'tags' ? Object.freeze({ ...(option as object) }) : option;
    else {
      problems ??= [];
      problems.push({
        name: `gateway.${shownName(name)}`,
        message: kind === undefined ? unknownOption(name, KINDS.keys()) : `must be ${kind.expected}`,
      });
    }
  }
  if (problems !== undefined) throw new ConfigError(problems);
  return Object.freeze(copy);
}
