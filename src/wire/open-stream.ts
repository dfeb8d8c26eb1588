/** Turns a streamed reply into the SDK's own `Stream`, once it is committed to its target. */
import { type OpenAI, OpenAIError } from 'openai';
import { Stream } from 'openai/streaming';
import type { Clock } from '../clock.js';
import { pieceReader } from '../domain/body-pieces.js';
import { type Attempt, keyOf } from '../domain/call.js';
import { choicesAsked } from '../domain/choice-tally.js';
import { hideKey } from '../domain/hide-key.js';
import { modelLabel } from '../domain/model-label.js';
import type { Failure, Outcome, ReceivedStream, Settlement } from '../domain/outcome.js';
import type { Usage } from '../domain/usage.js';
import { GatewayError, StreamInterruptedError } from '../errors.js';
import { type Break, EventStream } from './event-stream.js';
import { brokenBody, errorEvent, errorInside, nameStop, poisoned } from './name-failure.js';
import type { StreamWatch } from './stream-watch.js';

export interface StreamRules {
  readonly clock: Clock;
  readonly watch: StreamWatch;
  readonly commitAfterMs: number;
  readonly hideUsage: boolean;
  readonly readUsage: (operation: string, body: unknown, endpoint: string) => Usage | undefined;
}

/** Closes the connection of a stream that was dropped without having been read. */
const dropped = new FinalizationRegistry<EventStream>((stream) => stream.cancel());

export async function openStream(response: Response, attempt: Attempt, rules: StreamRules): Promise<Outcome> {
  const { call } = attempt;
  // Attempts at streams have a native one, because the caller gets it.
  const controller = attempt.controller as AbortController;
  const { clock, watch } = rules;
  const reader = pieceReader(response);
  if (reader === undefined) return { ok: false, failure: poisoned(response, 'The stream is empty.') };
  let settle: (settlement: Settlement) => void = () => {};
  const settled = new Promise<Settlement>((resolve) => {
    settle = resolve;
  });
  // Named when it happens: ending the stream aborts the attempt, and then every failure would look like an abort.
  let failure: Failure | undefined;
  const stream = new EventStream({
    reader,
    grammar: call.operation.stream,
    controller,
    watch,
    failedIsError: !attempt.last,
    choiceCount: choicesAsked(call.operation.stream, call.options.body),
    hideUsage: rules.hideUsage,
    withEventName: call.options.__synthesizeEventData === true,
    // The end of the whole call or of the gateway is not the caller's own doing.
    isQuiet: (reason) => !(reason instanceof GatewayError),
    toError: (broken, source) => {
      const error = interruption(broken, source, attempt, rules);
      hideKey(error, keyOf(attempt));
      call.note(error, call);
      return error;
    },
    onEnd: (ending, source, broken) => {
      if (broken !== undefined) failure = describe(broken, response, attempt);
      settle({
        ending,
        usage:
          source.usageEvent === undefined
            ? undefined
            : rules.readUsage(call.operation.name, source.usageEvent, attempt.target.endpoint),
        received: receivedFrom(source),
        responseModel: textField(source.firstData, 'model'),
        responseId: textField(source.firstData, 'id'),
        firstEventMs: watch.firstEventAt === undefined ? undefined : watch.firstEventAt - attempt.startedAt,
        failure,
      });
    },
  });
  const commitAt = clock.now() + rules.commitAfterMs;
  const broken = await stream.commit(() => clock.now() >= commitAt);
  if (broken !== undefined) return { ok: false, failure: failure ?? describe(broken, response, attempt) };
  const value = new Stream<unknown>(function (this: unknown) {
    return startOnce(stream, this);
  }, controller);
  dropped.register(value, stream, stream);
  return { ok: true, reply: { response, value, settled } };
}

function receivedFrom({ partial, eventCount }: EventStream): ReceivedStream {
  return { text: partial.text, toolCalls: partial.toolCalls, otherLength: partial.otherLength, eventCount };
}

/** The SDK's own decoding, for resources that bring a stream class or an event mode of their own. */
export function sdkStream(response: Response, attempt: Attempt, client: object): unknown {
  const { options } = attempt.call;
  const StreamClass = (options.__streamClass ?? Stream) as typeof Stream;
  const mode = options.__streamMode === 'events' ? 'events' : 'legacy';
  return StreamClass.fromSSEResponse(
    response,
    attempt.controller as AbortController,
    client as OpenAI,
    options.__synthesizeEventData,
    mode,
  );
}

const started = new WeakSet<EventStream>();

function startOnce(stream: EventStream, owner: unknown): AsyncIterator<unknown, undefined> {
  if (started.has(stream)) {
    // As with the SDK, the second iteration fails at its first step.
    const error = () =>
      Promise.reject(new OpenAIError('Cannot iterate over a consumed stream, use `.tee()` to split the stream.'));
    return { next: error, return: () => Promise.resolve({ value: undefined, done: true }) };
  }
  started.add(stream);
  return stream.iterate(owner);
}

function textField(data: unknown, name: string): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const fields = data as Record<string, unknown>;
  const source =
    typeof fields['response'] === 'object' && fields['response'] !== null
      ? (fields['response'] as Record<string, unknown>)
      : fields;
  return typeof source[name] === 'string' ? modelLabel(source[name]) : undefined;
}

/** A break before commitment, as an ordinary failure of the attempt. */
function describe(broken: Break, response: Response, attempt: Attempt): Failure {
  switch (broken.reason) {
    case 'error_event':
      return errorEvent(response, broken.data);
    case 'malformed':
      return poisoned(response, 'The stream has an event that is not JSON.');
    case 'truncated':
      return poisoned(
        response,
        broken.empty ? 'The stream ended without a single event.' : 'The stream ended before its first content.',
      );
    case 'reset':
      return nameStop(attempt) ?? brokenBody(broken.cause);
    case 'stalled':
      return nameStop(attempt) ?? poisoned(response, 'The stream stalled.');
  }
}

const SENTENCES = {
  truncated: 'The stream ended without a finish reason or [DONE]; what came before it may be incomplete.',
  stalled: 'The stream went silent.',
  reset: 'The connection broke in the middle of the stream.',
  error_event: 'The provider reported an error in the middle of the stream.',
  malformed: 'The stream has an event that is not JSON.',
} as const;

function interruption(
  broken: Break,
  stream: EventStream,
  attempt: Attempt,
  rules: StreamRules,
): StreamInterruptedError {
  const detail = broken.reason === 'error_event' ? errorFields(broken.data) : {};
  const usage =
    stream.usageEvent === undefined
      ? undefined
      : rules.readUsage(attempt.call.operation.name, stream.usageEvent, attempt.target.endpoint);
  const sentence = broken.cause instanceof GatewayError ? broken.cause.message : SENTENCES[broken.reason];
  return new StreamInterruptedError(broken.reason, detail.message ?? sentence, {
    partial: { text: stream.partial.text, toolCalls: stream.partial.toolCalls, usage },
    cause: broken.cause,
    error: detail.error,
  });
}

function errorFields(data: unknown): { message?: string; error?: object } {
  const inner = errorInside(data);
  if (typeof inner !== 'object' || inner === null) return typeof inner === 'string' ? { message: inner } : {};
  const { message } = inner as { message?: unknown };
  return { error: inner, ...(typeof message === 'string' && { message }) };
}
