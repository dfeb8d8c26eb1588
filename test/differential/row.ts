import type { OpenAI } from 'openai';
import type { MockScript } from '../../src/testing.js';
import type { Difference } from './differences.js';
import type { ErrorView, Observation } from './observation.js';

/** What a call is expected to show; only what is given is compared. */
export interface Expected extends Partial<Omit<Observation, 'error' | 'requests'>> {
  readonly error?: Partial<Omit<ErrorView, 'cause'>> & { readonly cause?: unknown };
}

/** With a second, healthy endpoint behind the first. */
export interface ExpectedWithBackup {
  /** Requests to the first endpoint. */
  readonly first: number;
  /** Requests to the second. */
  readonly second: number;
  /** What the caller gets, if it is not the second endpoint's answer. */
  readonly caller?: Expected;
  /** Time until the second endpoint is asked, in milliseconds of the fault itself; the gateway adds nothing. @default 0 */
  readonly afterMs?: number;
}

/** What the gateway does instead of what the SDK does, under the name of a declared difference. */
export interface Differing {
  readonly difference: Difference;
  readonly expected: Expected;
}

export function differs(difference: Difference, expected: Expected): Differing {
  return { difference, expected };
}

export type Kind = 'json' | 'stream';

/** One fault: what the far end does, what the plain SDK makes of it, and what the gateway makes of it. */
export interface Row {
  readonly id: string;
  readonly name: string;
  /** Which kinds of call it is played to. @default both */
  readonly kinds?: readonly Kind[];
  readonly script: MockScript;
  /** Options of the client under test. */
  readonly client?: {
    readonly maxRetries?: number;
    readonly timeout?: number;
    readonly firstEventTimeoutMs?: number;
    readonly idleTimeoutMs?: number;
  };
  /** A call other than the usual chat completion. */
  readonly call?: (client: OpenAI, kind: Kind) => Promise<unknown>;
  /** The plain SDK. */
  readonly sdk: Expected;
  /** The gateway by its own rules, with this one endpoint. `'same'`: everything as the SDK. */
  readonly gateway: 'same' | Differing;
  /** The gateway by its own rules, with a healthy endpoint in the second tier. */
  readonly backup: ExpectedWithBackup;
  /** Where it can be played. @default both */
  readonly on?: 'fetch' | 'socket';
}

/** Served by the second endpoint, at once. */
export const MOVES: ExpectedWithBackup = { first: 1, second: 1 };
/** Nobody else is asked; the caller gets what one endpoint alone would have given. */
export const STAYS = (first: number, caller: Expected): ExpectedWithBackup => ({ first, second: 0, caller });
