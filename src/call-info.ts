/** Looks up what happened to the call behind a result, a stream, a `Response` or an error. */
import type { Call } from './domain/call.js';
import type { Cost } from './domain/price.js';
import type { AttemptSummary } from './domain/trace.js';
import type { Usage } from './domain/usage.js';
import type { Tags } from './events.js';

/** What happened to one call. Durations in milliseconds. Final once `settled` is true; a stream settles when it has ended. */
export interface CallInfo {
  readonly callId: string;
  readonly operation: string;
  readonly requestedModel: string | undefined;
  readonly alias: string | undefined;
  /** The endpoint that answered, or that was asked last. */
  readonly endpoint: string | undefined;
  /** The model's name at that endpoint. */
  readonly model: string | undefined;
  /** The `model` in the provider's reply. */
  readonly responseModel: string | undefined;
  readonly attempts: readonly AttemptSummary[];
  readonly tags: Tags;
  /** Of the answer: as the provider reported it, else an estimate (`source: 'estimated'`). */
  readonly usage: Usage | undefined;
  /** What all attempts cost together; `undefined` while it is not known, as for a moment after it was first asked for. */
  readonly cost: Cost | undefined;
  /** Waiting for limits and between attempts. */
  readonly waitedMs: number;
  /** From the call to its end; `undefined` while it runs. */
  readonly durationMs: number | undefined;
  readonly firstEventMs: number | undefined;
  /** Attempts were left and not made, because the endpoint's store of retries was used up (`retry.quota`). */
  readonly retriesWithheld: boolean;
  readonly status: 'running' | 'ok' | 'failed' | 'aborted' | 'interrupted';
  readonly settled: boolean;
}

/** Returns what it is given as `this` of a subclass, whose private field then lands on that object. */
const Itself = class {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: that is what the class is for.
    return object;
  }
};

/**
 * Writes a call into a private field of any object: invisible to everybody else, and gone with the object. A `WeakMap` would do
 * the same, but keeps every call alive until the next full collection, which costs a busy process more than the rest of a call.
 */
class Noted extends Itself {
  #call: Call | undefined;

  static set(result: object, call: Call): void {
    const noted: Noted = #call in result ? result : new Noted(result);
    noted.#call = call;
  }

  static get(result: object): Call | undefined {
    return #call in result ? result.#call : undefined;
  }
}

/** One per process, not per copy of this package: results of one copy can be asked about through the other. */
const KEY = Symbol.for('llm-gateway-client.calls');
const holder = globalThis as { [KEY]?: Pick<typeof Noted, 'get' | 'set'> };
holder[KEY] ??= Noted;
const calls = holder[KEY];

/** Remembers which call a result belongs to. Adds nothing to the result that anybody can see. */
export function noteResult(result: unknown, call: Call): void {
  if ((typeof result === 'object' && result !== null) || typeof result === 'function') calls.set(result, call);
}

/**
 * What happened to the call behind `result`: a completion, a stream, a page, a `Response` or an error.
 * `undefined` for anything that did not come from this library.
 */
export function gatewayInfo(result: unknown): CallInfo | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  const call = calls.get(result);
  return call === undefined ? undefined : describe(call);
}

function describe(call: Call): CallInfo {
  const { trace } = call;
  const { ended } = trace;
  const last = trace.attempts.at(-1);
  return Object.freeze({
    callId: call.id,
    operation: call.operation.name,
    requestedModel: call.requestedModel,
    alias: call.alias,
    endpoint: last?.endpoint,
    model: last?.model,
    responseModel: ended?.responseModel,
    attempts: Object.freeze([...trace.attempts]),
    tags: call.tags,
    usage: Object.freeze(ended?.usage ?? trace.estimatedUsage),
    cost: Object.freeze(trace.cost ?? trace.bill?.costs.total(trace.bill)),
    waitedMs: trace.waitedMs,
    durationMs: ended?.durationMs,
    firstEventMs: ended?.firstEventMs,
    retriesWithheld: trace.retriesWithheld,
    status: ended?.status ?? 'running',
    settled: ended !== undefined,
  });
}
