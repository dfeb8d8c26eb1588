/**
 * The short way of a request whose template is known. On its own way the SDK makes four functions wait for one answer; they cost
 * a call half of its processor time and hold half of its memory.
 */
import type { OpenAI as SDK } from 'openai';
import type { RequestShape } from './domain/call.js';
import { RequestTemplates } from './request-template.js';
import { sdkVerdict } from './sdk-verdict.js';
import type { StopListener, StopSignal } from './signals.js';
import { DIRECT, type Fetch } from './transport/direct-fetch.js';

/** What a client would do on the SDK's way. Some are private, which keeps no subclass and no test from replacing them. */
interface Steps {
  readonly buildRequest: unknown;
  readonly fetchWithAuth: unknown;
  readonly fetchWithTimeout: unknown;
  readonly makeRequest: unknown;
  readonly makeStatusError: unknown;
  readonly prepareOptions: unknown;
  readonly prepareRequest: unknown;
}

interface ClientState extends Steps {
  readonly fetch: Fetch;
  readonly fetchOptions: unknown;
  readonly logLevel: string | undefined;
  readonly timeout: number;
}

/** Sends the requests of one client that nobody but their template has a say in. */
export class DirectSender {
  readonly #client: ClientState;
  readonly #usual: Steps;
  readonly #templates: RequestTemplates;

  /** @param usual The class whose own way of sending requests is known; a subclass of it may have another. */
  constructor(client: SDK, usual: object) {
    this.#client = client as unknown as ClientState;
    this.#usual = usual as Steps;
    this.#templates = new RequestTemplates(client, usual);
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
    const client = this.#client;
    if (signal.aborted || !this.#isUsual()) return undefined;
    const template = this.#templates.find(options);
    const text = template && textOf(body);
    if (template === undefined || text === undefined) return undefined;
    const { fetch, timeout } = client;
    const { url, carried } = template;
    const direct = carried && fetch[DIRECT]?.(carried, text, signal, timeout);
    if (direct !== undefined) return direct.then(judge, (error: unknown) => giveUp(error, signal));
    return new Exchange(fetch, url, template.headers(), text, signal, timeout).answer;
  }

  /** Looked at for every request, because tests put things in place and take them away at any time. */
  #isUsual(): boolean {
    const client = this.#client;
    const usual = this.#usual;
    return (
      client.logLevel !== 'debug' &&
      client.logLevel !== 'info' &&
      client.fetchOptions === undefined &&
      client.buildRequest === usual.buildRequest &&
      client.fetchWithAuth === usual.fetchWithAuth &&
      client.fetchWithTimeout === usual.fetchWithTimeout &&
      client.makeRequest === usual.makeRequest &&
      client.makeStatusError === usual.makeStatusError &&
      client.prepareOptions === usual.prepareOptions &&
      client.prepareRequest === usual.prepareRequest
    );
  }
}

/** One request through a `fetch` that is not ours, with everything in its `init` that the SDK puts there. */
class Exchange implements StopListener {
  readonly answer: Promise<Response>;
  readonly #signal: StopSignal;
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  #settle: (answer: Response | Promise<Response>) => void = () => {};

  constructor(fetch: Fetch, url: string, headers: Headers, body: string, signal: StopSignal, timeoutMs: number) {
    this.#signal = signal;
    this.answer = new Promise((resolve) => {
      this.#settle = resolve;
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
      (response) => this.#end(response instanceof Response ? judge(response) : sdkVerdict(Promise.resolve(response))),
      (error: unknown) => this.#end(giveUp(error, signal)),
    );
  }

  handleEvent(): void {
    this.#end(Promise.reject(this.#signal.reason));
    this.#controller.abort(this.#signal.reason);
  }

  #end(answer: Response | Promise<Response>): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this);
    this.#settle(answer);
  }
}

function expire(controller: AbortController): void {
  controller.abort();
}

/** A `fetch` may throw, and may be any function that can be waited for. */
async function ask(fetch: Fetch, url: string, init: RequestInit): Promise<Response> {
  return fetch.call(undefined, url, init);
}

function judge(response: Response): Response | Promise<Response> {
  return response.ok ? response : sdkVerdict(Promise.resolve(response));
}

function giveUp(error: unknown, signal: StopSignal): Promise<Response> {
  return signal.aborted ? Promise.reject(signal.reason) : sdkVerdict(Promise.reject(error));
}

/** `undefined` for what cannot be written as JSON: the SDK says so in its own words. */
function textOf(body: object): string | undefined {
  try {
    return JSON.stringify(body);
  } catch {
    return undefined;
  }
}
