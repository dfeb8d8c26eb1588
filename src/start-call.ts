/** Runs one call through the stack and puts the outcome into the SDK's own terms. */
import { beginCall, type CallRequest } from './begin-call.js';
import { noteResult } from './call-info.js';
import type { Call } from './domain/call.js';
import { type Outcome, onSettled, type Reply, type Settlement } from './domain/outcome.js';
import { ShuttingDownError } from './errors.js';
import type { GatewayParts } from './gateway-parts.js';
import type { CallerIntent, ReadValue, ResponseProps } from './gateway-promise.js';

/** A call under way. */
export interface RunningCall {
  readonly intent: CallerIntent;
  /** Settles when the answer is fixed, as far as the caller's intent asks for. */
  readonly winner: Promise<ResponseProps>;
  readonly read: ReadValue;
  readonly note: (result: object) => void;
}

type Options = ResponseProps['options'];

/** The SDK wants one beside a response; its parsers, which would abort it, are not used. */
const UNUSED = new AbortController();

/** Starts at once, as the SDK does. `prepare` may reject with a `ConfigError`. */
export function startCall(
  parts: GatewayParts,
  intent: CallerIntent,
  options: Options | Promise<Options>,
  prepare: (options: Options) => CallRequest,
): RunningCall {
  let call: Call | undefined;
  let reply: Reply | undefined;
  const note = (result: object) => {
    if (call !== undefined) noteResult(result, call);
  };

  async function run(): Promise<ResponseProps> {
    const given = await options;
    if (parts.lifecycle.closed) throw new ShuttingDownError();
    const begun = beginCall(parts, prepare(given), (error) => markError(error, begun));
    call = begun;
    parts.lifecycle.begin(begun);
    const outcome = await parts.run(begun);
    if (outcome.ok) onSettled(outcome, (settlement) => finish(parts, begun, outcome.reply, settlement));
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
  return { intent, winner: run(), read, note };
}

function finish(parts: GatewayParts, call: Call, reply: Reply, settlement: Settlement): void {
  parts.lifecycle.end(call);
  const endpoint = call.trace.attempts.at(-1)?.endpoint;
  // Objects that a provider keeps are found again where they were created.
  if (endpoint === undefined || (call.movable && call.operation.stream !== 'responses')) return;
  parts.affinity.learn(endpoint, reply.value);
  parts.affinity.note(endpoint, settlement.responseId);
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
  if (retryAfterMs !== undefined && !Object.hasOwn(error, 'retryAfterMs')) {
    Object.defineProperty(error, 'retryAfterMs', { value: retryAfterMs, configurable: true, writable: true });
  }
  noteResult(error, call);
}
