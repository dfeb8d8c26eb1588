import OpenAI, { APIConnectionError } from 'openai';

// Port 9 is the discard service; nothing listens there.
const client = new OpenAI({ baseURL: 'http://127.0.0.1:9/v1', maxRetries: 0 });

try {
  await client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] });
} catch (error) {
  console.log(error instanceof APIConnectionError, error instanceof Error && error.message);
  if (error instanceof APIConnectionError) console.log(error.status, error.cause instanceof Error);
}
