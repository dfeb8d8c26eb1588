import type { OpenAI as SDK } from 'openai';
import type { DirectSender } from './direct-sender.js';
import type { EndpointPort, RequestShape } from './domain/call.js';
import { EndpointClient, forwardHooks, originOf } from './endpoint-client.js';
import type { EndpointPart, PortOwner } from './endpoint-part.js';
import type { ResponseProps } from './gateway-promise.js';
import type { StopSignal } from './signals.js';

type Options = ResponseProps['options'];

/** An endpoint as the calls of one client see it. What the client's user changes later (`client.baseURL = ...`) shows here. */
export function openPort(part: EndpointPart, owner: PortOwner): EndpointPort {
  return new Port(part, owner);
}

/** A class and not an object with functions of its own: with a hundred endpoints each would have to be fetched from memory. */
class Port implements EndpointPort {
  readonly name: string;
  readonly takesCallerCredentials: boolean;
  readonly client: SDK;
  readonly guardsOrigin: boolean;
  readonly #part: EndpointPart;
  readonly #owner: PortOwner;
  /** A client that we have made, and that nobody else can get hold of. */
  readonly #own: EndpointClient | undefined;
  readonly #ownTimeoutMs: number | undefined;
  #sender: DirectSender | undefined;

  constructor(part: EndpointPart, owner: PortOwner) {
    const { client, config } = part;
    this.name = config.name;
    this.takesCallerCredentials = part === owner.first;
    this.client = client ?? owner.client;
    this.guardsOrigin = config.sdk.provider !== undefined;
    this.#part = part;
    this.#owner = owner;
    this.#own = client instanceof EndpointClient ? client : undefined;
    this.#ownTimeoutMs = this.#own?.timeout;
  }

  get origin(): string {
    return originOf(this.client.baseURL) ?? '';
  }

  get refusesStreamUsage(): boolean {
    return this.#part.refusesStreamUsage;
  }

  set refusesStreamUsage(refuses: boolean) {
    this.#part.refusesStreamUsage = refuses;
  }

  get timeoutMs(): number {
    const { client, madeWithTimeout } = this.#owner;
    // A timeout set on the client or its clone after the endpoints were made is meant for all of them.
    return client.timeout === madeWithTimeout ? (this.#ownTimeoutMs ?? this.client.timeout) : client.timeout;
  }

  send(options: RequestShape): Promise<Response> {
    const { client } = this.#part;
    const { hooks } = this.#owner;
    if (client === undefined) return this.#owner.send(options as Options);
    if (hooks !== undefined) forwardHooks(options, hooks);
    return client.request(withTimeout(options, this.timeoutMs, client.timeout), 0).asResponse();
  }

  sendDirectly(options: RequestShape, body: object, signal: StopSignal): Promise<Response> | undefined {
    const owner = this.#owner;
    if (owner.hooks !== undefined) return undefined;
    const own = this.#own;
    if (own === undefined)
      return this.#part.client === undefined ? owner.sendDirectly(options, body, signal) : undefined;
    if (this.timeoutMs !== this.#ownTimeoutMs) return undefined;
    this.#sender ??= own.sender;
    return this.#sender?.send(options, body, signal);
  }
}

function withTimeout(options: RequestShape, timeoutMs: number, ownMs: number): Options {
  return (
    options.timeout === undefined && timeoutMs !== ownMs ? { ...options, timeout: timeoutMs } : options
  ) as Options;
}
