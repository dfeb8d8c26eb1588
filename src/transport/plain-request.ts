import type { StopSignal } from '../signals.js';

/** What the pooled connections take: a request with a text or nothing as its body, as the SDK makes them for JSON. */
export interface PlainRequest {
  readonly url: URL;
  /** The parts of the URL that say where to connect and what to ask for there. */
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string | null;
  readonly redirect: RequestRedirect;
  readonly signal: StopSignal | undefined;
  /** Longest wait for response headers, milliseconds; without it the caller keeps the time. */
  readonly timeoutMs?: number | undefined;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
/** Any other key, such as `dispatcher`, asks for something that only the built-in `fetch` does. */
const KEYS = new Set(['method', 'headers', 'body', 'redirect', 'signal']);
/** Headers that `fetch` gives a meaning of its own. */
const SPECIAL_HEADERS = new Set([
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Ports above 1023 that `fetch` refuses; below, only the usual two are taken. @see https://fetch.spec.whatwg.org/#port-blocking */
const BAD_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** The arguments of `fetch` as a plain request; `undefined` for everything that is better left to the built-in one. */
export function plainRequest(input: unknown, init: RequestInit | undefined): PlainRequest | undefined {
  if (init === undefined || (typeof input !== 'string' && !(input instanceof URL))) return undefined;
  const { method = 'GET', body = null, redirect = 'follow', signal } = init;
  if (!METHODS.has(method) || (body !== null && (typeof body !== 'string' || method === 'GET' || method === 'HEAD')))
    return undefined;
  for (const key in init) if (!KEYS.has(key) && Reflect.get(init, key) !== undefined) return undefined;
  const url = urlOf(input);
  const headers = url && headersOf(init.headers, url, body);
  if (url === undefined || headers === undefined) return undefined;
  return { url, origin: url.origin, path: pathOf(url), method, headers, body, redirect, signal: signal ?? undefined };
}

function urlOf(input: string | URL): URL | undefined {
  const url = URL.parse(input);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  const port = Number(url.port);
  if (url.port !== '' && port !== 80 && port !== 443 && (port < 1024 || BAD_PORTS.has(port))) return undefined;
  return url;
}

function pathOf(url: URL): string {
  const bareMark = url.search === '' && url.hash === '' && url.href.endsWith('?');
  return `${url.pathname}${url.search}${bareMark ? '?' : ''}`;
}

/** The caller's headers and those that `fetch` adds, in its order. */
function headersOf(given: RequestInit['headers'], url: URL, body: string | null): string[] | undefined {
  let headers: Headers;
  try {
    headers = given instanceof Headers ? given : new Headers(given);
  } catch {
    return undefined;
  }
  const list: string[] = [];
  let accepts = false;
  let types = false;
  let languages = false;
  let encodings = false;
  let agent = false;
  let mode = false;
  for (const [name, value] of headers) {
    if (SPECIAL_HEADERS.has(name)) return undefined;
    list.push(name, value);
    if (name === 'accept') accepts = true;
    else if (name === 'content-type') types = true;
    else if (name === 'accept-language') languages = true;
    else if (name === 'accept-encoding') encodings = true;
    else if (name === 'user-agent') agent = true;
    else if (name === 'sec-fetch-mode') mode = true;
  }
  if (body !== null && !types) list.push('content-type', 'text/plain;charset=UTF-8');
  if (!accepts) list.push('accept', '*/*');
  if (!languages) list.push('accept-language', '*');
  if (!mode) list.push('sec-fetch-mode', 'cors');
  if (!agent) list.push('user-agent', 'node');
  if (!encodings) list.push('accept-encoding', url.protocol === 'https:' ? 'br, gzip, deflate' : 'gzip, deflate');
  return list;
}
