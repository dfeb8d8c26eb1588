/** Which requests are like an earlier one, so that they can be filled in. */
import type { OpenAI as SDK } from 'openai';
import type { RequestShape } from './domain/call.js';
import { isPlainObject } from './domain/plain-object.js';
import {
  type BuiltRequest,
  type ClientState,
  fill,
  isCurrent,
  type RequestOptions,
  stateOf,
  type Template,
  templateOf,
} from './request-template.js';
import { buildsAs, sdkIsAsLoaded } from './usual-way.js';

/** Paths remembered per client; those that take plain JSON are few. */
const MAX_PATHS = 32;

/** The templates of one client. */
export class RequestTemplates {
  readonly #client: ClientState;
  readonly #byPath = new Map<string, Template>();
  readonly #methods: object;
  readonly #isPrivate: boolean;
  /** The one that was asked for last. */
  #last: Template | undefined;

  /**
   * @param methods Those of the class whose own way of building requests is known; a subclass of it may have another.
   * @param isPrivate Nobody else can get hold of the client, so that it stays as it was made.
   */
  constructor(client: SDK, methods: object, isPrivate: boolean) {
    this.#client = client as unknown as ClientState;
    this.#isPrivate = isPrivate;
    this.#methods = methods;
  }

  /** @param build Has the SDK build the request. */
  async request(
    options: RequestOptions,
    retryCount: number,
    build: () => Promise<BuiltRequest>,
  ): Promise<BuiltRequest> {
    const client = this.#client;
    if (!this.#isPlain(options, retryCount)) return build();
    const template = this.#byPath.get(options.path);
    if (template !== undefined && isCurrent(template.state, client)) return fill(template, client, options);
    const state = stateOf(client);
    const built = await build();
    // Key functions and hooks take time, in which the client may have changed.
    if (isCurrent(state, client) && built.req.body === JSON.stringify(options.body)) {
      if (this.#byPath.size >= MAX_PATHS) this.#byPath.clear();
      this.#last = undefined;
      this.#byPath.set(options.path, templateOf(options.path, built, state));
    }
    return built;
  }

  /** The template of a first attempt with a JSON object, if it is known by now. Its body, its metadata and the SDK's class are not looked at. */
  find(options: RequestShape): Template | undefined {
    const { path } = options;
    if (this.#last?.path !== path) this.#last = this.#byPath.get(path);
    const template = this.#last;
    if (template === undefined || !isBare(options as RequestOptions)) return undefined;
    return this.#isPrivate || (this.#isFixed() && isCurrent(template.state, this.#client)) ? template : undefined;
  }

  /** A first attempt with a JSON object and nothing else of its own. */
  #isPlain(options: RequestOptions, retryCount: number): boolean {
    return (
      retryCount === 0 &&
      isBare(options) &&
      isPlainObject(options.body) &&
      !isIterable(options.body) &&
      isEmpty(options.__metadata) &&
      sdkIsAsLoaded() &&
      this.#isFixed()
    );
  }

  /** A client with a fixed key, that builds requests as its class does. */
  #isFixed(): boolean {
    const client = this.#client;
    const { apiKey, defaultHeaders, defaultQuery } = client._options;
    return (
      buildsAs(client, this.#methods) &&
      isAbsent(client._provider) &&
      isAbsent(client._workloadIdentityAuth) &&
      client.idempotencyHeader === undefined &&
      typeof apiKey !== 'function' &&
      typeof client.apiKey === 'string' &&
      isAbsent(defaultQuery) &&
      (isAbsent(defaultHeaders) || isPlainObject(defaultHeaders))
    );
  }
}

/** A request with nothing of its own but a body. */
function isBare(options: RequestOptions): boolean {
  return (
    options.method === 'post' &&
    isAbsent(options.headers) &&
    isAbsent(options.query) &&
    options.defaultBaseURL === undefined &&
    options.idempotencyKey === undefined &&
    !('timeout' in options) &&
    isBearer(options.__security)
  );
}

/** Taken for a stream by the SDK, if it can be read by `for await` or has a `next`. */
export function isIterable(body: object): boolean {
  return Symbol.asyncIterator in body || Symbol.iterator in body;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isEmpty(metadata: Readonly<Record<string, unknown>> | undefined): boolean {
  for (const _ in metadata) return false;
  return true;
}

function isBearer(security: RequestOptions['__security']): boolean {
  return security === undefined || (security.bearerAuth === true && security.adminAPIKeyAuth === undefined);
}
