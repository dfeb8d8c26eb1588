import type { OpenAI as SDK } from 'openai';
import type { EndpointPort, RequestShape } from './domain/call.js';
import { EndpointClient, forwardHooks, originOf, type RequestHooks } from './endpoint-client.js';
import type { EndpointPart } from './gateway-parts.js';
import type { ResponseProps } from './gateway-promise.js';

type Options = ResponseProps['options'];

/** The client whose calls go through a port. */
export interface PortOwner {
  readonly client: SDK;
  /** The endpoint that is the client itself, or stands in its place. */
  readonly first: EndpointPart;
  readonly madeWithTimeout: number;
  /** Hooks of a user's subclass, if it has any. */
  readonly hooks: RequestHooks | undefined;
  /** Sends through the client itself, past the gateway. */
  send(options: Options): Promise<Response>;
  /** The same past the SDK, where it need not be asked. */
  readonly sendDirectly: EndpointPort['sendDirectly'];
}

/** An endpoint as the calls of one client see it. What the client's user changes later (`client.baseURL = ...`) shows here. */
export function openPort(part: EndpointPart, owner: PortOwner): EndpointPort {
  const { client, config } = part;
  const sender = client ?? owner.client;
  return {
    name: config.name,
    takesCallerCredentials: part === owner.first,
    client: sender,
    guardsOrigin: config.sdk.provider !== undefined,
    get origin() {
      return originOf(sender.baseURL) ?? '';
    },
    get refusesStreamUsage() {
      return part.refusesStreamUsage;
    },
    set refusesStreamUsage(refuses) {
      part.refusesStreamUsage = refuses;
    },
    get timeoutMs() {
      // A timeout set on the client or its clone after the endpoints were made is meant for all of them.
      return owner.client.timeout === owner.madeWithTimeout ? sender.timeout : owner.client.timeout;
    },
    send(options) {
      if (client === undefined) return owner.send(options as Options);
      if (owner.hooks !== undefined) forwardHooks(options, owner.hooks);
      return client.request(withTimeout(options, this.timeoutMs, client.timeout), 0).asResponse();
    },
    sendDirectly(options, body, signal) {
      if (owner.hooks !== undefined) return undefined;
      if (client === undefined) return owner.sendDirectly(options, body, signal);
      if (!(client instanceof EndpointClient) || this.timeoutMs !== client.timeout) return undefined;
      return client.sender?.send(options, body, signal);
    },
  };
}

function withTimeout(options: RequestShape, timeoutMs: number, ownMs: number): Options {
  return (
    options.timeout === undefined && timeoutMs !== ownMs ? { ...options, timeout: timeoutMs } : options
  ) as Options;
}
