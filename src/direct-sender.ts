/**
 * The short way of a request whose template is known. On its own way the SDK makes four functions wait for one answer; they cost
 * a call half of its processor time and hold half of its memory.
 */
import type { OpenAI as SDK } from 'openai';
import type { RequestShape } from './domain/call.js';
import { RequestTemplates } from './request-templates.js';
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
  /** What does not change any more. */
  readonly #fixed: Pick<ClientState, 'fetch' | 'timeout'> | undefined;

  /**
   * @param usual The class whose own way of sending requests is known; a subclass of it may have another.
   * @param isPrivate Nobody else can get hold of the client, so that it stays as it was made.
   */
  constructor(client: SDK, usual: object, isPrivate: boolean) {
    this.#client = client as unknown as ClientState;
    this.#usual = usual as Steps;
    this.#templates = new RequestTemplates(client, usual, isPrivate);
    const { fetch, timeout } = this.#client;
    if (isPrivate && this.#isUsual()) this.#fixed = { fetch, timeout };
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
    const fixed = this.#fixed;
    if (signal.aborted || (fixed === undefined && !this.#isUsual())) return undefined;
    const template = this.#templates.find(options);
    const text = template && textOf(body);
    if (template === undefined || text === undefined) return undefined;
    const { fetch, timeout } = fixed ?? this.#client;
    const { url, carried } = template;
    const direct = carried && fetch[DIRECT]?.(carried, text, signal, timeout);
    if (direct !== undefined) return direct.then(judge, (error: unknown) => judgeFailure(error, signal));
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
  /** Absent when there is an answer: whatever comes later is nobody's business, not even as a rejection. */
  #settle: ((answer: Response | Promise<Response>) => void) | undefined;

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
      (response) => this.#end(() => judge(response)),
      (error: unknown) => this.#end(() => sdkVerdict(() => Promise.reject(error))),
    );
  }

  handleEvent(): void {
    this.#end(() => Promise.reject(this.#signal.reason));
    this.#controller.abort(this.#signal.reason);
  }

  #end(answer: () => Response | Promise<Response>): void {
    const settle = this.#settle;
    if (settle === undefined) return;
    this.#settle = undefined;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this);
    settle(answer());
  }
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

/** Whatever is not plainly a success is for the SDK to judge; a `fetch` may answer with anything. */
function judge(response: Response): Response | Promise<Response> {
  return response instanceof Response && response.ok ? response : sdkVerdict(() => Promise.resolve(response));
}

/** `undefined` for what cannot be written as JSON: the SDK says so in its own words. */
function textOf(body: object): string | undefined {
  try {
    return JSON.stringify(body);
  } catch {
    return undefined;
  }
}
