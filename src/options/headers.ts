/** Headers that options bring along: made uniform, so that layers of them can be merged, and checked before they meet `fetch`. */
import type { Problems } from './problems.js';
import { pathName } from './shape.js';

/** Header values by lower-case name; `null` removes a header that was set further out. */
export type HeaderMap = ReadonlyMap<string, string | null | readonly string[]>;

/** Headers by which a caller shows who it is. One set for all endpoints would hand each provider the others' credentials. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'ocp-apim-subscription-key',
  'cookie',
  'openai-organization',
  'openai-project',
]);

/** Query parameters that carry credentials at some providers. */
const CREDENTIAL_PARAMETERS: ReadonlySet<string> = new Set([
  'key',
  'apikey',
  'token',
  'accesstoken',
  'sig',
  'signature',
]);

/** Whether a header of that name carries credentials. */
export function isCredentialHeader(name: string): boolean {
  return CREDENTIALS.has(name.toLowerCase());
}

/** Whether a query parameter of that name carries credentials. */
export function isCredentialParameter(name: string): boolean {
  return CREDENTIAL_PARAMETERS.has(name.toLowerCase().replaceAll(/[-_]/g, ''));
}

/**
 * Whether a text can stand in a header as it is. A key read from a file often ends in a line break; `fetch` then throws an
 * error that prints the whole key.
 */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

/** Name of a header: an HTTP token, RFC 9110 section 5.6.2. */
function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name);
}

/** For readers that are not the ones to complain. */
export const IGNORED: Pick<Problems, 'add'> = { add: () => {} };

/**
 * Reads headers in any form the SDK takes (an object, a list of pairs, a `Headers`, the SDK's own merged form), and adds what
 * is wrong with them to `problems` under `name`.
 */
export function readHeaders(headers: unknown, name: string, problems: Pick<Problems, 'add'>): HeaderMap {
  const map = new Map<string, string | null | readonly string[]>();
  for (const [key, value] of rowsOf(headers)) {
    if (value === undefined) continue;
    if (typeof key !== 'string' || !isHeaderName(key)) {
      problems.add(name, 'a name in it is not the name of a header');
      continue;
    }
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = values.filter((entry) => typeof entry === 'string');
    const path = `${name}${headerPath(key)}`;
    if (value !== null && texts.length < values.length)
      problems.add(path, 'must be a text, or null to remove the header');
    if (!texts.every(isHeaderValue))
      problems.add(path, 'contains a line break or another character that cannot stand in a header');
    map.set(key.toLowerCase(), value === null ? null : Array.isArray(value) ? texts : (texts[0] ?? null));
  }
  return map;
}

/** Adds a problem for each header value that `fetch` would refuse with an error that prints it. All else is the SDK's business. */
export function checkHeaderValues(headers: unknown, name: string, problems: Pick<Problems, 'add'>): void {
  for (const [key, value] of rowsOf(headers)) {
    for (const text of Array.isArray(value) ? value : [value]) {
      if (typeof text !== 'string' || isHeaderValue(text.trim())) continue;
      problems.add(
        `${name}${headerPath(String(key))}`,
        'contains a line break or another character that cannot stand in a header',
      );
    }
  }
}

function headerPath(key: string): string {
  const path = pathName([key]);
  return path.startsWith('[') ? path : `.${path}`;
}

function rowsOf(headers: unknown): Iterable<readonly [unknown, unknown]> {
  if (typeof headers !== 'object' || headers === null) return [];
  if (headers instanceof Headers) return headers.entries();
  if (Array.isArray(headers))
    return headers.filter(Array.isArray).map((row: readonly unknown[]) => [row[0], row[1]] as const);
  const { values, nulls } = headers as { values?: unknown; nulls?: unknown };
  if (values instanceof Headers && nulls instanceof Set) {
    return [...values.entries(), ...[...nulls].map((name) => [name, null] as const)];
  }
  return Object.entries(headers);
}

/** Merges layers of headers; the later one wins. `undefined` when there is nothing. */
export function mergeHeaders(
  ...layers: readonly HeaderMap[]
): Record<string, string | null | readonly string[]> | undefined {
  const merged = new Map(layers.flatMap((layer) => [...layer]));
  return merged.size === 0 ? undefined : Object.fromEntries(merged);
}
