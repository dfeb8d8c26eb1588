/** What an endpoint is made of. */
import type { OpenAI as SDK } from 'openai';
import type { EndpointPort } from './domain/call.js';
import type { ResponseProps } from './gateway-promise.js';
import type { ResolvedEndpoint } from './options/resolved-config.js';

/** One endpoint with the client that serves it; the first endpoint has none of its own, it is the gateway client itself. */
export interface EndpointPart {
  readonly config: ResolvedEndpoint;
  readonly client: SDK | undefined;
  refusesStreamUsage: boolean;
}

/** The two hooks a subclass of the SDK's client can have. */
export interface RequestHooks {
  prepareOptions(options: unknown): Promise<void>;
  prepareRequest(request: unknown, context: unknown): Promise<void>;
}

/** The client whose calls go through a port. */
export interface PortOwner {
  readonly client: SDK;
  /** The endpoint that is the client itself, or stands in its place. */
  readonly first: EndpointPart;
  readonly madeWithTimeout: number;
  /** Hooks of a user's subclass, if it has any. */
  readonly hooks: RequestHooks | undefined;
  /** Sends through the client itself, past the gateway. */
  send(options: ResponseProps['options']): Promise<Response>;
  /** The same past the SDK, where it need not be asked. */
  readonly sendDirectly: EndpointPort['sendDirectly'];
}
