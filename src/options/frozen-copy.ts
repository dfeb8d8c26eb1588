/** Copies of plain data, so that nothing the user does to an object afterwards changes a running client. */
import { isPlainObject } from '../domain/plain-object.js';

/** A deep copy of lists and plain objects, frozen. Everything else (functions, instances) is kept as it is; holes are left out. */
export function frozenCopy<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.filter((entry) => entry !== undefined).map(frozenCopy)) as T;
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.freeze(Object.fromEntries(entries.map(([key, entry]) => [key, frozenCopy(entry)]))) as T;
}

/** Objects merged key by key; the later one wins, and `undefined` says nothing. */
export function merged<T extends object>(...layers: readonly (T | undefined)[]): Partial<T> {
  const entries = layers.flatMap((layer) => Object.entries(layer ?? {}).filter(([, value]) => value !== undefined));
  return Object.fromEntries(entries) as Partial<T>;
}
