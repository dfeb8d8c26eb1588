import OpenAI, { APIUserAbortError } from 'openai';

const client = new OpenAI();
const controller = new AbortController();
queueMicrotask(() => controller.abort());

await client.chat.completions
  .create({ model: 'hang', messages: [{ role: 'user', content: 'hi' }] }, { signal: controller.signal })
  .catch((error: unknown) => console.log(error instanceof APIUserAbortError, String(error)));
