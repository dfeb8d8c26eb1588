/** Labels that follow a piece of work through everything it calls. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ConfigError } from './errors.js';
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
 * @throws {ConfigError} for a label that is no text
 */
export function withTags<Result>(tags: Tags, fn: () => Result): Result {
  const wrong = Object.entries(tags).filter(([, value]) => typeof value !== 'string');
  if (wrong.length > 0)
    throw new ConfigError(wrong.map(([name]) => ({ name: `withTags: ${name}`, message: 'must be a text' })));
  return storage.run(Object.freeze({ ...storage.getStore(), ...tags }), fn);
}

/** The labels in force here; `undefined` outside of {@link withTags}. */
export function currentTags(): Tags | undefined {
  return storage.getStore();
}

/** Headers that begin so carry a label: `x-gateway-tag-project: search`. They are taken off before a request is sent. */
const TAG_HEADER = 'x-gateway-tag-';

/** Labels from headers in any form the SDK accepts; `undefined` when no header is meant for labels. */
export function tagsFromHeaders(headers: unknown): Tags | undefined {
  let found: Record<string, string> | undefined;
  for (const [name, value] of headerEntries(headers)) {
    if (!isTagHeader(name.toLowerCase())) continue;
    found ??= {};
    const tag = name.slice(TAG_HEADER.length).toLowerCase();
    if (tag !== '' && typeof value === 'string' && value !== '') found[tag] = value;
  }
  return found && Object.freeze(found);
}

/** Whether a header, its name in lower case, is for the ledger and not for the provider. */
export function isTagHeader(name: string): boolean {
  return name.startsWith(TAG_HEADER);
}

function headerEntries(headers: unknown): Iterable<readonly [string, unknown]> {
  if (typeof headers !== 'object' || headers === null) return [];
  if (headers instanceof Headers) return headers.entries();
  if ('values' in headers && headers.values instanceof Headers) return headers.values.entries();
  if (Array.isArray(headers)) return headers as (readonly [string, unknown])[];
  return Object.entries(headers);
}

/** The headers whose names, in lower case, may stay; in the form in which they came. */
export function filterHeaders<Headers>(headers: Headers, keep: (name: string) => boolean): Headers;
export function filterHeaders(headers: unknown, keep: (name: string) => boolean): unknown {
  const kept = ([name]: readonly [string, ...unknown[]]) => keep(String(name).toLowerCase());
  if (headers instanceof Headers) return new Headers([...headers.entries()].filter(kept));
  if (Array.isArray(headers)) return (headers as [string, unknown][]).filter(kept);
  if (typeof headers !== 'object' || headers === null) return headers;
  const { values, nulls } = headers as { values?: unknown; nulls?: unknown };
  // The SDK's own form: headers to set and names to remove.
  if (values instanceof Headers && nulls instanceof Set) return { ...headers, values: filterHeaders(values, keep) };
  return Object.fromEntries(Object.entries(headers).filter(kept));
}
