import OpenAI from 'openai';

const client = new OpenAI();

const { data, response, request_id } = await client.chat.completions
  .create({ messages: [{ role: 'user', content: 'Say this is a test' }], model: 'gpt-4o' })
  .withResponse();
console.log(response.status, response.headers.get('content-type'), request_id);
console.log(data.choices[0]?.message.content);
