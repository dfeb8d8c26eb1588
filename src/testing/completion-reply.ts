import { type AnsweredRequest, chatUsage, piecesOf, type ScriptedAnswer, usageOf } from './chat-reply.js';
import { sse } from './sse.js';

const CREATED = 1_767_225_600;

/** An answer as the JSON body of the older `/completions`. */
export function textCompletion(answer: ScriptedAnswer, request: AnsweredRequest): object {
  return {
    ...envelope(answer, request),
    choices: [
      choice(
        answer.text ?? piecesOf(answer).join(''),
        answer.finishReason === undefined ? 'stop' : answer.finishReason,
      ),
    ],
    ...(answer.usage === false ? {} : { usage: chatUsage(usageOf(answer, request)) }),
  };
}

/** An answer as the events of a streamed `/completions`. */
export function completionEvents(answer: ScriptedAnswer, request: AnsweredRequest): string[] {
  const head = envelope(answer, request);
  const events = piecesOf(answer).map((piece) => sse.data({ ...head, choices: [choice(piece, null)] }));
  if (answer.finishReason !== null)
    events.push(sse.data({ ...head, choices: [choice('', answer.finishReason ?? 'stop')] }));
  if (request.includeUsage && answer.usage !== false)
    events.push(sse.data({ ...head, choices: [], usage: chatUsage(usageOf(answer, request)) }));
  if (answer.done !== false) events.push(sse.done());
  return events;
}

function choice(text: string, finishReason: string | null) {
  return { index: 0, text, logprobs: null, finish_reason: finishReason };
}

function envelope(answer: ScriptedAnswer, request: AnsweredRequest) {
  return {
    id: answer.id ?? 'cmpl-mock',
    object: 'text_completion',
    created: CREATED,
    model: answer.model ?? request.model ?? 'mock-model',
  };
}
