import OpenAI from 'openai';

// Configure the default for all requests:
const client = new OpenAI({ maxRetries: 0 });
await client.chat.completions
  .create({ model: 'busy-once', messages: [{ role: 'user', content: 'first' }] })
  .catch((error: unknown) => console.log(String(error)));

// Or, configure per-request:
const completion = await client.chat.completions.create(
  { model: 'busy-twice', messages: [{ role: 'user', content: 'How can I get the name of the current day?' }] },
  { maxRetries: 5 },
);
console.log(completion.choices[0]?.message.content);
