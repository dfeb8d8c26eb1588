/** The only door to undici. Nothing of it is loaded before the first request needs it. */
/// <reference path="./undici-lib.d.ts" />
import type { buildConnector, Agent as UndiciAgent } from 'undici';

export type { Dispatcher } from 'undici';

/** A pool of connections for each origin. */
export type Agent = UndiciAgent;
/** Opens one connection. */
export type Connector = buildConnector.connector;
/** Where to open it. */
export type ConnectTarget = buildConnector.Options;

/** The two parts of undici that are used. */
export interface Undici {
  readonly Agent: typeof UndiciAgent;
  readonly buildConnector: typeof buildConnector;
}

/**
 * Loads what is needed and no more. The package's main file would load five times as much, and replace the process's global
 * dispatcher, a mock that a test has set included.
 */
export async function loadUndici(): Promise<Undici> {
  const [agent, connect] = await Promise.all([
    import('undici/lib/dispatcher/agent.js') as Promise<{ default: Undici['Agent'] }>,
    import('undici/lib/core/connect.js') as Promise<{ default: Undici['buildConnector'] }>,
  ]);
  return { Agent: agent.default, buildConnector: connect.default };
}
