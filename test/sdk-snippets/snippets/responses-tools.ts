import OpenAI from 'openai';

const client = new OpenAI();

const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'What is the weather in Paris?' }];
const tools: OpenAI.Responses.Tool[] = [
  {
    type: 'function',
    name: 'get_weather',
    strict: true,
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
];
const first = await client.responses.create({ model: 'gpt-4o', input, tools });
for (const item of first.output) {
  if (item.type !== 'function_call') continue;
  input.push(item, { type: 'function_call_output', call_id: item.call_id, output: '12 degrees' });
}
const second = await client.responses.create({ model: 'gpt-4o', input, tools });
console.log(second.output_text);
