import OpenAI from 'openai';

const client = new OpenAI({ defaultHeaders: { 'x-default': 'yes', 'x-gone': 'soon' } });

await client.chat.completions.create(
  { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] },
  { headers: { 'x-mine': 'per request', 'x-gone': null }, query: { debug: '1' }, idempotencyKey: 'once' },
);
await client.chat.completions.create(
  { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] },
  { headers: new Headers({ 'openai-beta': 'x=v1' }) },
);
console.log('see the wire');
