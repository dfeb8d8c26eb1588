/** Runs one call through the stack and puts the outcome into the SDK's own terms. */
import type { OpenAI as SDK } from 'openai';
import { beginCall, type CallRequest } from './begin-call.js';
import { noteResult } from './call-info.js';
import type { Call } from './domain/call.js';
import type { Outcome, Reply, Settlement } from './domain/outcome.js';
import { ShuttingDownError } from './errors.js';
import type { GatewayParts } from './gateway-parts.js';
import { CallerIntent, type PromisedCall, type ReadValue, type ResponseProps } from './gateway-promise.js';

/** A call under way. */
export interface RunningCall extends PromisedCall {
  readonly read: ReadValue;
}

type Options = ResponseProps['options'];

/** The SDK wants one beside a response; its parsers, which would abort it, are not used. */
const UNUSED = new AbortController();

/** Starts at once, as the SDK does. `prepare` may reject with a `ConfigError`. */
export function startCall(
  parts: GatewayParts,
  client: SDK,
  options: Options | Promise<Options>,
  prepare: (options: Options, intent: CallerIntent) => CallRequest,
): RunningCall {
  const intent = new CallerIntent();
  let call: Call | undefined;
  let reply: Reply | undefined;
  const note = (result: object) => {
    if (call !== undefined) noteResult(result, call);
  };

  async function run(): Promise<ResponseProps> {
    const given = await options;
    if (parts.lifecycle.closed) throw new ShuttingDownError();
    const mark = errorMark();
    const begun = beginCall(parts, prepare(given, intent), mark.tell);
    mark.call = begun;
    call = begun;
    parts.lifecycle.begin(begun);
    const outcome = await parts.engine.run(begun);
    if (outcome.ok) finishLater(parts, begun, outcome);
    else parts.lifecycle.end(begun);
    reply = accepted(outcome, begun);
    return {
      response: reply.response,
      options: given,
      controller: UNUSED,
      requestLogID: call.id,
      retryOfRequestLogID: undefined,
      startTime: parts.config.clock.wallNow(),
    };
  }

  const read: ReadValue = async () => {
    let got = reply as Reply;
    if (got.inspect !== undefined) {
      // The caller took the unread response first and wants the parsed body after all: the winner stays the winner.
      got = accepted(await got.inspect(), call as Call);
      reply = got;
    }
    if (typeof got.value === 'object' && got.value !== null) note(got.value);
    return got.value;
  };
  return { client, intent, winner: run(), read, note };
}

/*
 * The functions below are not written where they are used: a function made there would keep alive all that is known
 * there, the reply included, and a stream that its caller dropped could never be reclaimed.
 */

function errorMark() {
  const mark = {
    call: undefined as Call | undefined,
    tell(error: object): void {
      if (mark.call !== undefined) markError(error, mark.call);
    },
  };
  return mark;
}

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
  const endpoint = call.trace.attempts.at(-1)?.endpoint;
  // Objects that a provider keeps are found again where they were created.
  if (endpoint === undefined || (call.movable && call.operation.stream !== 'responses')) return;
  const affinity = parts.engine.now?.affinity;
  affinity?.learn(endpoint, value);
  affinity?.note(endpoint, settlement.responseId);
}

function accepted(outcome: Outcome, call: Call): Reply {
  if (outcome.ok) return outcome.reply;
  const { error, retryAfterMs } = outcome.failure;
  if (typeof error === 'object' && error !== null) markError(error, call, retryAfterMs);
  throw error;
}

/** Puts what happened beside an error: nothing of it is enumerable, so that logs stay as they were. */
function markError(error: object, call: Call, retryAfterMs?: number): void {
  if (!Object.isExtensible(error)) return;
  const attempts = Object.freeze([...call.trace.attempts]);
  Object.defineProperty(error, 'attempts', { value: attempts, configurable: true, writable: true });
  if (call.trace.retriesWithheld)
    Object.defineProperty(error, 'retriesWithheld', { value: true, configurable: true, writable: true });
  if (retryAfterMs !== undefined && !Object.hasOwn(error, 'retryAfterMs')) {
    Object.defineProperty(error, 'retryAfterMs', { value: retryAfterMs, configurable: true, writable: true });
  }
  noteResult(error, call);
}
