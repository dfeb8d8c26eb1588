import type { MockRequest } from './mock-request.js';
import type { TransportFault } from './transport-fault.js';

/** A piece of a response body as it goes over the wire: text (UTF-8), bytes, or a pause. Each piece is one write. */
export type BodyStep = string | Uint8Array | { readonly waitMs: number };

/**
 * How a body ends: properly; by a connection that is closed or reset in the middle; or not at all (`'stall'`: the connection
 * stays open and nothing more arrives).
 */
export type BodyEnding = 'end' | 'cut' | 'reset' | 'stall';

/** What a reply may say beside its content. */
export interface ReplyInit {
  /** HTTP status. @default 200 */
  readonly status?: number;
  /** Response headers; an array sends the header several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Milliseconds between the request and the response headers. @default 0 */
  readonly latencyMs?: number;
  /** Milliseconds between two pieces of the body. @default 0 */
  readonly gapMs?: number;
  /** How the body ends once its pieces are out. @default 'end' */
  readonly ending?: BodyEnding;
  /** Delivers only the first bytes or events of the body before `ending`. @default everything */
  readonly deliver?: { readonly bytes: number } | { readonly events: number };
  /**
   * Cuts the body into writes of these sizes (the last one repeats), however the content was composed: `1` is byte by byte.
   * @default one write per event
   */
  readonly segments?: number | readonly number[];
}

/** A reply that has at least response headers. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly latencyMs: number;
  readonly body: readonly BodyStep[];
  readonly ending: BodyEnding;
}

/** A request that never gets response headers. */
export interface Fault {
  readonly kind: 'fault';
  readonly fault: TransportFault;
  readonly latencyMs: number;
}

/** Bytes written to the socket as they are, HTTP head included. Only a real server can send them. */
export interface RawAnswer {
  readonly kind: 'raw';
  readonly latencyMs: number;
  readonly steps: readonly BodyStep[];
  readonly ending: BodyEnding;
}

/** One reply, spelled out. Made by the functions of `reply`. */
export type ScriptedReply = Answer | Fault | RawAnswer;

/** A reply, or a function that makes one when it has seen the request. */
export type MockReply = ScriptedReply | ((request: MockRequest) => ScriptedReply | Promise<ScriptedReply>);
