import OpenAI from 'openai';
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';

const openai = new OpenAI();

const tools: ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'search',
      description: 'Search books by title',
      parameters: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    },
  },
];
const messages: ChatCompletionMessageParam[] = [
  { role: 'user', content: 'Which books are called "To Kill a Mockingbird"?' },
];

for (;;) {
  const completion = await openai.chat.completions.create({ model: 'gpt-4o', messages, tools });
  const message = completion.choices[0]!.message;
  messages.push(message);
  if (!message.tool_calls) break;
  for (const call of message.tool_calls) {
    if (call.type !== 'function') continue;
    messages.push({
      role: 'tool',
      tool_call_id: call.id,
      content: JSON.stringify([{ id: 1, query: call.function.arguments }]),
    });
  }
}
console.log(messages);
