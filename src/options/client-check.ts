/** A brand of our own clients, readable across two copies of the package. */
const GATEWAY_BRAND = Symbol.for('llm-gateway-client.gateway');

/** Why `client` cannot serve an endpoint, or `undefined` if it can. Judged by what it has: `instanceof` fails across copies. */
export function clientProblem(client: unknown): string | undefined {
  const {
    request,
    baseURL,
    [GATEWAY_BRAND]: brand,
  } = client as { request?: unknown; baseURL?: unknown; [GATEWAY_BRAND]?: unknown };
  if (brand !== undefined) return 'is a gateway itself; give its endpoints here instead';
  if (typeof request === 'function' && typeof baseURL === 'string') return undefined;
  return 'must be a client of the openai package, e.g. new AzureOpenAI({ ... })';
}
