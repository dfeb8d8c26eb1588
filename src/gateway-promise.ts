import { APIPromise, type OpenAI } from 'openai';
import type { Intent } from './domain/call.js';

/** What the SDK's promise carries beside the response. */
export type ResponseProps = Awaited<ConstructorParameters<typeof APIPromise>[1]>;

/** Records what the caller does with a promise first: that decides how far an attempt must go before it counts. */
export class CallerIntent implements Intent {
  known: 'body' | 'response' | undefined;
  #waiting: ((intent: 'body' | 'response') => void) | undefined;

  set(intent: 'body' | 'response'): void {
    if (this.known !== undefined) return;
    this.known = intent;
    this.#waiting?.(intent);
  }

  wait(): Promise<'body' | 'response'> {
    if (this.known !== undefined) return Promise.resolve(this.known);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}

/** Reads the value of a finished call. */
export type ReadValue = (client: OpenAI, props: ResponseProps) => unknown;

type Parser<T> = ConstructorParameters<typeof APIPromise<T>>[2];
type Unwrapped<T> = APIPromise<T> extends Promise<infer Result> ? Result : never;

/**
 * The SDK's promise over the answer that won. It differs in one thing: it tells the call whether the caller reads the parsed
 * body or takes the raw `Response`, before the SDK's own methods go on.
 */
export class GatewayPromise<T> extends APIPromise<T> {
  readonly #client: OpenAI;
  readonly #winner: Promise<ResponseProps>;
  readonly #intent: CallerIntent;
  readonly #read: ReadValue;
  readonly #note: (result: object) => void;

  /** @param note Told of every result that a helper of the SDK makes of the parsed body. */
  constructor(
    client: OpenAI,
    winner: Promise<ResponseProps>,
    intent: CallerIntent,
    read: ReadValue,
    note: (result: object) => void,
  ) {
    super(client, winner, read as Parser<T>);
    this.#client = client;
    this.#winner = winner;
    this.#intent = intent;
    this.#read = read;
    this.#note = note;
  }

  override _thenUnwrap<U>(transform: (data: T, props: ResponseProps) => U): APIPromise<U> {
    const read: ReadValue = async (client, props) => {
      const value = await this.#read(client, props);
      const unwrapped: unknown = transform(value as T, props);
      if (typeof unwrapped !== 'object' || unwrapped === null || unwrapped === value) return unwrapped;
      this.#note(unwrapped);
      if (!Array.isArray(unwrapped) && !Object.hasOwn(unwrapped, '_request_id')) {
        Object.defineProperty(unwrapped, '_request_id', {
          value: props.response.headers.get('x-request-id'),
          enumerable: false,
        });
      }
      return unwrapped;
    };
    return new GatewayPromise<U>(this.#client, this.#winner, this.#intent, read, this.#note);
  }

  override asResponse(): Promise<Response> {
    this.#intent.set('response');
    return super.asResponse().then((response) => {
      this.#note(response);
      return response;
    });
  }

  override async withResponse(): Promise<{ data: T; response: Response; request_id: string | null }> {
    this.#intent.set('body');
    // The body first: it may be another attempt's than the first response's.
    const data = (await this) as T;
    const { response } = await this.#winner;
    this.#note(response);
    return { data, response, request_id: response.headers.get('x-request-id') };
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise has one.
  override then<A = Unwrapped<T>, B = never>(
    onfulfilled?: ((value: Unwrapped<T>) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#intent.set('body');
    return super.then(onfulfilled, onrejected);
  }

  override catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Unwrapped<T> | B> {
    this.#intent.set('body');
    return super.catch(onrejected);
  }

  override finally(onfinally?: (() => void) | null): Promise<Unwrapped<T>> {
    this.#intent.set('body');
    return super.finally(onfinally);
  }
}
