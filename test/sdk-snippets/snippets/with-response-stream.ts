import OpenAI from 'openai';

const client = new OpenAI();

const {
  data: stream,
  response,
  request_id,
} = await client.chat.completions
  .create({ messages: [{ role: 'user', content: 'Say this is a test' }], model: 'gpt-4o', stream: true })
  .withResponse();
console.log(response.status, request_id);
let text = '';
for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
console.log(text);
