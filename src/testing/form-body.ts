import type { MockRequest } from './mock-request.js';

/** The multipart form of a request, if it holds one. */
export async function formOf(request: MockRequest): Promise<FormData | undefined> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return undefined;
  return new Response(Uint8Array.from(request.bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined);
}
