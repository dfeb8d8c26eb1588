/** What the gateway knows about each kind of API call: can another endpoint serve it, and what does a right answer look like. */

import { namesStateInMessages, namesStateInResponse } from './named-state.js';

/** The shape of a right answer. `json` must be an object; `text` may be plain text; `any` is left as the SDK finds it. */
export type ReplyShape = 'json' | 'text' | 'binary' | 'any';

/** Which event family a stream speaks; decides what counts as content and as a proper end. */
export type StreamGrammar = 'chat' | 'completions' | 'responses' | 'typed' | 'opaque';

export interface Operation {
  /** Short name for records and spans. */
  readonly name: string;
  /** Whether any endpoint can serve it, provided the request names and creates no state at the provider. */
  readonly stateless: boolean;
  readonly reply: ReplyShape;
  readonly stream: StreamGrammar;
}

const row = (name: string, stateless: boolean, reply: ReplyShape, stream: StreamGrammar = 'opaque'): Operation =>
  Object.freeze({ name, stateless, reply, stream });

/** POST routes that name a model and keep nothing at the provider, by path. */
const STATELESS: ReadonlyMap<string, Operation> = new Map([
  ['/chat/completions', row('chat', true, 'json', 'chat')],
  ['/completions', row('completions', true, 'json', 'completions')],
  ['/responses', row('responses', true, 'json', 'responses')],
  ['/embeddings', row('embeddings', true, 'json')],
  ['/moderations', row('moderations', true, 'json')],
  ['/images/generations', row('images', true, 'json', 'typed')],
  ['/images/edits', row('images', true, 'json', 'typed')],
  ['/images/variations', row('images', true, 'json')],
  ['/audio/speech', row('speech', true, 'binary', 'typed')],
  ['/audio/transcriptions', row('transcriptions', true, 'text', 'typed')],
  ['/audio/translations', row('translations', true, 'text')],
  ['/rerank', row('rerank', true, 'json')],
]);

/** First path segments of the SDK's own resources; their JSON routes never answer with a web page. */
const RESOURCES = new Set(
  'assistants audio batches beta chat chatkit completions containers conversations embeddings evals files fine_tuning images models moderations organization realtime responses skills threads uploads vector_stores videos'.split(
    ' ',
  ),
);

const pinned = new Map<string, Operation>();

/**
 * Looks up a call by method and path (as the SDK's resources pass them, without base URL). Anything unknown is pinned to
 * one endpoint and answered as the SDK would.
 */
export function operationOf(method: string, path: string): Operation {
  if (method === 'post') {
    const known = STATELESS.get(path);
    if (known !== undefined) return known;
  }
  const start = path.startsWith('/') ? 1 : 0;
  const end = path.indexOf('/', start);
  const query = path.indexOf('?', start);
  const stop = Math.min(end === -1 ? path.length : end, query === -1 ? path.length : query);
  const resource = path.slice(start, stop);
  if (!RESOURCES.has(resource)) return OTHER;
  const name = method === 'delete' ? `${resource}.delete` : resource;
  let found = pinned.get(name);
  if (found === undefined) {
    found = row(name, false, 'any');
    pinned.set(name, found);
  }
  return found;
}

const OTHER = row('other', false, 'any');

/** Body fields that tie a call to the provider that holds the state they name. */
const STATE_FIELDS = ['previous_response_id', 'conversation', 'prompt'] as const;

/**
 * Whether a call may be served by any endpoint: its operation is stateless, its body names and creates no state at a
 * provider, and the body can be sent more than once.
 */
export function isMovable(operation: Operation, body: unknown): boolean {
  if (!operation.stateless) return false;
  if (typeof body !== 'object' || body === null) return true;
  if (isOneShot(body)) return false;
  if (operation.stream !== 'responses' && operation.stream !== 'chat') return true;
  const fields = body as Record<string, unknown>;
  if (fields['store'] === true || fields['background'] === true) return false;
  if (operation.stream === 'chat') return !namesStateInMessages(fields['messages']);
  for (const field of STATE_FIELDS) if (fields[field] !== undefined && fields[field] !== null) return false;
  return !namesStateInResponse(fields);
}

/** Whether a body can be read only once (a stream or an iterator), so that it must never be sent twice. */
export function isOneShot(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  if (typeof ReadableStream !== 'undefined' && body instanceof ReadableStream) return true;
  if (typeof FormData !== 'undefined' && body instanceof FormData) return false;
  if (typeof Blob !== 'undefined' && body instanceof Blob) return false;
  if (Symbol.asyncIterator in body) return true;
  return Symbol.iterator in body && 'next' in body && typeof body.next === 'function';
}
