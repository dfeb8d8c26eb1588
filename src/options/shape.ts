/** The only door to zod: a few builders whose messages name what is wrong and never the value, and the check itself. */
import * as z from 'zod/mini';
import { isName, KIND, type Kind, oneOf } from './kinds.js';
import { unknownOption } from './nearest-name.js';
import { type Problems, shownName } from './problems.js';

/** What a value must look like. */
export type Schema = z.ZodMiniType;

/** One schema per field of an interface: a new field fails to compile until it has one. */
export type Shape<T> = Record<keyof T, Schema>;

/** Unknown keys for which the nearest name is looked up; a generated object can have thousands, and nobody reads that far. */
const MAX_COMPARED = 50;

/** Anything, or nothing. */
export const anything = (): Schema => z.optional(z.unknown());

/** A single value that must be there. */
export const required = (kind: Kind): Schema => z.custom(kind.accepts, `must be ${kind.expected}`);

/** A single value that may be left out. */
export const leaf = (kind: Kind): Schema => z.optional(required(kind));

/** One of a few words, or nothing. */
export const words = (...allowed: readonly string[]): Schema => leaf(oneOf(...allowed));

/** The same, or nothing. */
export const optional = (schema: Schema): Schema => z.optional(schema);

/** A list, empty or not. */
export const list = (item: Schema, what: string): Schema => z.array(item, `must be a list of ${what}`);

/** A list with at least one entry. */
export const fullList = (item: Schema, what: string): Schema =>
  z.array(item, `must be a list of ${what}`).check(z.minLength(1, `must not be empty: it is a list of ${what}`));

/** An object whose keys are the user's own. `__proto__` is refused as a key: no copy of such an object could be trusted. */
export function byName(item: Schema, what: string): Schema {
  const record = z.record(z.string(), item, `must be an object of ${what} by name`);
  const badName = required({
    accepts: () => false,
    expected: `an object of ${what} by name, and one of its keys cannot be a name; that is ${KIND.name.expected}`,
  });
  const isGood = (key: string): boolean => isName(key) && key !== '__proto__';
  return choose((value) =>
    typeof value !== 'object' || value === null || Object.keys(value).every(isGood) ? record : badName,
  );
}

/** An object with exactly these keys; `elsewhere` explains keys that are known and have no place here. */
export function object(
  shape: Readonly<Record<string, Schema>>,
  elsewhere: (key: string) => string | undefined = () => undefined,
): Schema {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    // One line per key, which `checkShape` takes apart again.
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys
            .map((key, index) => elsewhere(key) ?? unknownOption(key, index < MAX_COMPARED ? known : []))
            .join('\n')
        : 'must be an object',
  });
}

/** A value whose schema depends on what it is. Unlike a union, it reports what is wrong with the form that was meant. */
export function choose(pick: (value: unknown) => Schema): Schema {
  return z.unknown().check((payload) => {
    const result = z.safeParse(pick(payload.value), payload.value, { jitless: true });
    if (result.success) payload.value = result.data;
    else
      for (const { path, message, ...rest } of result.error.issues) {
        const params = rest.code === 'custom' ? (rest.params ?? {}) : { ...rest };
        payload.issues.push({ code: 'custom', path, message, params, input: undefined });
      }
  });
}

/** `false`, or an object. */
export function orFalse(schema: Schema): Schema {
  const nothing = required({ accepts: (value) => value === false, expected: 'an object, or false' });
  return z.optional(choose((value) => (typeof value === 'object' && value !== null ? schema : nothing)));
}

/**
 * Checks `value`, adds what is wrong to `problems`, and returns a copy with the known keys; what is wrong is left out of it, so
 * that the rest can still be looked at. `undefined` when nothing is left.
 * @param prefix Stands before every path, e.g. `LLM_CONFIG: `.
 */
export function checkShape(schema: Schema, value: unknown, prefix: string, problems: Problems): unknown {
  // Without generated code: some runtimes forbid it, and each schema runs once or twice only.
  const result = z.safeParse(schema, value, { jitless: true });
  if (result.success) return result.data;
  const wrong: (readonly PropertyKey[])[] = [];
  for (const issue of result.error.issues) {
    const keys = unrecognizedKeys(issue);
    const messages = issue.message.split('\n');
    const paths = keys === undefined ? [issue.path] : keys.map((key) => [...issue.path, key]);
    for (const [index, path] of paths.entries()) problems.addMisshapen(prefix + pathName(path), messages[index] ?? '');
    wrong.push(...paths);
  }
  return without(value, wrong);
}

/** A copy of `value` without what the paths lead to. Lists keep their length; what was taken out is `undefined`. */
function without(value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown {
  if (paths.length === 0) return value;
  if (paths.some((path) => path.length === 0) || typeof value !== 'object' || value === null) return undefined;
  const copy: unknown[] | Record<PropertyKey, unknown> = Array.isArray(value) ? [...value] : { ...value };
  const below = new Map<PropertyKey, (readonly PropertyKey[])[]>();
  for (const [key, ...rest] of paths as readonly [PropertyKey, ...PropertyKey[]][]) {
    const others = below.get(key);
    if (others === undefined) below.set(key, [rest]);
    else others.push(rest);
  }
  for (const [key, deeper] of below) {
    const rest = without(Reflect.get(value, key), deeper);
    if (rest === undefined && !Array.isArray(copy)) Reflect.deleteProperty(copy, key);
    // Defined and not assigned, so that a key `__proto__` stays a key.
    else Object.defineProperty(copy, key, { value: rest, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}

function unrecognizedKeys(issue: z.core.$ZodIssue): readonly string[] | undefined {
  if (issue.code === 'unrecognized_keys') return issue.keys;
  return issue.code === 'custom' ? (issue.params?.['keys'] as readonly string[] | undefined) : undefined;
}

/** A path as one would write it: `endpoints[1].models["a b"]`. */
export function pathName(path: readonly PropertyKey[]): string {
  let name = '';
  for (const part of path) {
    if (typeof part === 'number') name += `[${part}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(String(part))) name += `${name === '' ? '' : '.'}${shownName(String(part))}`;
    else name += `["${shownName(String(part))}"]`;
  }
  return name === '' ? 'options' : name;
}
