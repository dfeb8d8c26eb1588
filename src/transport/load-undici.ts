/** The only door to undici. Nothing of it is loaded before the first request needs it. */
/// <reference path="./undici-lib.d.ts" />
import type { buildConnector, Agent as UndiciAgent, Client as UndiciClient, Pool as UndiciPool } from 'undici';

export type { Dispatcher } from 'undici';

/** A pool of connections for each origin. */
export type Agent = UndiciAgent;
/** What connections have in common. */
export type AgentOptions = UndiciAgent.Options;
/** One connection, with the requests it carries. */
export type Client = UndiciClient;
/** Opens one connection. */
export type Connector = buildConnector.connector;
/** Where to open it. */
export type ConnectTarget = buildConnector.Options;

/** The parts of undici that are used. */
export interface Undici {
  readonly Agent: typeof UndiciAgent;
  readonly Client: typeof UndiciClient;
  readonly Pool: typeof UndiciPool;
  readonly buildConnector: typeof buildConnector;
  /** Under which a connection over HTTP/2 has its session. */
  readonly session: symbol;
}

/**
 * Loads what is needed and no more. The package's main file would load five times as much, and replace the process's global
 * dispatcher, a mock that a test has set included.
 */
export async function loadUndici(): Promise<Undici> {
  const [agent, client, pool, connect, symbols] = await Promise.all([
    import('undici/lib/dispatcher/agent.js') as Promise<{ default: Undici['Agent'] }>,
    import('undici/lib/dispatcher/client.js') as Promise<{ default: Undici['Client'] }>,
    import('undici/lib/dispatcher/pool.js') as Promise<{ default: Undici['Pool'] }>,
    import('undici/lib/core/connect.js') as Promise<{ default: Undici['buildConnector'] }>,
    import('undici/lib/core/symbols.js') as Promise<{ default: { readonly kHTTP2Session: symbol } }>,
  ]);
  return {
    Agent: agent.default,
    Client: client.default,
    Pool: pool.default,
    buildConnector: connect.default,
    session: symbols.default.kHTTP2Session,
  };
}
