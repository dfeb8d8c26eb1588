import type { StopListener } from '../signals.js';
import { BodySource, type Flow } from './body-source.js';
import type { CarriedHandler } from './carried-handler.js';
import { ContentDecoder, codingsOf } from './content-decoding.js';
import { offerAgain } from './create-agent.js';
import type { Agent, Client, Dispatcher } from './load-undici.js';
import type { PlainRequest } from './plain-request.js';

type Controller = Dispatcher.DispatchController;

export type HeaderFields = Readonly<Record<string, string | string[] | undefined>>;

/** Status and headers of a reply, with its body on the way. */
export interface ReplyHead {
  readonly status: number;
  readonly statusText: string;
  /** In lower case; a field that came several times is a list. */
  readonly fields: HeaderFields;
  /** Absent where a reply never has one. */
  readonly body: BodySource | undefined;
}

/** A body that waits without end is given up after this long without a byte, milliseconds; as with the built-in `fetch`. */
const BODY_TIMEOUT_MS = 300_000;

/** Replies that have no body, whatever they send. */
const BODILESS = new Set([101, 103, 204, 205, 304]);

/**
 * One request on a connection of the pool. Resolves with what `open` makes of status and headers, as soon as they are there.
 * @throws as `fetch` does: a `TypeError` with the network's error as its `cause`, or the reason of the signal
 */
export function exchange<T>(agent: Agent, request: PlainRequest, open: (head: ReplyHead) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const { origin, path, method, headers, body, signal } = request;
    if (signal?.aborted) return reject(signal.reason);
    const handler = new ExchangeHandler(request, (head) => resolve(open(head)), reject);
    const options: Dispatcher.DispatchOptions = {
      origin,
      path,
      method: method as Dispatcher.HttpMethod,
      headers: headers as string[],
      body,
      // Whoever waits for an answer says how long, and keeps the time.
      headersTimeout: 0,
      bodyTimeout: BODY_TIMEOUT_MS,
    };
    try {
      agent.dispatch(options, handler);
    } catch (error) {
      handler.onResponseError(undefined, error);
    }
  });
}

interface Waiting {
  readonly resolve: (head: ReplyHead) => void;
  readonly reject: (error: unknown) => void;
}

class ExchangeHandler implements CarriedHandler, Flow, StopListener {
  carrier: Client | undefined;
  readonly #request: PlainRequest;
  /** Whoever waits for the head. Let go when it is there: it leads to the response, which must not live as long as its body. */
  #waiting: Waiting | undefined;
  #controller: Controller | undefined;
  #source: BodySource | undefined;
  #decoder: ContentDecoder | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  /** Set when nobody waits for anything any more. */
  #dropped: { readonly reason: unknown } | undefined;

  constructor(request: PlainRequest, resolve: (head: ReplyHead) => void, reject: (error: unknown) => void) {
    this.#request = request;
    this.#waiting = { resolve, reject };
    const { signal, timeoutMs } = request;
    signal?.addEventListener('abort', this, { once: true });
    if (timeoutMs !== undefined) this.#timer = setTimeout(expire, timeoutMs, this);
  }

  /** The signal of the request has aborted. */
  handleEvent(): void {
    this.end(this.#request.signal?.reason);
  }

  /** Whoever waits gets the reason, and nobody waits any more. */
  end(reason: unknown): void {
    if (this.#waiting !== undefined) this.#fail(reason);
    this.#source?.abort(reason);
    this.abort(reason);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  abort(reason: unknown): void {
    if (this.#dropped !== undefined) return;
    this.#dropped = { reason };
    this.#decoder?.destroy();
    // Any error will do: undici tells it to nobody but this handler, which has let go.
    this.#controller?.abort(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#dropped !== undefined) controller.abort(new Error('aborted', { cause: this.#dropped.reason }));
  }

  onResponseStart(_controller: Controller, status: number, fields: HeaderFields, statusText = ''): void {
    if (status < 200) return;
    const { method } = this.#request;
    const bodiless = method === 'HEAD' || BODILESS.has(status);
    if (!bodiless) {
      try {
        this.#openBody(fields['content-encoding']);
      } catch (error) {
        this.#fail(new TypeError('fetch failed', { cause: error }));
        this.abort(error);
        return;
      }
    }
    const waiting = this.#answer();
    if (bodiless) this.#release();
    waiting?.resolve({ status, statusText, fields, body: this.#source });
  }

  #openBody(encoding: string | string[] | undefined): void {
    const codings = encoding === undefined ? [] : codingsOf(String(encoding));
    if (codings.length > 0) this.#decoder = new ContentDecoder(codings, this, () => this.#source as BodySource);
    this.#source = new BodySource(this.#decoder ?? this, this.#release);
  }

  onResponseData(_controller: Controller, piece: Uint8Array): void {
    if (this.#decoder !== undefined) this.#decoder.write(piece);
    else this.#source?.push(piece);
  }

  onResponseEnd(): void {
    offerAgain(this.carrier);
    if (this.#decoder !== undefined) this.#decoder.end();
    else this.#source?.end();
  }

  onResponseError(_controller: Controller | undefined, error: unknown): void {
    if (this.#dropped !== undefined) return;
    this.#dropped = { reason: error };
    this.#decoder?.destroy();
    if (this.#waiting === undefined) this.#source?.fail(new TypeError('terminated', { cause: error }));
    else this.#fail(new TypeError('fetch failed', { cause: error }));
  }

  #answer(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    clearTimeout(this.#timer);
    return waiting;
  }

  #fail(error: unknown): void {
    const waiting = this.#answer();
    this.#release();
    waiting?.reject(error);
  }

  readonly #release = (): void => {
    this.#request.signal?.removeEventListener('abort', this);
  };
}

/** As with the signal that the SDK hands to `fetch`. */
function expire(handler: ExchangeHandler): void {
  handler.end(new DOMException('This operation was aborted', 'AbortError'));
}
