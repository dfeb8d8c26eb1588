/**
 * Reads a buffered reply once and decides whether it is an answer. Longer than most files because what counts as an answer
 * has to be read in one piece.
 */
import type { Clock } from '../clock.js';
import { type Attempt, isToolRunner } from '../domain/call.js';
import { modelLabel } from '../domain/model-label.js';
import type { Failure, Outcome } from '../domain/outcome.js';
import type { Usage } from '../domain/usage.js';
import { sdkErrorShape, timeoutError, userAbortError } from '../errors.js';
import { brokenBody, nameStop, poisoned, poisonedByError, webPage } from './name-failure.js';

export interface BodyRules {
  readonly clock: Clock;
  /** Time left for this attempt, milliseconds. */
  readonly timeLeftMs: number;
  /** Time for a whole attempt, milliseconds. */
  readonly timeoutMs: number;
  /** Largest body to accept, bytes; `undefined` for any. */
  readonly maxBytes: number | undefined;
  readonly readUsage: (operation: string, body: unknown, endpoint: string) => Usage | undefined;
}

const TIMED_OUT = Symbol('timed out');
const STOPPED = Symbol('stopped');
const TOO_LARGE = Symbol('too large');

export async function inspectBody(response: Response, attempt: Attempt, rules: BodyRules): Promise<Outcome> {
  const { operation } = attempt.call;
  if (response.status === 204) {
    if (operation.reply === 'any') return good(response, attempt, null, rules);
    return bad(poisoned(response, 'The reply has no content.'));
  }
  let text: string | symbol;
  try {
    text = await readText(response, attempt, rules);
  } catch (error) {
    return bad(nameBodyStop(attempt) ?? brokenBody(error));
  }
  if (typeof text === 'symbol') {
    attempt.controller.abort();
    if (text === TIMED_OUT) return bad({ kind: 'timeout', error: timeoutError(), possiblyBilled: true });
    if (text === TOO_LARGE)
      return bad({
        ...poisoned(response, `The reply is larger than maxResponseBytes (${rules.maxBytes}).`),
        permanent: true,
      });
    return bad(nameBodyStop(attempt) ?? { kind: 'cancelled', error: attempt.controller.signal.reason });
  }
  // Deletions may be answered with nothing; what was asked for may not.
  if (text === '' && operation.reply === 'any' && operation.name !== 'other' && attempt.call.options.method === 'get')
    return bad(poisoned(response, 'The reply is empty.'));
  const judged = judge(response, attempt, text);
  return 'failure' in judged ? bad(judged.failure) : good(response, attempt, judged.value, rules);
}

/** As with the SDK, an abort inside the body carries no cause. */
function nameBodyStop(attempt: Attempt): Failure | undefined {
  const failure = nameStop(attempt);
  return failure !== undefined && sdkErrorShape(failure.error) === 'abort'
    ? { ...failure, error: userAbortError(undefined) }
    : failure;
}

/** Time-outs are rounded up to this many steps, because a timer of a length that is in use already costs next to nothing. */
const TIMER_STEPS = 64;

function timerMs({ timeLeftMs, timeoutMs }: BodyRules): number {
  const step = timeoutMs / TIMER_STEPS;
  return step > 0 ? Math.ceil(timeLeftMs / step) * step : 0;
}

function readText(response: Response, attempt: Attempt, rules: BodyRules): Promise<string | symbol> {
  // A tool runner keeps a turn that has arrived; its abort stops the next request (as with the SDK).
  const signal = isToolRunner(attempt.call.options) ? undefined : attempt.controller.signal;
  if (signal?.aborted) return Promise.resolve(STOPPED);
  const whole = rules.maxBytes === undefined && isDisposable(response) ? response : undefined;
  const reader = whole === undefined ? response.body?.getReader?.() : undefined;
  // Whoever gives up on a body closes its connection.
  const giveUp = () => {
    whole?.[Symbol.dispose]();
    reader?.cancel().catch(ignore);
  };
  return new Promise((resolve, reject) => {
    const timer = rules.clock.setTimer(() => stop(TIMED_OUT), timerMs(rules));
    const stopped = () => stop(STOPPED);
    const release = () => {
      rules.clock.clearTimer(timer);
      signal?.removeEventListener('abort', stopped);
    };
    const stop = (why: symbol) => {
      release();
      giveUp();
      resolve(why);
    };
    signal?.addEventListener('abort', stopped, { once: true });
    const reading = reader === undefined ? response.text() : readAll(reader, rules.maxBytes);
    reading.then(
      (text) => {
        release();
        if (text === TOO_LARGE) giveUp();
        resolve(text);
      },
      (error: unknown) => {
        release();
        reject(error);
      },
    );
  });
}

/** Replies over connections of the gateway's own can be given up while their text is read; others need a reader for that. */
function isDisposable(response: Response): response is Response & Disposable {
  return Symbol.dispose in response;
}

function ignore(): void {}

const decoder = new TextDecoder();

/** The whole body as text. Most bodies are one piece, which needs no decoder of its own. */
async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<string | symbol> {
  const first = await reader.read();
  if (first.done) return '';
  let next = await reader.read();
  if (next.done) return first.value.byteLength > maxBytes ? TOO_LARGE : decoder.decode(first.value);
  const streaming = new TextDecoder();
  let size = first.value.byteLength;
  let text = streaming.decode(first.value, { stream: true });
  while (!next.done) {
    size += next.value.byteLength;
    if (size > maxBytes) return TOO_LARGE;
    text += streaming.decode(next.value, { stream: true });
    next = await reader.read();
  }
  return text + streaming.decode();
}

