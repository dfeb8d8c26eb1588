import OpenAI, { type ClientOptions } from 'openai';
import { createGatewayClient } from '../../src/create-gateway-client.js';
import type { GatewayOptions } from '../../src/options/options.js';
import type { Row } from './row.js';

/**
 * Under test: the plain SDK, the gateway keeping to the SDK's rules, the same over connections of its own, the gateway by its
 * own rules (over connections of its own, unless there is a `fetch`).
 */
export type Contender = 'plain' | 'compat' | 'pooled' | 'gateway';

export const KEY_A = 'sk-canary-a-0123456789';
export const KEY_B = 'sk-canary-b-0123456789';

/** Where requests go and how. */
export type Access = Pick<ClientOptions, 'baseURL' | 'fetch'>;

/** The plain SDK refuses nothing it does not know, but it must not be given the gateway's clocks. */
function sdkOptions(client: Row['client'] = {}): ClientOptions {
  const { firstEventTimeoutMs: _first, idleTimeoutMs: _idle, ...options } = client;
  return options;
}

/** A client of one endpoint. */
export function makeClient(contender: Contender, access: Access, options: Row['client'] = {}): OpenAI {
  const shared = { apiKey: KEY_A, logLevel: 'off' as const, ...access };
  if (contender === 'plain') return new OpenAI({ ...shared, ...sdkOptions(options) });
  const compat = { ...shared, ...sdkOptions(options), compat: 'sdk', env: false } as const;
  if (contender === 'compat') return createGatewayClient(compat) as OpenAI;
  if (contender === 'pooled') return createGatewayClient({ ...compat, transport: 'undici' }) as OpenAI;
  return createGatewayClient({ ...shared, ...options, env: false }) as OpenAI;
}

/** A gateway with a first tier that fails and a second that does not. */
export function makePair(
  first: Access,
  second: Access,
  options: GatewayOptions = {},
): OpenAI & { gateway: { close(): unknown } } {
  return createGatewayClient({
    logLevel: 'off',
    env: false,
    ...options,
    endpoints: [
      { name: 'first', apiKey: KEY_A, tier: 1, ...(first as object) },
      { name: 'second', apiKey: KEY_B, tier: 2, ...(second as object) },
    ],
  }) as never;
}

/** A text that must never show anywhere but at the provider. */
export const PROMPT = 'canary prompt 4711';

/** The usual call. */
export function chat(client: OpenAI, kind: 'json' | 'stream'): Promise<unknown> {
  return client.chat.completions.create({
    model: 'm',
    messages: [{ role: 'user', content: PROMPT }],
    stream: kind === 'stream',
  });
}
