/** Labels that follow a piece of work through everything it calls. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tags } from './events.js';

/** One per process, not per copy of this package: a CommonJS and an ESM copy see the same labels. */
const KEY = Symbol.for('llm-gateway-client.tags');
const holder = globalThis as { [KEY]?: AsyncLocalStorage<Tags> };
holder[KEY] ??= new AsyncLocalStorage<Tags>();
const storage: AsyncLocalStorage<Tags> = holder[KEY];

/**
 * Labels every call made inside `fn`, however deep, also by libraries that know nothing of labels. Inner labels add to
 * outer ones and win over them.
 * @returns what `fn` returns.
 */
export function withTags<Result>(tags: Tags, fn: () => Result): Result {
  return storage.run(Object.freeze({ ...storage.getStore(), ...tags }), fn);
}

/** The labels in force here; `undefined` outside of {@link withTags}. */
export function currentTags(): Tags | undefined {
  return storage.getStore();
}

/** Header names that carry a label: `x-gateway-tag-project: search`. They are taken off before a request is sent. */
const TAG_HEADER = /^x-gateway-tag-([a-z0-9_-]{1,64})$/i;

/**
 * Labels from a request's own headers, in any form the SDK accepts, and the names of the headers to take off.
 * `undefined` when there are none.
 */
export function tagsFromHeaders(
  headers: unknown,
): { readonly tags: Tags; readonly names: readonly string[] } | undefined {
  const found: Record<string, string> = {};
  const names: string[] = [];
  for (const [name, value] of headerEntries(headers)) {
    const tag = TAG_HEADER.exec(name)?.[1];
    if (tag === undefined) continue;
    names.push(name);
    if (typeof value === 'string' && value !== '') found[tag.toLowerCase()] = value;
  }
  return names.length === 0 ? undefined : { tags: Object.freeze(found), names };
}

function headerEntries(headers: unknown): Iterable<readonly [string, unknown]> {
  if (typeof headers !== 'object' || headers === null) return [];
  if (headers instanceof Headers) return headers.entries();
  if ('values' in headers && headers.values instanceof Headers) return headers.values.entries();
  if (Array.isArray(headers)) return headers as (readonly [string, unknown])[];
  return Object.entries(headers);
}
