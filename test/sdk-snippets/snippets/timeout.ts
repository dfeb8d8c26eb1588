import OpenAI, { APIConnectionTimeoutError } from 'openai';

// Configure the default for all requests:
const client = new OpenAI({ timeout: 20 * 1000, maxRetries: 0 });

// Override per-request:
await client.chat.completions
  .create({ model: 'hang', messages: [{ role: 'user', content: 'hi' }] }, { timeout: 300 })
  .catch((error: unknown) => {
    console.log(error instanceof APIConnectionTimeoutError, error instanceof OpenAI.APIConnectionTimeoutError);
    console.log(String(error));
  });
