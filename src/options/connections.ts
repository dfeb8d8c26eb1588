import { merged } from './frozen-copy.js';
import type { ConnectionOptions, GatewayOptions } from './options.js';
import type { ResolvedConfig, ResolvedEndpoint } from './resolved-config.js';
import type { Sources } from './sources.js';

/** Every setting of {@link ConnectionOptions}. */
export const CONNECTION_OPTIONS = [
  'connectTimeoutMs',
  'maxConnections',
  'http2',
] as const satisfies readonly (keyof ConnectionOptions)[];

/** The settings of connections among other options. */
export function connectionOptions(options: ConnectionOptions): Readonly<ConnectionOptions> {
  const given = CONNECTION_OPTIONS.filter((name) => options[name] !== undefined);
  return Object.freeze(Object.fromEntries(given.map((name) => [name, options[name]])));
}

/** Options of the SDK that decide how requests are sent. */
const SENDING = ['fetch', 'provider', 'credential', 'x509Transport'] as const;

/** The option by which somebody else sends the requests of an endpoint; `undefined` where that is left to the gateway. */
export function sentBy({ client, sdk }: Pick<ResolvedEndpoint, 'client' | 'sdk'>): string | undefined {
  if (client !== undefined) return 'client';
  const sender = SENDING.find((name) => sdk[name] !== undefined && sdk[name] !== null);
  if (sender !== undefined) return sender;
  return Object.keys(sdk.fetchOptions ?? {}).every((name) => name === 'redirect') ? undefined : 'fetchOptions';
}

/** What sends requests, as far as that is the same for all endpoints. */
type Sending = Pick<ResolvedConfig, 'mode' | 'transport' | 'connections'>;

/** Code before `LLM_CONFIG` before the defaults. */
export function resolveSending({ code, config }: Pick<Sources, 'code' | 'config'>): Sending {
  const given = merged<GatewayOptions>(config, code);
  const compat = given.compat === 'sdk';
  return {
    mode: compat ? 'compat' : 'gateway',
    transport: given.transport ?? (compat ? 'fetch' : 'auto'),
    connections: connectionOptions(given),
  };
}

/**
 * What to tell about settings of connections that change nothing, or not what was probably meant. These are no errors: whoever
 * tries `transport: 'fetch'` or a mocked `fetch` for once need not take out everything else.
 */
export function connectionWarnings(
  { mode, transport, connections }: Sending,
  endpoints: readonly ResolvedEndpoint[],
): readonly string[] {
  const idle = (given: ConnectionOptions, owner: string, reason: string): readonly string[] =>
    Object.keys(given).map((name) => `\`${name}\`${owner} has no effect: ${reason}`);
  if (transport === 'fetch') {
    const cause = mode === 'compat' ? "`compat: 'sdk'`" : "`transport: 'fetch'`";
    const reason = `with ${cause} requests go through the runtime's \`fetch\`; \`transport: 'undici'\` changes that`;
    return [connections, ...endpoints.map((endpoint) => endpoint.connections)].flatMap((given) =>
      idle(given, '', reason),
    );
  }
  const senders = endpoints.map(sentBy);
  return [
    ...(senders.every((sender) => sender !== undefined)
      ? idle(connections, '', `requests go through \`${senders[0]}\``)
      : []),
    ...endpoints.flatMap((endpoint, index) => {
      const { name } = endpoint;
      const sender = senders[index];
      if (sender !== undefined)
        return idle(endpoint.connections, ` of endpoint "${name}"`, `requests go through \`${sender}\``);
      return isTight(endpoint, connections)
        ? [`\`maxConnections\` of endpoint "${name}" is below its \`maxConcurrency\`: calls wait`]
        : [];
    }),
  ];
}

function isTight({ connections, limits }: ResolvedEndpoint, shared: ConnectionOptions): boolean {
  const { maxConnections, http2 } = { ...shared, ...connections };
  const { maxConcurrency = Number.POSITIVE_INFINITY } = limits;
  return (
    maxConnections !== undefined && http2 !== true && Number.isFinite(maxConcurrency) && maxConnections < maxConcurrency
  );
}
