import { countTokens } from './count-tokens.js';
import { sse } from './sse.js';

/** A call of a function that the scripted model makes. */
export interface ScriptedToolCall {
  readonly name: string;
  /** An object is sent as JSON; text is sent as it is, broken or not. */
  readonly arguments: string | object;
  /** @default 'call_1', 'call_2', ... */
  readonly id?: string;
}

/** Token counts in a reply. */
export interface ScriptedUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens?: number;
  readonly reasoningTokens?: number;
}

/** A scripted answer of a model. */
export interface ScriptedAnswer {
  readonly text?: string;
  /** Sent as `reasoning_content`, as reasoning models of several providers do. */
  readonly reasoning?: string;
  readonly refusal?: string;
  readonly toolCalls?: readonly ScriptedToolCall[];
  /** @default the model asked for */
  readonly model?: string;
  /** @default 'chatcmpl-mock' or 'resp_mock' */
  readonly id?: string;
  /** `null`: the stream ends without one. @default 'tool_calls' with tool calls, else 'stop' */
  readonly finishReason?: string | null;
  /** `false`: none is reported. @default estimated from request and answer */
  readonly usage?: ScriptedUsage | false;
  /** The text's pieces in a stream. @default words */
  readonly pieces?: readonly string[];
  /** Whether a chat stream ends with `[DONE]`. @default true */
  readonly done?: boolean;
}

/** What a reply takes from the request it answers. */
export interface AnsweredRequest {
  readonly model?: string | undefined;
  /** Text of the request, for the token count. */
  readonly promptText: string;
  /** Whether a stream is to end with a chunk of usage. */
  readonly includeUsage: boolean;
}

/** Second of creation in every scripted reply: replies are the same on every run. */
const CREATED = 1_767_225_600;
const DEFAULT_MODEL = 'mock-model';

/** The usage to report for an answer, estimated when the script does not say. */
export function usageOf(answer: ScriptedAnswer, request: AnsweredRequest): ScriptedUsage {
  if (answer.usage) return answer.usage;
  const calls = (answer.toolCalls ?? []).map((call) => call.name + argumentsText(call)).join('');
  return {
    inputTokens: countTokens(request.promptText) + 3,
    outputTokens: Math.max(
      1,
      countTokens((answer.text ?? '') + (answer.reasoning ?? '') + (answer.refusal ?? '') + calls),
    ),
    ...(answer.reasoning === undefined ? {} : { reasoningTokens: countTokens(answer.reasoning) }),
  };
}

/** The text split as it is streamed: word by word unless the script names the pieces. */
export function piecesOf(answer: ScriptedAnswer): readonly string[] {
  return answer.pieces ?? (answer.text ?? '').match(/\S+\s*|\s+/g) ?? [];
}

/** The arguments of a tool call as sent. */
export function argumentsText(call: ScriptedToolCall): string {
  return typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
}

/** An answer as the JSON body of `/chat/completions`. */
export function chatCompletion(answer: ScriptedAnswer, request: AnsweredRequest): object {
  const toolCalls = (answer.toolCalls ?? []).map((call, index) => toolCall(call, index));
  const text = answer.text ?? answer.pieces?.join('');
  return {
    ...envelope(answer, request, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text ?? (toolCalls.length > 0 || answer.refusal !== undefined ? null : ''),
          refusal: answer.refusal ?? null,
          ...(answer.reasoning === undefined ? {} : { reasoning_content: answer.reasoning }),
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
        },
        logprobs: null,
        finish_reason: finishReason(answer),
      },
    ],
    ...(answer.usage === false ? {} : { usage: chatUsage(usageOf(answer, request)) }),
  };
}

/** An answer as the events of a streamed `/chat/completions`. */
export function chatEvents(answer: ScriptedAnswer, request: AnsweredRequest): string[] {
  const head = envelope(answer, request, 'chat.completion.chunk');
  const reportsUsage = request.includeUsage && answer.usage !== false;
  const chunk = (delta: object, finish: string | null = null) =>
    sse.data({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(reportsUsage ? { usage: null } : {}),
    });
  const events = [chunk({ role: 'assistant', content: '' })];
  if (answer.reasoning !== undefined) events.push(chunk({ reasoning_content: answer.reasoning }));
  if (answer.refusal !== undefined) events.push(chunk({ refusal: answer.refusal }));
  for (const piece of piecesOf(answer)) events.push(chunk({ content: piece }));
  for (const [index, call] of (answer.toolCalls ?? []).entries()) {
    const whole = toolCall(call, index);
    const text = whole.function.arguments;
    const middle = Math.ceil(text.length / 2);
    events.push(chunk({ tool_calls: [{ index, ...whole, function: { name: call.name, arguments: '' } }] }));
    for (const part of [text.slice(0, middle), text.slice(middle)]) {
      if (part !== '') events.push(chunk({ tool_calls: [{ index, function: { arguments: part } }] }));
    }
  }
  const finish = finishReason(answer);
  if (finish !== null) events.push(chunk({}, finish));
  if (reportsUsage) events.push(sse.data({ ...head, choices: [], usage: chatUsage(usageOf(answer, request)) }));
  if (answer.done !== false) events.push(sse.done());
  return events;
}

function envelope(answer: ScriptedAnswer, request: AnsweredRequest, object: string) {
  return {
    id: answer.id ?? 'chatcmpl-mock',
    object,
    created: CREATED,
    model: answer.model ?? request.model ?? DEFAULT_MODEL,
    system_fingerprint: 'fp_mock',
  };
}

function toolCall(call: ScriptedToolCall, index: number) {
  return {
    id: call.id ?? `call_${index + 1}`,
    type: 'function',
    function: { name: call.name, arguments: argumentsText(call) },
  };
}

function finishReason(answer: ScriptedAnswer): string | null {
  if (answer.finishReason !== undefined) return answer.finishReason;
  return (answer.toolCalls ?? []).length > 0 ? 'tool_calls' : 'stop';
}

/** Token counts as chat and completions report them. */
export function chatUsage(usage: ScriptedUsage) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens ?? 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens ?? 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
