/** Longer than most files because this class has to show the whole of the SDK as its own. */
import { readFileSync } from 'node:fs';
import { type APIPromise, type ClientOptions, PagePromise, OpenAI as SDK } from 'openai';
import type { AbstractPage } from 'openai/pagination';
import { checkSdkVersion } from './check-sdk-version.js';
import { mergeCallOptions, ownOptions, refuseInClone } from './client-options.js';
import type { DirectSender } from './direct-sender.js';
import type { EndpointPort, RequestShape } from './domain/call.js';
import { assertOrigin } from './endpoint-client.js';
import type { EndpointPart, RequestHooks } from './endpoint-part.js';
import type { Tags } from './events.js';
import { createParts, type GatewayParts } from './gateway-parts.js';
import { gatewayPromise, type ResponseProps } from './gateway-promise.js';
import { GatewayView } from './gateway-view.js';
import { openPort, senderOf } from './load-engine.js';
import { parseCallOptions } from './options/call-options.js';
import type { CallOptions, GatewayOptions } from './options/options.js';
import { resolveOptions } from './options/resolve.js';
import { methodsOf } from './sdk-methods.js';
import { type CallOwner, startCall } from './start-call.js';
import { filterHeaders, isTagHeader, tagsFromHeaders } from './tags.js';
import type { OpenChat, OpenCompletions, OpenEmbeddings, OpenResponses } from './typed-models.js';

type Options = ResponseProps['options'];
type PromiseOr<T> = T | Promise<T>;
type PageArguments = ConstructorParameters<typeof AbstractPage>;

/** Marks the options of a clone with what it shares with its parent. Never leaves this module. */
const CLONE = Symbol();
/** Tells a gateway client from a plain one, across copies of this package. */
const BRAND = Symbol.for('llm-gateway-client.gateway');
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

interface CloneOf {
  readonly parts: GatewayParts;
  readonly defaults: CallOptions;
  /** The timeout of the client that was made first; another one on a clone is meant for all endpoints. */
  readonly madeWithTimeout: number;
  readonly tags: Tags;
}

/** Own fields of the SDK's client that hold secrets, or options with secrets in them. */
const SECRET_FIELDS = ['apiKey', 'adminAPIKey', 'webhookSecret', '_options', 'fetchOptions'] as const;

/**
 * The SDK's client with a gateway inside: every request goes through the gateway's layers, everything else is the SDK's own.
 */
export class GatewayClient extends SDK {
  declare chat: OpenChat<never>;
  declare completions: OpenCompletions<never>;
  declare responses: OpenResponses<never>;
  declare embeddings: OpenEmbeddings<never>;

  readonly #parts: GatewayParts;
  /** Per-call options of a view made by {@link with}. */
  readonly #defaults: CallOptions;
  readonly #ports = new Map<string, EndpointPort>();
  readonly #hooks: RequestHooks | undefined;
  readonly #view: GatewayView;
  readonly #madeWithTimeout: number;
  readonly #owner: CallOwner;
  #sender: DirectSender | undefined;
  /** Labels of the configuration and of this client's own headers. */
  readonly #tags: Tags;

  static {
    // The bundler renames a class that mentions itself.
    Object.defineProperty(GatewayClient, 'name', { value: 'GatewayClient', configurable: true });
  }

  /**
   * @throws {ConfigError} with every problem found in options and environment
   */
  constructor(options: GatewayOptions = {}) {
    const { [CLONE]: clone, ...own } = { ...options } as GatewayOptions & { [CLONE]?: CloneOf };
    if (clone === undefined) checkSdkVersion();
    const parts =
      clone?.parts ??
      createParts(resolveOptions(options, { env: process.env, readFile: (path) => readFileSync(path, 'utf8') }));
    const sdk = ownOptions(parts.first);
    super(clone === undefined ? parts.transports.equip(parts.first.config, sdk) : own);
    this.#parts = parts;
    this.#defaults = clone?.defaults ?? {};
    this.#madeWithTimeout = clone?.madeWithTimeout ?? this.timeout;
    this.#hooks = this.#overriddenHooks();
    this.#owner = this.#ownerOfCalls();
    this.#view = new GatewayView(parts, this.#defaults);
    // The SDK adds OPENAI_CUSTOM_HEADERS to every client; they were meant for OpenAI.
    if (parts.first.config.headersComplete)
      this._options.defaultHeaders = clone === undefined ? sdk.defaultHeaders : own.defaultHeaders;
    const labels = parts.config.mode === 'compat' ? undefined : tagsFromHeaders(this._options.defaultHeaders);
    if (labels !== undefined)
      this._options.defaultHeaders = filterHeaders(this._options.defaultHeaders, (name) => !isTagHeader(name));
    this.#tags = Object.freeze({ ...(clone?.tags ?? parts.config.tags), ...labels });
    Object.defineProperty(this, BRAND, { value: true });
    for (const field of SECRET_FIELDS) Object.defineProperty(this, field, { enumerable: false });
  }

  /** Plan, state and end of this gateway. */
  get gateway(): GatewayView {
    return this.#view;
  }

  /**
   * A view of this client whose calls have these options unless they say otherwise. Shares limits, circuits, budgets and
   * connections with this client. Tags are merged.
   * @throws {ConfigError} for unknown options and wrong values
   */
  with(options: CallOptions): this {
    return this.#clone({}, mergeCallOptions(this.#defaults, parseCallOptions(options)));
  }

