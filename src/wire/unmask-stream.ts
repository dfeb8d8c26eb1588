/** What a reply that calls itself JSON really is. */
export interface Unmasked {
  /** The same reply with its body still to be read. */
  readonly response: Response;
  readonly isStream: boolean;
}

/** How server-sent events begin: a field or a comment. JSON begins with none of these. */
const SSE_START = /^\s*(?:data|event|id|retry)?:/;

/**
 * Some servers stream events under `application/json`. Looks at the first bytes of the body and puts them back.
 */
export async function unmaskStream(response: Response): Promise<Unmasked> {
  if (response.body === null) return { response, isStream: false };
  const reader = response.body.getReader();
  const first = await reader.read();
  const text = first.done ? '' : typeof first.value === 'string' ? first.value : new TextDecoder().decode(first.value);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (first.done) controller.close();
      else controller.enqueue(first.value);
    },
    async pull(controller) {
      const next = await reader.read();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const copy = new Response(body, response);
  Object.defineProperty(copy, 'url', { value: response.url });
  return { response: copy, isStream: SSE_START.test(text) };
}
