import type { ReceivedRequest } from './mock-request.js';
import type { Answer } from './scripted-reply.js';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** As the fetch standard has it. */
const MAX_REDIRECTS = 20;
/** Dropped when a redirect leaves the origin (fetch standard and undici); other secret headers stay, as they really do. */
const DROPPED_ACROSS_ORIGINS = ['authorization', 'proxy-authorization', 'cookie', 'host'];
const DESCRIBES_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length'];

/**
 * The request that `fetch` makes after a redirect, or `undefined` when the answer is to be handed out as it is.
 * @throws TypeError as `fetch` does, with `redirect: 'error'` and after too many redirects
 */
export function followRedirect(request: ReceivedRequest, answer: Answer, count: number): ReceivedRequest | undefined {
  const location = answer.headers['location'];
  const mode = request.init?.redirect ?? 'follow';
  if (!REDIRECTS.has(answer.status) || mode === 'manual') return undefined;
  if (mode === 'error') throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') });
  if (typeof location !== 'string') return undefined;
  if (count >= MAX_REDIRECTS) throw new TypeError('fetch failed', { cause: new Error('redirect count exceeded') });
  const url = new URL(location, request.url);
  const headers = { ...request.headers };
  if (url.origin !== new URL(request.url).origin) for (const name of DROPPED_ACROSS_ORIGINS) delete headers[name];
  const becomesGet =
    (request.method === 'POST' && (answer.status === 301 || answer.status === 302)) ||
    (answer.status === 303 && request.method !== 'GET' && request.method !== 'HEAD');
  if (!becomesGet) return { ...request, url: url.href, headers };
  for (const name of DESCRIBES_BODY) delete headers[name];
  return { ...request, method: 'GET', url: url.href, headers, bytes: new Uint8Array() };
}
