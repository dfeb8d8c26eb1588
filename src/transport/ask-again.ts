import type { CarriedHandler } from './carried-handler.js';
import { lateAbort } from './late-abort.js';
import type { Client, Dispatcher } from './load-undici.js';

type Controller = Dispatcher.DispatchController;

/** What undici says where an HTTP/2 server has not seen, or not begun, a request: GOAWAY, and headers that did not leave before it. */
const NOT_BEGUN = /^HTTP\/2: "(GOAWAY" frame received|frameError" received - type 1,)/;

/** RST_STREAM with this code says the same of one request. @see https://www.rfc-editor.org/rfc/rfc9113#section-8.7 */
const REFUSED_STREAM = 7;

/**
 * A request that undici reports as failed instead of sending it again. It would put one that a GOAWAY sends back behind those that
 * still run on the old connection, which with long streams takes minutes; so that is done here, on another connection.
 * Requests without a body are left to undici; they ask for what can wait, such as a list of files.
 */
export function forOneSending(request: Dispatcher.DispatchOptions): Dispatcher.DispatchOptions {
  const { body, headers } = request;
  if (typeof body !== 'string' || body === '' || !Array.isArray(headers)) return request;
  const bytes = Buffer.from(body);
  // A body of parts is not sent again. Their sum has to be told.
  const parts = [bytes] as unknown as Exclude<typeof body, string>;
  return { ...request, body: parts, headers: [...headers, 'content-length', String(bytes.length)] };
}

/** Asks once more where a server says that it has not begun, and hands everything else through. */
export class AskAgain implements CarriedHandler {
  readonly #handler: CarriedHandler;
  #again: (() => void) | undefined;

  constructor(handler: CarriedHandler, again: (handler: CarriedHandler) => void) {
    this.#handler = handler;
    this.#again = () => again(handler);
  }

  get carrier(): Client | undefined {
    return this.#handler.carrier;
  }

  set carrier(carrier: Client | undefined) {
    this.#handler.carrier = carrier;
  }

  onRequestStart(controller: Controller, context: unknown): void {
    let begun = false;
    const late = lateAbort(controller, () => begun);
    this.#handler.onRequestStart?.(late, context);
    begun = true;
  }

  onResponseStart(...reply: Parameters<NonNullable<CarriedHandler['onResponseStart']>>): void {
    this.#again = undefined;
    this.#handler.onResponseStart?.(...reply);
  }

  onResponseData(controller: Controller, piece: Buffer): void {
    this.#handler.onResponseData?.(controller, piece);
  }

  onResponseEnd(...end: Parameters<NonNullable<CarriedHandler['onResponseEnd']>>): void {
    this.#handler.onResponseEnd?.(...end);
  }

  onResponseError(controller: Controller, error: Error & { http2ErrorCode?: unknown }): void {
    const again = error.http2ErrorCode === REFUSED_STREAM || NOT_BEGUN.test(error.message) ? this.#again : undefined;
    this.#again = undefined;
    // Not at once: undici is still busy with what the server has said.
    if (again !== undefined) queueMicrotask(again);
    else this.#handler.onResponseError?.(controller, error);
  }
}
