import type { ReceivedRequest } from './mock-request.js';
import { untilAborted } from './wait.js';

/**
 * What the arguments of a `fetch` put on the wire. Text and absent bodies, nearly every call, are read at once, so that a
 * request is recorded in the turn it was made; forms, blobs and streams are awaited.
 */
export function readRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
  signal: AbortSignal | null | undefined,
): ReceivedRequest | Promise<ReceivedRequest> {
  const kept: RequestInit = { ...init, ...(signal ? { signal } : {}) };
  const body = init?.body ?? undefined;
  if (input instanceof Request || !(body === undefined || typeof body === 'string')) return readAwaited(input, kept);
  const headers = new Headers(init?.headers);
  if (body !== undefined && !headers.has('content-type')) headers.set('content-type', 'text/plain;charset=UTF-8');
  return {
    method: (init?.method ?? 'GET').toUpperCase(),
    url: new URL(input).href,
    headers: Object.fromEntries(headers),
    bytes: body === undefined ? new Uint8Array() : new TextEncoder().encode(body),
    init: kept,
  };
}

async function readAwaited(input: string | URL | Request, init: RequestInit): Promise<ReceivedRequest> {
  // Node needs `duplex` for a streamed body; only this constructor adds the boundary to a form's content type.
  const request = new Request(input, { ...init, duplex: 'half' } as RequestInit);
  const buffer = await untilAborted(request.arrayBuffer(), init.signal);
  const headers = Object.fromEntries(request.headers);
  return { method: request.method, url: request.url, headers, bytes: new Uint8Array(buffer), init };
}
