import type { Operation } from './operation.js';
import type { Failure } from './outcome.js';
import type { CallSettings, Route, Target } from './route.js';
import type { CallTrace } from './trace.js';

/** What the SDK hands to `request()`, as far as the gateway reads it. The caller's object: never written to. */
export interface RequestShape {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly stream?: boolean | undefined;
  readonly signal?: AbortSignal | null | undefined;
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly fetchOptions?: unknown;
  readonly __binaryResponse?: boolean | undefined;
  readonly __streamClass?: unknown;
  readonly __synthesizeEventData?: boolean | undefined;
  readonly __streamMode?: string | undefined;
  readonly __metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Whether the request is a turn of the SDK's `runTools`. */
export function isToolRunner(options: RequestShape): boolean {
  return options.__metadata?.['helperMethod'] === 'runTools';
}

/** An endpoint as one call sees it. */
export interface EndpointPort {
  readonly name: string;
  /** Origin of its base URL now; redirects and absolute paths must stay there. */
  readonly origin: string;
  /** Whether credentials in the caller's own request headers are meant for it: true for the first endpoint only. */
  readonly takesCallerCredentials: boolean;
  /** Whether it is known to refuse `stream_options`; set when it says so. */
  refusesStreamUsage: boolean;
  /** The SDK client behind it, for the SDK's own decoding. */
  readonly client: object;
  /** Whether the SDK guards where its requests go by itself (a `provider`). */
  readonly guardsOrigin: boolean;
  /** Time for one attempt in milliseconds, when the request names none. */
  readonly timeoutMs: number;
  /** Sends one complete SDK request without SDK retries, up to the response headers. Rejects with the SDK's typed errors. */
  send(options: RequestShape): Promise<Response>;
  /**
   * The same for a first attempt with nothing of its own but a JSON body, without asking the SDK. Rejects with anything once
   * `signal` has aborted.
   * @param body Takes the place of the one in `options`.
   * @returns nothing where the SDK has to send it
   */
  sendDirectly(options: RequestShape, body: object, signal: AttemptController['signal']): Promise<Response> | undefined;
}

/** What the caller does with the promise: reads the parsed body, or takes the raw `Response`. Decides how much an attempt must prove. */
export interface Intent {
  readonly known: 'body' | 'response' | undefined;
  wait(): Promise<'body' | 'response'>;
}

/** What the caller asked for; fixed when the call starts. */
export interface Call {
  readonly id: string;
  readonly operation: Operation;
  readonly options: RequestShape;
  readonly stream: boolean;
  /** The `model` as written by the caller, fit to be shown. */
  readonly requestedModel: string | undefined;
  readonly alias: string | undefined;
  readonly route: Route | undefined;
  /** Targets this call may use, in groups; a later group is for when an earlier one has nothing left. */
  readonly groups: readonly (readonly Target[])[];
  /** Whether another endpoint may serve the call after the first failed. */
  readonly movable: boolean;
  readonly settings: CallSettings;
  readonly maxRetries: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly hedge: boolean;
  readonly intent: Intent;
  readonly port: (endpoint: string) => EndpointPort;
  /** Ask for usage in streams even if the caller did not. */
  readonly wantsUsage: boolean;
  /** Aborted by the caller or by the deadline. Absent when neither can happen. */
  readonly signal: AbortSignal | undefined;
  /** On the monotonic clock. */
  readonly startedAt: number;
  /** When the call must be over, on the monotonic clock. */
  readonly deadlineAt: number | undefined;
  readonly trace: CallTrace;
  /** Makes an error that reaches the caller known as this call's. */
  readonly note: (error: object, call: Call) => void;
}

type AbortListener = (() => void) | { handleEvent(): void };

/** Ends an attempt. A native `AbortController` where somebody outside needs the signal, else something lighter. */
export interface AttemptController {
  readonly signal: {
    readonly aborted: boolean;
    readonly reason: unknown;
    addEventListener(type: 'abort', listener: AbortListener, options?: { once: boolean }): void;
    removeEventListener(type: 'abort', listener: AbortListener): void;
  };
  abort(reason?: unknown): void;
}

/** One try of a call at one target. */
export interface Attempt {
  readonly call: Call;
  /** From 1. */
  readonly number: number;
  readonly target: Target;
  /** How often this call has visited this target before. */
  readonly visit: number;
  /** Milliseconds this call has waited since the attempt before. */
  readonly waitedMs: number;
  /** Whether no other target is left to ask: the first event of a stream may then take as long as `timeout`. */
  readonly last: boolean;
  /** Chosen although it is under suspicion, because nothing better is left. */
  readonly asSuspect: boolean;
  /** Chosen although it is out: all targets are, or there is no other. */
  readonly forced: boolean;
  /** Ends this attempt and nothing else. */
  readonly controller: AttemptController;
  /** On the monotonic clock; once it was let through, where it had to wait for its turn. */
  startedAt: number;
  /** The failure that led here, if any. */
  readonly after: Failure | undefined;
}

/** The key an attempt was sent with, if it is a plain one. */
export function keyOf({ call, target }: Attempt): unknown {
  return (call.port(target.endpoint).client as { readonly apiKey?: unknown }).apiKey;
}
