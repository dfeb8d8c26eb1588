/** Rules for the options that a client, its clones and its calls are made from. */
import type { ClientOptions } from 'openai';
import type { EndpointPart } from './endpoint-part.js';
import { ConfigError } from './errors.js';
import type { GatewayParts } from './gateway-parts.js';
import type { CallOptions } from './options/options.js';

/** What the client itself is made of: the first endpoint's options, or what can be seen of a ready-made client. */
export function ownOptions({ config, client }: EndpointPart): ClientOptions {
  if (client === undefined) return config.sdk;
  // Calls go through the ready-made client; this one only shows where they go. A key it keeps to itself stays there.
  return {
    ...config.sdk,
    apiKey: client.apiKey ?? 'kept-by-the-client',
    baseURL: client.baseURL,
    timeout: client.timeout,
    maxRetries: client.maxRetries,
  };
}

/** Options of a view and of one call together; the call's win, tags are merged. */
export function mergeCallOptions(defaults: CallOptions, given: CallOptions): CallOptions {
  if (Object.keys(defaults).length === 0) return given;
  const tags = given.tags === undefined ? defaults.tags : { ...defaults.tags, ...given.tags };
  return { ...defaults, ...given, ...(tags !== undefined && { tags }) };
}

/** Options of the SDK that say where requests go and with whose key. */
const PLACE_OPTIONS = ['apiKey', 'baseURL', 'provider', 'workloadIdentity', 'dataResidency'] as const;

/**
 * A clone shares the endpoints of its parent, so it cannot have a place of its own.
 * @throws {ConfigError} naming every such option
 */
export function refuseInClone({ config }: GatewayParts, options: Partial<ClientOptions>): void {
  if (config.sdkOnly) return;
  const problems = PLACE_OPTIONS.filter((name) => options[name] !== undefined).map((name) => ({
    name,
    message: 'this client has several endpoints of its own; set it in `endpoints` when the client is made.',
  }));
  if (problems.length > 0) throw new ConfigError(problems);
}
