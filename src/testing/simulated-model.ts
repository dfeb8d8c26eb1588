import type { ScriptedAnswer } from './chat-reply.js';
import { countTokens } from './count-tokens.js';
import type { MockRequest } from './mock-request.js';
import { bodyOf, lastUserText } from './prompt-text.js';
import { schemaExample } from './schema-example.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * What a simulated model answers: it repeats the question, fills in a schema when structured output was asked for, calls the
 * first tool when there are tools and no tool result yet, and stops at the output limit. The same request gets the same answer.
 */
export function simulatedAnswer(request: MockRequest): ScriptedAnswer {
  const body = bodyOf(request);
  const tool = body['tool_choice'] === 'none' || hasToolResult(body) ? undefined : chosenTool(body);
  if (tool !== undefined)
    return { toolCalls: [{ name: tool.name, arguments: (schemaExample(tool.parameters) ?? {}) as object }] };
  const text = structuredText(body) ?? `You said: ${lastUserText(request) || 'nothing'}`;
  return limited(text, body['max_completion_tokens'] ?? body['max_output_tokens'] ?? body['max_tokens']);
}

function limited(text: string, limit: unknown): ScriptedAnswer {
  if (typeof limit !== 'number' || countTokens(text) <= limit) return { text };
  let cut = text;
  while (cut !== '' && countTokens(cut) > limit) cut = cut.slice(0, -1);
  return { text: cut, finishReason: 'length' };
}

function structuredText(body: Json): string | undefined {
  // Chat calls it `response_format.json_schema.schema`, the Responses API `text.format.schema`.
  const format = asJson(body['response_format']) ?? asJson(asJson(body['text'])?.['format']);
  if (format?.['type'] === 'json_object') return '{"answer":"example"}';
  if (format?.['type'] !== 'json_schema') return undefined;
  return JSON.stringify(schemaExample(asJson(format['json_schema'])?.['schema'] ?? format['schema']));
}

function chosenTool(body: Json): { readonly name: string; readonly parameters: unknown } | undefined {
  const tools = (Array.isArray(body['tools']) ? body['tools'] : []).flatMap((tool: unknown) => {
    const fields = asJson(tool);
    const definition = asJson(fields?.['function']) ?? fields;
    return fields?.['type'] === 'function' && typeof definition?.['name'] === 'string'
      ? [{ name: definition['name'], parameters: definition['parameters'] }]
      : [];
  });
  const choice = asJson(body['tool_choice']);
  const wanted = asJson(choice?.['function'])?.['name'] ?? choice?.['name'];
  return wanted === undefined ? tools[0] : tools.find((tool) => tool.name === wanted);
}

function hasToolResult(body: Json): boolean {
  const turns = [body['messages'], body['input']].find(Array.isArray) as readonly unknown[] | undefined;
  return (turns ?? []).some(
    (turn) => asJson(turn)?.['role'] === 'tool' || asJson(turn)?.['type'] === 'function_call_output',
  );
}

function asJson(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
