/** What a reply is worth, once its headers are there. It is the one place where the shapes of replies part. */
import type { Attempt, EndpointPort } from '../domain/call.js';
import type { Failure, Outcome } from '../domain/outcome.js';
import type { Usage } from '../domain/usage.js';
import type { Decision } from './decided.js';
import { type BodyRules, inspectBody, isHtmlType, isJsonType } from './inspect-body.js';
import { brokenBody, nameStop, poisoned, webPage } from './name-failure.js';
import { openStream, sdkStream } from './open-stream.js';
import type { StreamWatch } from './stream-watch.js';
import { type Unmasked, unmaskStream } from './unmask-stream.js';
import { watchStream } from './watch-stream.js';

export interface SendSettings extends Decision {
  readonly maxBytes: number | undefined;
  readonly readUsage: (operation: string, body: unknown, endpoint: string) => Usage | undefined;
}

/** Milliseconds after which a stream whose events show nothing yet is handed over. */
const COMMIT_AFTER_MS = 5_000;

const OPEN_ENDED = Object.freeze({ ending: 'unread' } as const);

/** The caller wants the `Response` itself: status and content type are all that can be judged. */
export function unread(response: Response, attempt: Attempt, settings: SendSettings): Outcome {
  const failure = judgeHead(response, attempt);
  if (failure !== undefined) return discard(response, failure);
  const inspect = () => accept(response, attempt, settings, undefined, false);
  return { ok: true, reply: { response, value: response, settled: OPEN_ENDED, inspect } };
}

function judgeHead(response: Response, attempt: Attempt): Failure | undefined {
  const { operation, stream, options } = attempt.call;
  const contentType = response.headers.get('content-type');
  // A file may well be a web page.
  const mayBePage = operation.name === 'other' || (options.__binaryResponse === true && operation.reply !== 'binary');
  if (!mayBePage && isHtmlType(contentType)) return webPage(response);
  if (operation.stateless && response.headers.get('content-length') === '0')
    return poisoned(response, 'The reply is empty.');
  if (stream && operation.stateless && isJsonType(contentType))
    return poisoned(response, 'The reply is JSON where a stream was asked for.');
  return undefined;
}

function discard(response: Response, failure: Failure): Outcome {
  response.body?.cancel().catch(() => {});
  return { ok: false, failure };
}

export function accept(
  response: Response,
  attempt: Attempt,
  settings: SendSettings,
  watch: StreamWatch | undefined,
  addedUsage: boolean,
): Promise<Outcome> {
  const { call } = attempt;
  const { clock, readUsage, maxBytes } = settings;
  const port = call.port(attempt.target.endpoint);
  const timeoutMs = call.options.timeout ?? port.timeoutMs;
  const timeLeftMs = timeoutMs - (clock.now() - attempt.startedAt);
  const rules = { clock, timeLeftMs, timeoutMs, maxBytes, readUsage };
  if (call.stream) return acceptStream(response, attempt, port, rules, watch, addedUsage);
  if (call.options.__binaryResponse && response.status !== 204) return binary(response, attempt, rules);
  return inspectBody(response, attempt, rules);
}

async function acceptStream(
  response: Response,
  attempt: Attempt,
  port: EndpointPort,
  rules: BodyRules,
  watch: StreamWatch | undefined,
  addedUsage: boolean,
): Promise<Outcome> {
  const { call } = attempt;
  const { clock, readUsage } = rules;
  const contentType = response.headers.get('content-type');
  if (
    call.operation.stream === 'opaque' ||
    call.options.__streamClass !== undefined ||
    call.options.__streamMode === 'events'
  ) {
    return { ok: true, reply: { response, value: sdkStream(response, attempt, port.client), settled: OPEN_ENDED } };
  }
  if (isHtmlType(contentType)) return notAStream(response, attempt, rules);
  const opening = isJsonType(contentType) ? await unmask(response, attempt) : { response, isStream: true };
  if ('failure' in opening) return { ok: false, failure: opening.failure };
  if (!opening.isStream) return notAStream(opening.response, attempt, rules);
  const streamWatch = watch ?? watchStream(attempt, port, clock);
  const opened = await openStream(opening.response, attempt, {
    clock,
    watch: streamWatch,
    commitAfterMs: call.settings.commitAfterMs ?? COMMIT_AFTER_MS,
    hideUsage: addedUsage,
    readUsage,
  });
  streamWatch.handedOver = opened.ok;
  return opened;
}

/** A body can break before its first byte: cut, reset, or not the gzip that it claims to be. */
async function unmask(response: Response, attempt: Attempt): Promise<Unmasked | { readonly failure: Failure }> {
  try {
    return await unmaskStream(response);
  } catch (error) {
    return { failure: nameStop(attempt) ?? brokenBody(error) };
  }
}

/** JSON or a page where a stream was asked for: an error body if it is one, never a silent empty stream. */
async function notAStream(response: Response, attempt: Attempt, rules: BodyRules): Promise<Outcome> {
  const read = await inspectBody(response, attempt, rules);
  if (!read.ok) return read;
  return { ok: false, failure: poisoned(response, 'The reply is one JSON body where a stream was asked for.') };
}

/** Speech and files: status and type decide, the body stays unread. A page or an error object is read to be named. */
async function binary(response: Response, attempt: Attempt, rules: BodyRules): Promise<Outcome> {
  const { operation } = attempt.call;
  const contentType = response.headers.get('content-type');
  if (operation.reply === 'binary' && (isJsonType(contentType) || isHtmlType(contentType))) {
    const read = await inspectBody(response, attempt, rules);
    return read.ok ? { ok: false, failure: poisoned(response, 'The reply is JSON where audio was asked for.') } : read;
  }
  const failure = judgeHead(response, attempt);
  if (failure !== undefined) return discard(response, failure);
  return { ok: true, reply: { response, value: response, settled: OPEN_ENDED } };
}
