/** Runs one call through the stack and puts the outcome into the SDK's own terms. */
import type { OpenAI as SDK } from 'openai';
import { beginCall, type CallRequest } from './begin-call.js';
import { noteResult } from './call-info.js';
import type { Call } from './domain/call.js';
import type { Outcome, Reply, Settlement } from './domain/outcome.js';
import { ShuttingDownError } from './errors.js';
import type { GatewayParts } from './gateway-parts.js';
import { CallerIntent, type PromisedCall, type ResponseProps } from './gateway-promise.js';
import { markError } from './load-engine.js';

type Options = ResponseProps['options'];

/** The SDK wants one beside a response; its parsers, which would abort it, are not used. */
const UNUSED = new AbortController();

/** Whose call it is, and what holds for all calls of that client. */
export interface CallOwner {
  readonly parts: GatewayParts;
  readonly client: SDK;
  /** May reject with a `ConfigError`. */
  prepare(options: Options, remainingRetries: number | null, intent: CallerIntent): CallRequest;
}

/** Starts at once, as the SDK does. */
export function startCall(
  owner: CallOwner,
  options: Options | Promise<Options>,
  remainingRetries: number | null,
): PromisedCall {
  return new StartedCall(owner, options, remainingRetries);
}

/** One object with all there is to know about a call, where every function made for it would hold as much. */
class StartedCall implements PromisedCall {
  readonly client: SDK;
  readonly intent = new CallerIntent();
  readonly winner: Promise<ResponseProps>;
  #call: Call | undefined;
  #reply: Reply | undefined;

  constructor(owner: CallOwner, options: Options | Promise<Options>, remainingRetries: number | null) {
    this.client = owner.client;
    this.winner = this.#run(owner, options, remainingRetries);
  }

  async #run(
    owner: CallOwner,
    options: Options | Promise<Options>,
    remainingRetries: number | null,
  ): Promise<ResponseProps> {
    const { parts } = owner;
    const given = await options;
    if (parts.lifecycle.closed) throw new ShuttingDownError();
    const call = beginCall(parts, owner.prepare(given, remainingRetries, this.intent), markError);
    this.#call = call;
    parts.lifecycle.begin(call);
    const outcome = await parts.engine.run(call);
    if (outcome.ok) finishLater(parts, call, outcome);
    else parts.lifecycle.end(call);
    const reply = accepted(outcome, call);
    this.#reply = reply;
    return {
      response: reply.response,
      options: given,
      controller: UNUSED,
      requestLogID: call.id,
      retryOfRequestLogID: undefined,
      startTime: parts.config.clock.wallNow(),
    };
  }

  async read(): Promise<unknown> {
    let got = this.#reply as Reply;
    if (got.inspect !== undefined) {
      // The caller took the unread response first and wants the parsed body after all: the winner stays the winner.
      got = accepted(await got.inspect(), this.#call as Call);
      this.#reply = got;
    }
    if (typeof got.value === 'object' && got.value !== null) this.note(got.value);
    return got.value;
  }

  note(result: object): void {
    if (this.#call !== undefined) noteResult(result, this.#call);
  }
}

/*
 * The functions below are not written where they are used: a function made there would keep alive all that is known
 * there, the reply included, and a stream that its caller dropped could never be reclaimed.
 */

function finishLater(parts: GatewayParts, call: Call, outcome: Outcome & { readonly ok: true }): void {
  const { settled, value } = outcome.reply;
  if (settled instanceof Promise) awaitEnd(parts, call, settled);
  else finish(parts, call, value, settled);
}

/** A stream itself is no object that a provider keeps. */
function awaitEnd(parts: GatewayParts, call: Call, settled: Promise<Settlement>): void {
  void settled.then((settlement) => finish(parts, call, undefined, settlement));
}

function finish(parts: GatewayParts, call: Call, value: unknown, settlement: Settlement): void {
  parts.lifecycle.end(call);
  parts.engine.now?.affinity.remember(call, value, settlement.responseId);
}

function accepted(outcome: Outcome, call: Call): Reply {
  if (outcome.ok) return outcome.reply;
  const { error, retryAfterMs } = outcome.failure;
  if (typeof error === 'object' && error !== null) markError(error, call, retryAfterMs);
  throw error;
}
