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

/** The part of a call that its promises share. */
export interface PromisedCall {
  readonly client: OpenAI;
  /** Settles when the answer is fixed, as far as the caller's intent asks for. */
  readonly winner: Promise<ResponseProps>;
  readonly intent: CallerIntent;
  /** Reads the value, once the winner is known. */
  read(): Promise<unknown>;
  /** Told of every result that a helper of the SDK makes of the parsed body. */
  note(result: object): void;
}

type Unwrapped<T> = APIPromise<T> extends Promise<infer Result> ? Result : never;

/**
 * The SDK's promise over the answer that won. It differs in one thing: it tells the call whether the caller reads the parsed
 * body or takes the raw `Response`.
 */
export function gatewayPromise<T>(call: PromisedCall, read?: ReadValue): APIPromise<T> {
  return new GatewayPromise<T>(call, read) as Promise<unknown> as APIPromise<T>;
}

/**
 * An `APIPromise` by its prototype, but not by its constructor: that one enters every promise into a `WeakMap` that only the
 * methods replaced here look into, and the two entries cost a call more than all its layers together.
 */
class GatewayPromise<T> extends Promise<Unwrapped<T>> {
  readonly #call: PromisedCall;
  /** Reads something else than the value itself. */
  readonly #read: ReadValue | undefined;
  #parsed: Promise<Unwrapped<T>> | undefined;

  static {
    Object.setPrototypeOf(GatewayPromise.prototype, APIPromise.prototype);
  }

  constructor(call: PromisedCall, read: ReadValue | undefined) {
    super(settledElsewhere);
    this.#call = call;
    this.#read = read;
  }

  /** The body is read when somebody wants it, and once. */
  parse(): Promise<Unwrapped<T>> {
    const { winner, intent } = this.#call;
    intent.set('body');
    this.#parsed ??= winner.then((props) => this.#value(props)) as Promise<Unwrapped<T>>;
    return this.#parsed;
  }

  #value(props: ResponseProps): unknown {
    return this.#read === undefined ? this.#call.read() : this.#read(this.#call.client, props);
  }

  _thenUnwrap<U>(transform: (data: T, props: ResponseProps) => U): APIPromise<U> {
    return gatewayPromise<U>(this.#call, async (_client, props) => {
      const value = await this.#value(props);
      const unwrapped: unknown = transform(value as T, props);
      if (typeof unwrapped !== 'object' || unwrapped === null || unwrapped === value) return unwrapped;
      this.#call.note(unwrapped);
      if (!Array.isArray(unwrapped) && !Object.hasOwn(unwrapped, '_request_id')) {
        Object.defineProperty(unwrapped, '_request_id', {
          value: props.response.headers.get('x-request-id'),
          enumerable: false,
        });
      }
      return unwrapped;
    });
  }

  async asResponse(): Promise<Response> {
    const { winner, intent } = this.#call;
    intent.set('response');
    const { response } = await winner;
    this.#call.note(response);
    return response;
  }

  async withResponse(): Promise<{ data: Unwrapped<T>; response: Response; request_id: string | null }> {
    // The body first: it may be another attempt's than the first response's.
    const data = await this.parse();
    const { response } = await this.#call.winner;
    this.#call.note(response);
    return { data, response, request_id: response.headers.get('x-request-id') };
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise has one.
  override then<A = Unwrapped<T>, B = never>(
    onfulfilled?: ((value: Unwrapped<T>) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.parse().then(onfulfilled, onrejected);
  }

  override catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Unwrapped<T> | B> {
    return this.parse().catch(onrejected);
  }

  override finally(onfinally?: (() => void) | null): Promise<Unwrapped<T>> {
    return this.parse().finally(onfinally);
  }
}

/** The promise's own state is never asked for: all its methods are about the parsed body. */
function settledElsewhere(resolve: (value: never) => void): void {
  resolve(undefined as never);
}
