/**
 * What one decoded stream event means: does it carry something the user can see (then nobody else can be asked any more),
 * is it a proper end, is it an error. One function per event family, answers as bit flags because it runs for every event.
 */

import type { StreamGrammar } from './operation.js';
import { isObject } from './plain-object.js';

/** Content, reasoning, a refusal, a tool call or audio: the stream is committed to this target. */
export const COMMITS = 1;
/** A proper end was seen. */
export const TERMINAL = 2;
/** The provider reports an error inside the stream. */
export const ERROR = 4;
/** Carries usage and nothing else; exists only because usage was asked for. */
export const USAGE_ONLY = 8;
/** A proper end that says the provider failed (Responses API): an error as long as somebody else can be asked. */
export const FAILED = 16;
/** A chunk without anything in it, sent to keep the connection alive: it is handed on, but it is no progress. */
export const SILENT = 32;

/** Events that providers send, instead of comments, to keep a connection alive. */
const KEEP_ALIVE = new Set<unknown>(['ping', 'keepalive', 'keep-alive', 'heartbeat']);

/** Whether an event only keeps the connection alive. Such an event is nobody's chunk. */
export function isKeepAlive(event: string | undefined, data: unknown): boolean {
  if (event === 'ping' || event === 'keepalive') return true;
  return isObject(data) && KEEP_ALIVE.has(data['type']);
}

type Json = Readonly<Record<string, unknown>>;

/** Reads one event. `data` is the parsed JSON; `event` the SSE event name, if any. */
export function readEvent(grammar: StreamGrammar, event: string | undefined, data: unknown): number {
  if (event === 'error') return ERROR;
  if (!isObject(data)) return COMMITS;
  if (isRealError(data['error']) && data['type'] !== 'response.failed') return ERROR;
  switch (grammar) {
    case 'chat':
      return readChat(data);
    case 'completions':
      return readCompletion(data);
    case 'responses':
      return readResponse(data);
    case 'typed':
      return readTyped(data);
    case 'opaque':
      return COMMITS;
  }
}

/** An `error` field that means it: providers also send `null`, `false`, empty text or an empty object on good chunks. */
function isRealError(error: unknown): boolean {
  if (!error) return false;
  return typeof error !== 'object' || Object.keys(error).length > 0;
}

function readChat(data: Json): number {
  const choices = data['choices'];
  if (!Array.isArray(choices)) return data['usage'] ? USAGE_ONLY : 0;
  if (choices.length === 0) return data['usage'] ? USAGE_ONLY : 0;
  let flags = 0;
  for (const choice of choices as readonly unknown[]) {
    if (!isObject(choice)) continue;
    if (choice['finish_reason'] === 'error' || isRealError(choice['error'])) return ERROR;
    if (choice['finish_reason']) flags |= TERMINAL;
    const delta = choice['delta'];
    if (isObject(delta) && hasContent(delta)) flags |= COMMITS;
  }
  return flags === 0 && !data['usage'] && (choices as readonly unknown[]).every(isBlank) ? SILENT : flags;
}

/** Whether a choice carries nothing, not even a field that is unknown here. */
function isBlank(choice: unknown): boolean {
  const delta = isObject(choice) ? choice['delta'] : undefined;
  if (!isObject(delta)) return true;
  for (const name in delta) if (delta[name] && name !== 'role') return false;
  return true;
}

function hasContent(delta: Json): boolean {
  return Boolean(
    delta['content'] ||
      delta['reasoning_content'] ||
      delta['reasoning'] ||
      delta['refusal'] ||
      delta['audio'] ||
      delta['function_call'] ||
      (Array.isArray(delta['tool_calls']) && delta['tool_calls'].length > 0) ||
      (Array.isArray(delta['reasoning_details']) && delta['reasoning_details'].length > 0),
  );
}

function readCompletion(data: Json): number {
  const choices = data['choices'];
  if (!Array.isArray(choices) || choices.length === 0) return data['usage'] ? USAGE_ONLY : 0;
  let flags = 0;
  for (const choice of choices as readonly unknown[]) {
    if (!isObject(choice)) continue;
    if (choice['finish_reason'] === 'error') return ERROR;
    if (choice['finish_reason']) flags |= TERMINAL;
    if (choice['text']) flags |= COMMITS;
  }
  return flags;
}

/** Lifecycle events that come before the model has said anything. */
const RESPONSE_PREAMBLE = new Set(['response.created', 'response.in_progress', 'response.queued']);

function readResponse(data: Json): number {
  const type = data['type'];
  if (type === 'error') return ERROR;
  if (type === 'response.failed') return TERMINAL | FAILED;
  if (type === 'response.completed' || type === 'response.incomplete' || type === 'response.cancelled') return TERMINAL;
  if (RESPONSE_PREAMBLE.has(type as string)) return 0;
  return COMMITS;
}

function readTyped(data: Json): number {
  const type = data['type'];
  if (typeof type !== 'string') return COMMITS;
  if (type === 'error') return ERROR;
  return type.endsWith('.completed') || type.endsWith('.done') ? COMMITS | TERMINAL : COMMITS;
}

/** Whether a stream of this family must show a proper end before its connection closes. */
export function needsTerminal(grammar: StreamGrammar): boolean {
  return grammar !== 'opaque';
}
