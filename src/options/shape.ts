/** A few builders of checks whose messages name what is wrong and never the value, and the check itself. */
import { isName, KIND, type Kind, oneOf } from './kinds.js';
import { unknownOption } from './nearest-name.js';
import { type Problems, shownName } from './problems.js';

type Path = readonly PropertyKey[];

/**
 * What a value must look like: tells what is wrong, and where, and returns a copy without it, so that the rest can still be
 * looked at. `undefined` when nothing is left.
 */
export type Schema = (value: unknown, path: Path, wrong: (path: Path, message: string) => void) => unknown;

/** One schema per field of an interface: a new field fails to compile until it has one. */
export type Shape<T> = Record<keyof T, Schema>;

/** Unknown keys for which the nearest name is looked up; a generated object can have thousands, and nobody reads that far. */
const MAX_COMPARED = 50;

/** Anything, or nothing. */
export const anything = (): Schema => (value) => value;

/** A single value that must be there. */
export function required({ accepts, expected }: Kind): Schema {
  return (value, path, wrong) => (accepts(value) ? value : wrong(path, `must be ${expected}`));
}

/** The same, or nothing. */
export function optional(schema: Schema): Schema {
  return (value, path, wrong) => (value === undefined ? undefined : schema(value, path, wrong));
}

/** A single value that may be left out. */
export const leaf = (kind: Kind): Schema => optional(required(kind));

/** One of a few words, or nothing. */
export const words = (...allowed: readonly string[]): Schema => leaf(oneOf(...allowed));

/** A list, empty or not. It keeps its length: what is wrong in it becomes `undefined`. */
export function list(item: Schema, what: string): Schema {
  return (value, path, wrong) =>
    Array.isArray(value)
      ? Array.from(value, (entry, index) => item(entry, [...path, index], wrong))
      : wrong(path, `must be a list of ${what}`);
}

/** A list with at least one entry. */
export function fullList(item: Schema, what: string): Schema {
  const any = list(item, what);
  return (value, path, wrong) =>
    Array.isArray(value) && value.length === 0
      ? wrong(path, `must not be empty: it is a list of ${what}`)
      : any(value, path, wrong);
}

/** An object whose keys are the user's own. `__proto__` is refused as a key: no copy of such an object could be trusted. */
export function byName(item: Schema, what: string): Schema {
  return (value, path, wrong) => {
    const expected = `must be an object of ${what} by name`;
    if (!isObject(value)) return wrong(path, expected);
    if (!Object.keys(value).every((key) => isName(key) && key !== '__proto__'))
      return wrong(path, `${expected}, and one of its keys cannot be a name; that is ${KIND.name.expected}`);
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, item(entry, [...path, key], wrong)]));
  };
}

/** An object with exactly these keys; `elsewhere` explains keys that are known and have no place here. */
export function object(
  shape: Readonly<Record<string, Schema>>,
  elsewhere: (key: string) => string | undefined = () => undefined,
): Schema {
  const known = Object.keys(shape);
  return (value, path, wrong) => {
    if (!isObject(value)) return wrong(path, 'must be an object');
    const copy: Record<string, unknown> = {};
    for (const [key, schema] of Object.entries(shape)) {
      const checked = schema(value[key], [...path, key], wrong);
      if (checked !== undefined) copy[key] = checked;
    }
    let unknown = 0;
    for (const key in value) {
      if (Object.hasOwn(shape, key)) continue;
      unknown += 1;
      wrong([...path, key], elsewhere(key) ?? unknownOption(key, unknown <= MAX_COMPARED ? known : []));
    }
    return copy;
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value whose schema depends on what it is. Unlike a union, it reports what is wrong with the form that was meant. */
export function choose(pick: (value: unknown) => Schema): Schema {
  return (value, path, wrong) => pick(value)(value, path, wrong);
}

/** `false`, or an object. */
export function orFalse(schema: Schema): Schema {
  const nothing = required({ accepts: (value) => value === false, expected: 'an object, or false' });
  return optional(choose((value) => (typeof value === 'object' && value !== null ? schema : nothing)));
}

/**
 * Checks `value`, adds what is wrong to `problems`, and returns a copy with the known keys; what is wrong is left out of it.
 * @param prefix Stands before every path, e.g. `LLM_CONFIG: `.
 */
export function checkShape(schema: Schema, value: unknown, prefix: string, problems: Problems): unknown {
  return schema(value, [], (path, message) => problems.addMisshapen(prefix + pathName(path), message));
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
