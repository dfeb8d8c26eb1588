/** Keeps what a stream has delivered so far, so that an interruption can hand it over. */
import type { StreamGrammar } from './operation.js';

interface ToolCallSoFar {
  index: number;
  id?: string | undefined;
  name?: string | undefined;
  arguments: string;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Text and tool calls of the first choice of one stream. Strings grow by appending, which engines keep as ropes. */
export class PartialText {
  text = '';
  readonly toolCalls: ToolCallSoFar[] = [];
  /** Characters of reasoning and of other choices, for estimates of what was consumed. */
  otherLength = 0;

  readonly #grammar: StreamGrammar;

  constructor(grammar: StreamGrammar) {
    this.#grammar = grammar;
  }

  /** Takes note of one decoded event. */
  add(data: unknown): void {
    if (!isObject(data)) return;
    if (this.#grammar === 'responses') {
      this.#addResponse(data);
      return;
    }
    const choices = data['choices'];
    if (!Array.isArray(choices)) return;
    for (const choice of choices as readonly unknown[]) if (isObject(choice)) this.#addChoice(choice);
  }

  #addChoice(choice: Json): void {
    const first = (choice['index'] ?? 0) === 0;
    const delta = choice['delta'];
    const text = isObject(delta) ? delta['content'] : choice['text'];
    if (typeof text === 'string') {
      if (first) this.text += text;
      else this.otherLength += text.length;
    }
    if (!isObject(delta)) return;
    const reasoning = delta['reasoning_content'] ?? delta['reasoning'];
    if (typeof reasoning === 'string') this.otherLength += reasoning.length;
    const calls = delta['tool_calls'];
    if (first && Array.isArray(calls))
      for (const call of calls as readonly unknown[]) if (isObject(call)) this.#addToolCall(call);
  }

  #addToolCall(call: Json): void {
    const index = typeof call['index'] === 'number' ? call['index'] : this.toolCalls.length;
    let known = this.toolCalls.find((one) => one.index === index);
    if (known === undefined) {
      known = { index, arguments: '' };
      this.toolCalls.push(known);
    }
    if (typeof call['id'] === 'string') known.id = call['id'];
    const fn = call['function'];
    if (!isObject(fn)) return;
    if (typeof fn['name'] === 'string') known.name = fn['name'];
    if (typeof fn['arguments'] === 'string') known.arguments += fn['arguments'];
  }

  #addResponse(data: Json): void {
    const delta = data['delta'];
    if (data['type'] === 'response.output_item.added') {
      const item = data['item'];
      if (!isObject(item) || item['type'] !== 'function_call') return;
      this.toolCalls.push({
        index: typeof data['output_index'] === 'number' ? data['output_index'] : this.toolCalls.length,
        id: typeof item['call_id'] === 'string' ? item['call_id'] : undefined,
        name: typeof item['name'] === 'string' ? item['name'] : undefined,
        arguments: '',
      });
      return;
    }
    if (typeof delta !== 'string') return;
    if (data['type'] === 'response.output_text.delta') this.text += delta;
    else if (data['type'] === 'response.function_call_arguments.delta') {
      const known = this.toolCalls.find((one) => one.index === data['output_index']);
      if (known !== undefined) known.arguments += delta;
    } else this.otherLength += delta.length;
  }
}
