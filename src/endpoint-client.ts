import { type ClientOptions, OpenAI as SDK } from 'openai';
import type { DirectSender } from './direct-sender.js';
import type { RequestShape } from './domain/call.js';
import type { RequestHooks } from './endpoint-part.js';
import { GatewayError } from './errors.js';
import { methodsOf } from './sdk-methods.js';
import { BoundedMap } from './state/bounded-map.js';
import { filterHeaders, isTagHeader } from './tags.js';

/** Hooks of the client a request came from, by the request's own options object. */
const hooksOf = new WeakMap<object, RequestHooks>();

/** Makes the hooks of a user's subclass see a request that goes to an endpoint of its own. */
export function forwardHooks(options: RequestShape, hooks: RequestHooks): void {
  hooksOf.set(options, hooks);
}

/** Throws if a request is about to leave for another origin than its key belongs to. */
export function assertOrigin(url: string, baseURL: string, name: string): void {
  const origin = originOf(baseURL);
  if (origin !== undefined && (url.startsWith(`${origin}/`) || url === origin || originOf(url) === origin)) return;
  throw new GatewayError(
    'credentials_misdirected',
    `A request of endpoint "${name}" was about to leave for ${originOf(url) ?? 'another origin'}; its key belongs to ${origin ?? 'no known origin'}.`,
  );
}

/** Origins of the base URLs in use; a service asks for the same few all day. */
const origins = new BoundedMap<string, string>(1_000);

/** The origin of a URL, `undefined` for what is none. */
export function originOf(url: string): string | undefined {
  const known = origins.get(url);
  if (known !== undefined) return known;
  const origin = URL.parse(url)?.origin;
  if (origin !== undefined) origins.set(url, origin);
  return origin;
}

/** Makes what sends past the SDK, as soon as its code is loaded. */
type MakeSender = (client: SDK, methods: object, isPrivate: boolean) => DirectSender | undefined;

/**
 * The SDK client of one further endpoint: its own key, base URL, headers, `fetch`. Nothing of another endpoint can get in,
 * because nothing is ever rewritten.
 */
export class EndpointClient extends SDK {
  readonly #name: string;
  readonly #makeSender: MakeSender;
  #sender: DirectSender | undefined;

  static {
    // The SDK puts the name of the class into the User-Agent.
    Object.defineProperty(EndpointClient, 'name', { value: 'OpenAI', configurable: true });
  }

  constructor(name: string, options: ClientOptions, makeSender: MakeSender) {
    super(options);
    this.#name = name;
    this.#makeSender = makeSender;
    // The SDK adds OPENAI_CUSTOM_HEADERS to every client; they were meant for OpenAI.
    this._options.defaultHeaders = filterHeaders(options.defaultHeaders, (name) => !isTagHeader(name));
  }

  override buildRequest(...args: Parameters<SDK['buildRequest']>): ReturnType<SDK['buildRequest']> {
    const build = () => super.buildRequest(...args);
    return this.sender?.build(args[0], args[1]?.retryCount ?? 0, build) ?? build();
  }

  /** Sends requests past the SDK, as soon as its code is loaded. */
  get sender(): DirectSender | undefined {
    this.#sender ??= this.#makeSender(this, METHODS, true);
    return this.#sender;
  }

  protected override async prepareOptions(options: Parameters<SDK['prepareOptions']>[0]): Promise<void> {
    await hooksOf.get(options)?.prepareOptions(options);
  }

  protected override async prepareRequest(...args: Parameters<SDK['prepareRequest']>): Promise<void> {
    await hooksOf.get(args[1].options)?.prepareRequest(args[0], args[1]);
  }

  /** Where a request goes is settled here, after everything that could still change it. */
  override buildURL(...args: Parameters<SDK['buildURL']>): string {
    const url = super.buildURL(...args);
    assertOrigin(url, this.baseURL, this.#name);
    return url;
  }
}

const METHODS = methodsOf(EndpointClient);
