import { type AnsweredRequest, argumentsText, piecesOf, type ScriptedAnswer, usageOf } from './chat-reply.js';
import { sse } from './sse.js';

const CREATED = 1_767_225_600;

/** An answer as the JSON body of `/responses`. */
export function responseObject(answer: ScriptedAnswer, request: AnsweredRequest): Record<string, unknown> {
  return envelope(answer, request, 'completed', outputItems(answer));
}

/** An answer as the events of a streamed `/responses`; the API has no `[DONE]`, its last event is `response.completed`. */
export function responseEvents(answer: ScriptedAnswer, request: AnsweredRequest): string[] {
  const events: string[] = [];
  const emit = (type: string, fields: object) => {
    events.push(sse.event(type, { type, sequence_number: events.length, ...fields }));
  };
  emit('response.created', { response: envelope(answer, request, 'in_progress', []) });
  emit('response.in_progress', { response: envelope(answer, request, 'in_progress', []) });
  const items = outputItems(answer);
  for (const [outputIndex, item] of items.entries()) {
    const place = { output_index: outputIndex, item_id: item.id };
    if (item.type === 'message') {
      const [part] = item.content;
      emit('response.output_item.added', {
        output_index: outputIndex,
        item: { ...item, status: 'in_progress', content: [] },
      });
      emit('response.content_part.added', { ...place, content_index: 0, part: { ...part, text: '' } });
      for (const delta of piecesOf(answer))
        emit('response.output_text.delta', { ...place, content_index: 0, delta, logprobs: [] });
      emit('response.output_text.done', { ...place, content_index: 0, text: part.text, logprobs: [] });
      emit('response.content_part.done', { ...place, content_index: 0, part });
    } else {
      emit('response.output_item.added', {
        output_index: outputIndex,
        item: { ...item, status: 'in_progress', arguments: '' },
      });
      emit('response.function_call_arguments.delta', { ...place, delta: item.arguments });
      emit('response.function_call_arguments.done', { ...place, name: item.name, arguments: item.arguments });
    }
    emit('response.output_item.done', { output_index: outputIndex, item });
  }
  if (answer.finishReason !== null)
    emit('response.completed', { response: envelope(answer, request, 'completed', items) });
  return events;
}

function outputItems(answer: ScriptedAnswer) {
  const calls = (answer.toolCalls ?? []).map((call, index) => ({
    id: `fc_mock_${index + 1}`,
    type: 'function_call' as const,
    status: 'completed',
    call_id: call.id ?? `call_${index + 1}`,
    name: call.name,
    arguments: argumentsText(call),
  }));
  const text = answer.text ?? answer.pieces?.join('');
  if (text === undefined && calls.length > 0) return calls;
  const part = { type: 'output_text' as const, text: text ?? '', annotations: [], logprobs: [] };
  const message = {
    id: 'msg_mock',
    type: 'message' as const,
    status: 'completed',
    role: 'assistant',
    content: [part] as const,
  };
  return [message, ...calls];
}

function envelope(answer: ScriptedAnswer, request: AnsweredRequest, status: string, output: readonly object[]) {
  const usage = usageOf(answer, request);
  return {
    id: answer.id ?? 'resp_mock',
    object: 'response',
    created_at: CREATED,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: answer.model ?? request.model ?? 'mock-model',
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage:
      status !== 'completed' || answer.usage === false
        ? null
        : {
            input_tokens: usage.inputTokens,
            input_tokens_details: { cached_tokens: usage.cachedInputTokens ?? 0 },
            output_tokens: usage.outputTokens,
            output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
            total_tokens: usage.inputTokens + usage.outputTokens,
          },
  };
}