  /**
   * As with the SDK; the clone shares limits, circuits and budgets with this client.
   * @throws {ConfigError} for options that belong to an endpoint or can only be set when a gateway is made
   */
  override withOptions(options: Partial<ClientOptions>): this {
    refuseInClone(this.#parts, options);
    return this.#clone(options, this.#defaults);
  }

  #clone(options: Partial<ClientOptions>, defaults: CallOptions): this {
    const mark: CloneOf = { parts: this.#parts, defaults, madeWithTimeout: this.#madeWithTimeout, tags: this.#tags };
    return super.withOptions({ ...options, [CLONE]: mark } as Partial<ClientOptions>);
  }

  override request<Rsp>(options: PromiseOr<Options>, remainingRetries: number | null = null): APIPromise<Rsp> {
    if (this.#parts.config.mode === 'compat') return super.request(options, remainingRetries);
    const call = startCall(this.#owner, options, remainingRetries);
    return gatewayPromise<Rsp>(call);
  }

  override requestAPIList<Item = unknown, Page extends AbstractPage<Item> = AbstractPage<Item>>(
    Page: new (...args: PageArguments) => Page,
    options: PromiseOr<Options>,
  ): PagePromise<Page, Item>;
  // The SDK's signature cannot be shown to match itself once it is written twice; this one can.
  override requestAPIList<Page extends AbstractPage<unknown>>(
    Page: new (...args: PageArguments) => Page,
    options: PromiseOr<Options>,
  ): PagePromise<Page & AbstractPage<never>, never>;
  override requestAPIList<Page extends AbstractPage<unknown>>(
    Page: new (...args: PageArguments) => Page,
    options: PromiseOr<Options>,
  ): PagePromise<Page, unknown> {
    if (this.#parts.config.mode === 'compat') return super.requestAPIList(Page, options);
    const call = startCall(this.#owner, options, null);
    const readPage = async (client: SDK, props: ResponseProps) => {
      const page = new Page(client, props.response, await call.read(), props.options);
      call.note(page);
      return page;
    };
    const page = new PagePromise<Page, unknown>(this, call.winner, Page);
    // The page is made from the body that was read already; the SDK's own method would read it again.
    const guarded = gatewayPromise<Page>(call, readPage);
    // biome-ignore lint/suspicious/noThenProperty: a page promise has one.
    page.then = guarded.then.bind(guarded) as typeof page.then;
    page.catch = guarded.catch.bind(guarded) as typeof page.catch;
    page.finally = guarded.finally.bind(guarded) as typeof page.finally;
    page.asResponse = guarded.asResponse.bind(guarded);
    page.withResponse = guarded.withResponse.bind(guarded) as typeof page.withResponse;
    page._thenUnwrap = guarded._thenUnwrap.bind(guarded) as typeof page._thenUnwrap;
    return page;
  }

  #ownerOfCalls(): CallOwner {
    const port = (endpoint: string) => this.#port(endpoint);
    return {
      parts: this.#parts,
      client: this,
      prepare: (options, remainingRetries, intent) => ({
        options: options as RequestShape,
        callOptions: mergeCallOptions(this.#defaults, parseCallOptions((options as { gateway?: unknown }).gateway)),
        tags: this.#tags,
        maxRetries: remainingRetries ?? this.maxRetries,
        intent,
        port,
      }),
    };
  }

  #port(name: string): EndpointPort {
    let port = this.#ports.get(name);
    if (port === undefined) {
      port = openPort(this.#parts.endpoints.get(name) as EndpointPart, {
        client: this,
        first: this.#parts.first,
        madeWithTimeout: this.#madeWithTimeout,
        hooks: this.#hooks,
        send: (options) => this.#sendOwn(options),
        sendDirectly: (options, body, signal) => this.#directSender()?.send(options, body, signal),
      });
      this.#ports.set(name, port);
    }
    return port;
  }

  #sendOwn(options: Options): Promise<Response> {
    return super.request(options, 0).asResponse();
  }

  /** The hooks of a user's subclass, if it has any. */
  #overriddenHooks(): RequestHooks | undefined {
    const plain = SDK.prototype as unknown as { readonly prepareOptions: unknown; readonly prepareRequest: unknown };
    if (this.prepareOptions === plain.prepareOptions && this.prepareRequest === plain.prepareRequest) return undefined;
    return {
      prepareOptions: (options) => this.prepareOptions(options as Options),
      prepareRequest: (request, context) =>
        this.prepareRequest(request as RequestInit, context as { url: string; options: Options }),
    };
  }

  override buildRequest(...args: Parameters<SDK['buildRequest']>): ReturnType<SDK['buildRequest']> {
    const build = () => super.buildRequest(...args);
    return this.#directSender()?.build(args[0], args[1]?.retryCount ?? 0, build) ?? build();
  }

  #directSender(): DirectSender | undefined {
    this.#sender ??= senderOf(this, METHODS, false);
    return this.#sender;
  }

  /** Where a request goes is settled here, after everything that could still change it. */
  override buildURL(...args: Parameters<SDK['buildURL']>): string {
    const url = super.buildURL(...args);
    const { mode, endpoints } = this.#parts.config;
    if (mode !== 'compat' && endpoints[0]?.sdk.provider === undefined) {
      assertOrigin(url, this.baseURL, this.#parts.first.config.name);
    }
    return url;
  }

  /** What `JSON.stringify` shows: no secrets, no request. */
  toJSON(): object {
    const endpoints = [...this.#parts.endpoints.values()].map(({ config }) => ({
      name: config.name,
      baseURL: config.baseURL,
      tier: config.tier,
    }));
    return { name: 'OpenAI', baseURL: this.baseURL, timeout: this.timeout, maxRetries: this.maxRetries, endpoints };
  }

  /** What `console.log` shows. The SDK's own client prints its key. */
  [INSPECT](): object {
    return this.toJSON();
  }
}

const METHODS = methodsOf(GatewayClient);
