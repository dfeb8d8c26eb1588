/**
 * The short way of a request whose template is known. On its own way the SDK makes four functions wait for one answer; they cost
 * a call half of its processor time and hold half of its memory.
 */
import type { OpenAI as SDK } from 'openai';
import type { RequestShape } from './domain/call.js';
import { headersOf } from './request-template.js';
import { isIterable, RequestTemplates } from './request-templates.js';
import { sdkVerdict } from './sdk-verdict.js';
import { type StopListener, type StopSignal, StopSwitch } from './signals.js';
import { DIRECT, type Fetch } from './transport/direct-fetch.js';
import { sdkIsAsLoaded, sendsAs } from './usual-way.js';

interface ClientState {
  readonly fetch: Fetch;
  readonly fetchOptions: unknown;
  readonly logLevel: string | undefined;
  readonly timeout: number;
}

/** Sends the requests of one client that nobody but their template has a say in. */
export class DirectSender {
  readonly #client: ClientState;
  readonly #methods: object;
  readonly #templates: RequestTemplates;
  /** Of a client that does not change any more. */
  readonly #fetch: Fetch | undefined;
  readonly #timeoutMs: number;

  /**
   * @param methods Those of the class whose own way of sending requests is known; a subclass of it may have another.
   * @param isPrivate Nobody else can get hold of the client, so that it stays as it was made.
   */
  constructor(client: SDK, methods: object, isPrivate: boolean) {
    this.#client = client as unknown as ClientState;
    this.#methods = methods;
    this.#templates = new RequestTemplates(client, methods, isPrivate);
    this.#fetch = isPrivate && this.#isUsual() ? this.#client.fetch : undefined;
    this.#timeoutMs = this.#client.timeout;
  }

  /**
   * Builds a request as the SDK does.
   * @param build Has the SDK build it.
   */
  build(...request: Parameters<RequestTemplates['request']>): ReturnType<RequestTemplates['request']> {
    return this.#templates.request(...request);
  }

  /**
   * Sends a request, up to the response headers. Rejects as the SDK does, or with anything once `signal` has aborted.
   * @param body A plain object, in place of the one in `options`.
   * @returns nothing where the SDK has to do it
   */
  send(options: RequestShape, body: object, signal: StopSignal): Promise<Response> | undefined {
    const fixed = this.#fetch;
    // Looked at for every request, because tests put things in place and take them away at any time.
    if (signal.aborted || !sdkIsAsLoaded() || (fixed === undefined && !this.#isUsual())) return undefined;
    const template = this.#templates.find(options);
    const text = template && textOf(body);
    if (template === undefined || text === undefined) return undefined;
    const fetch = fixed ?? this.#client.fetch;
    const timeout = fixed === undefined ? this.#client.timeout : this.#timeoutMs;
    const { url, carried } = template;
    const direct = carried && fetch[DIRECT]?.(carried, text, signal, timeout);
    if (direct !== undefined) return direct.then(judge, (error: unknown) => judgeFailure(error, signal));
    return canLink(signal) ? new Exchange(fetch, url, headersOf(template), text, signal, timeout).answer : undefined;
  }

  #isUsual(): boolean {
    const client = this.#client;
    return (
      client.logLevel !== 'debug' &&
      client.logLevel !== 'info' &&
      client.fetchOptions === undefined &&
      sendsAs(client, this.#methods)
    );
  }
}

/** One request through a `fetch` that is not ours, with everything in its `init` that the SDK puts there. */
class Exchange implements StopListener {
  readonly answer: Promise<Response>;
  readonly #signal: StopSignal;
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  #resolve!: (response: Response) => void;
  #reject!: (error: unknown) => void;
  /** Whatever comes later is nobody's business, not even as a rejection. */
  #over = false;

  constructor(fetch: Fetch, url: string, headers: Headers, body: string, signal: StopSignal, timeoutMs: number) {
    this.#signal = signal;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener('abort', this, { once: true });
    const own = this.#controller.signal;
    this.#timer = setTimeout(expire, timeoutMs, this.#controller);
    const init = {
      // The caller's signal still ends a reply whose headers have arrived.
      signal: signal instanceof AbortSignal ? AbortSignal.any([own, signal]) : own,
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
    } as const;
    ask(fetch, url, init).then(
      (response) => (isSuccess(response) ? this.#end(response) : this.#judge(() => Promise.resolve(response))),
      (error: unknown) => this.#judge(() => Promise.reject(error)),
    );
  }

  handleEvent(): void {
    this.#fail(this.#signal.reason);
    this.#controller.abort(this.#signal.reason);
  }

  /** The body of an error may take long, or have no end. */
  #judge(answer: () => Promise<Response>): void {
    clearTimeout(this.#timer);
    if (this.#over) return;
    sdkVerdict(answer).then(
      (response) => this.#end(response),
      (error: unknown) => this.#fail(error),
    );
  }

  #end(response: Response): void {
    if (this.#leave()) this.#resolve(response);
  }

  #fail(error: unknown): void {
    if (this.#leave()) this.#reject(error);
  }

  /** @returns whether somebody still waited */
  #leave(): boolean {
    if (this.#over) return false;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this);
    return true;
  }
}

/** Whether a signal of our own or of the runtime can end what `fetch` does; some test environments bring others. */
function canLink(signal: StopSignal): boolean {
  return signal instanceof StopSwitch || (signal instanceof AbortSignal && typeof AbortSignal.any === 'function');
}

function expire(controller: AbortController): void {
  controller.abort();
}

/** A `fetch` may throw, and may be any function that can be waited for. */
function ask(fetch: Fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    return Promise.resolve(fetch.call(undefined, url, init));
  } catch (error) {
    return Promise.reject(error);
  }
}

function judgeFailure(error: unknown, signal: StopSignal): Promise<Response> {
  return signal.aborted ? Promise.reject(signal.reason) : sdkVerdict(() => Promise.reject(error));
}

function judge(response: Response): Response | Promise<Response> {
  return isSuccess(response) ? response : sdkVerdict(() => Promise.resolve(response));
}

/** Whatever is not plainly a success is for the SDK to judge; a `fetch` may answer with anything. */
function isSuccess(response: Response): boolean {
  try {
    return response instanceof Response && response.ok;
  } catch {
    return false;
  }
}

/** `undefined` for what is not sent as JSON, or cannot be: the SDK says so in its own words. */
function textOf(body: object): string | undefined {
  try {
    return isIterable(body) ? undefined : JSON.stringify(body);
  } catch {
    return undefined;
  }
}
