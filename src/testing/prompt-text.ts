import { isObject } from '../domain/plain-object.js';
import type { AnsweredRequest } from './chat-reply.js';
import type { MockRequest } from './mock-request.js';

/** The parsed body as an object, empty when it is none. */
export function bodyOf(request: MockRequest): Readonly<Record<string, unknown>> {
  return typeof request.body === 'object' && request.body !== null ? (request.body as Record<string, unknown>) : {};
}

/** Whether the caller asked for a stream. */
export function wantsStream(request: MockRequest): boolean {
  return bodyOf(request)['stream'] === true;
}

/** All text a request holds in its `messages`, `input` or `prompt`. */
function promptText(request: MockRequest): string {
  const { messages, input, prompt, instructions } = bodyOf(request);
  return [instructions, messages, input, prompt].map(textIn).filter(Boolean).join('\n');
}

/** The last thing the user said. */
export function lastUserText(request: MockRequest): string {
  const { messages, input, prompt } = bodyOf(request);
  const turns = [messages, input].find(Array.isArray) as readonly unknown[] | undefined;
  const fromUser = turns?.findLast(
    (turn) => typeof turn === 'string' || (isObject(turn) && (turn['role'] ?? 'user') === 'user'),
  );
  return textIn(fromUser ?? (turns === undefined ? (input ?? prompt) : ''));
}

/** What a scripted answer needs to know of the request. */
export function answeredRequest(request: MockRequest): AnsweredRequest {
  const options = bodyOf(request)['stream_options'];
  return {
    model: request.model,
    promptText: promptText(request),
    includeUsage: isObject(options) && options['include_usage'] === true,
  };
}

function textIn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textIn).filter(Boolean).join('\n');
  if (isObject(value)) return textIn(value['content'] ?? value['text'] ?? value['output']);
  return '';
}