function bad(failure: Failure): Outcome {
  return { ok: false, failure };
}

function good(response: Response, attempt: Attempt, value: unknown, rules: BodyRules): Outcome {
  const { operation } = attempt.call;
  const object =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  if (object !== undefined) {
    Object.defineProperty(object, '_request_id', { value: response.headers.get('x-request-id'), enumerable: false });
  }
  const model = object?.['model'];
  const id = object?.['id'];
  return {
    ok: true,
    reply: {
      response,
      value,
      settled: {
        ending: 'complete',
        usage:
          object !== undefined && operation.stateless
            ? rules.readUsage(operation.name, value, attempt.target.endpoint)
            : undefined,
        responseModel: typeof model === 'string' ? modelLabel(model) : undefined,
        responseId: typeof id === 'string' ? id : undefined,
      },
    },
  };
}

type Judged = { readonly value: unknown } | { readonly failure: Failure };

/** Whether a content type says JSON, as the SDK reads it. */
export function isJsonType(contentType: string | null): boolean {
  const media = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return media !== undefined && (media.includes('application/json') || media.endsWith('+json'));
}

/** Whether a content type says web page. */
export function isHtmlType(contentType: string | null): boolean {
  return contentType !== null && /^\s*(?:text\/html|application\/xhtml)/i.test(contentType);
}

/**
 * Decides what a body is. The SDK's own resources never answer with a web page; for other paths the caller gets what the SDK
 * would return.
 */
function judge(response: Response, attempt: Attempt, text: string): Judged {
  const { reply: shape, name } = attempt.call.operation;
  const known = name !== 'other';
  const contentType = response.headers.get('content-type');
  const strict = shape === 'json' || shape === 'text';
  if (isJsonType(contentType)) {
    if (text === '') return strict ? { failure: poisoned(response, 'The reply is empty.') } : { value: undefined };
    return judgeJson(response, attempt, known, text);
  }
  if (known && (isHtmlType(contentType) || looksLikePage(text))) return { failure: webPage(response) };
  if (shape === 'json') {
    if (text.trim() === '') return { failure: poisoned(response, 'The reply is empty.') };
    // Some servers forget the content type, or say text/plain.
    return judgeJson(response, attempt, known, text);
  }
  if (shape === 'any' && known && text === '') return { value: contentType === null ? undefined : text };
  return { value: text };
}

function looksLikePage(text: string): boolean {
  return /^\s*<(?:!doctype html|html|head|body)\b/i.test(text.slice(0, 200));
}

function judgeJson(response: Response, { call, last }: Attempt, known: boolean, text: string): Judged {
  const { reply: shape, stateless, name } = call.operation;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (known && looksLikePage(text)) return { failure: webPage(response) };
    // The engine's own message quotes the text, which may hold a completion.
    return {
      failure: poisoned(
        response,
        'The reply is not valid JSON, or was cut.',
        new SyntaxError('Malformed JSON in a reply body.'),
      ),
    };
  }
  if (shape === 'any' && !known) return { value };
  if (isErrorBody(value, stateless)) return { failure: poisonedByError(response, value) };
  if (shape === 'json' && (typeof value !== 'object' || value === null || Array.isArray(value)))
    return { failure: poisoned(response, 'The reply is JSON, but no object.') };
  // The provider says that it failed: an error as long as somebody else can be asked, as in a stream.
  if (name === 'responses' && stateless && !last && (value as { status?: unknown }).status === 'failed')
    return { failure: poisonedByError(response, value) };
  return { value };
}

/** Fields that hold what was asked for. */
const ANSWER = ['choices', 'data', 'output', 'images', 'results', 'embedding', 'text', 'segments'] as const;

/** `strict`: nothing but an answer will do, where other resources may well hold an object of any kind. */
function isErrorBody(value: unknown, strict: boolean): boolean {
  if (Array.isArray(value)) return value.length > 0 && isReal((value[0] as { error?: unknown } | null)?.error);
  if (typeof value !== 'object' || value === null) return false;
  const body = value as Record<string, unknown>;
  const { choices, error, object, status } = body;
  if (Array.isArray(choices)) {
    const first = choices[0] as { finish_reason?: unknown; error?: unknown } | null | undefined;
    if (first && (first.finish_reason === 'error' || isReal(first.error))) return true;
  }
  if (ANSWER.some((name) => isPresent(body[name]))) return false;
  if (isReal(error)) return strict ? status !== 'failed' : !isPresent(body['id']) && !isPresent(object);
  if (object === 'error' || body['success'] === false) return true;
  if (isPresent(body['id']) || isPresent(object)) return false;
  return strict || (body['code'] !== undefined && typeof body['message'] === 'string');
}

/** Whether a field is there; an empty list of choices or outputs is no answer yet. */
function isPresent(field: unknown): boolean {
  return field !== undefined && field !== null && !(Array.isArray(field) && field.length === 0);
}

function isReal(error: unknown): boolean {
  if (!error) return false;
  return typeof error !== 'object' || Object.keys(error).length > 0;
}
