import type { HeaderFields } from './exchange.js';
import type { PlainRequest } from './plain-request.js';

/** @see https://fetch.spec.whatwg.org/#redirect-status */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Headers that describe a body, and those that belong to one origin. @see https://fetch.spec.whatwg.org/#http-redirect-fetch */
const BODY_HEADERS = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length'];
const ORIGIN_HEADERS = ['authorization', 'proxy-authorization', 'cookie', 'host'];

/** The next request where `fetch` would go on by itself. */
export interface NextRequest {
  readonly url: URL;
  readonly init: RequestInit;
}

/**
 * Where a reply with this status sends a request; `undefined` if it is no redirect.
 * @throws {TypeError} where `fetch` fails: at a redirect that is not wanted, or that leads nowhere
 */
export function redirectOf(request: PlainRequest, status: number, fields: HeaderFields): NextRequest | undefined {
  if (request.redirect === 'manual' || !REDIRECTS.has(status)) return undefined;
  if (request.redirect === 'error') throw failure(new Error('unexpected redirect'));
  const location = fields['location'];
  if (location === undefined) return undefined;
  const url = resolve(String(location), request.url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw failure(new Error('URL scheme must be a HTTP(S) scheme'));
  if (url.hash === '') url.hash = request.url.hash;
  const becomesGet =
    ((status === 301 || status === 302) && request.method === 'POST') ||
    (status === 303 && request.method !== 'GET' && request.method !== 'HEAD');
  const headers = new Headers();
  for (let index = 0; index + 1 < request.headers.length; index += 2)
    headers.append(request.headers[index] as string, request.headers[index + 1] as string);
  if (becomesGet) for (const name of BODY_HEADERS) headers.delete(name);
  if (url.origin !== request.url.origin) for (const name of ORIGIN_HEADERS) headers.delete(name);
  return {
    url,
    init: {
      method: becomesGet ? 'GET' : request.method,
      headers,
      body: becomesGet ? null : request.body,
      redirect: 'follow',
      signal: (request.signal as AbortSignal | undefined) ?? null,
    },
  };
}

function resolve(location: string, base: URL): URL {
  try {
    return new URL(location, base);
  } catch (error) {
    throw failure(error);
  }
}

function failure(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause });
}
