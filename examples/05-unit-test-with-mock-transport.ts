/** A unit test without a network: a scripted `fetch` plays the provider and remembers what it was asked. */
import assert from 'node:assert/strict';
import { createGatewayClient, type OpenAI } from 'llm-gateway-client';
import { mockTransport, reply } from 'llm-gateway-client/testing';

/** The code under test knows nothing of gateways: it takes any OpenAI client. */
async function summarize(client: OpenAI, text: string): Promise<string> {
  const completion = await client.chat.completions.create({
    model: 'fast',
    messages: [{ role: 'user', content: `In one sentence: ${text}` }],
  });
  return completion.choices[0]?.message.content ?? '';
}

const transport = mockTransport([reply.error(503), reply.chat('Ships sail.')]);
const client = createGatewayClient({
  endpoints: [
    { baseURL: 'https://one.example/v1', apiKey: 'test', fetch: transport.fetch },
    { baseURL: 'https://two.example/v1', apiKey: 'test', fetch: transport.fetch },
  ],
  models: { fast: 'gpt-5.5-mini' },
  env: false, // what the developer's shell happens to hold must not decide a test
});

assert.equal(await summarize(client, 'a long story about ships'), 'Ships sail.');

assert.deepEqual(
  transport.requests.map(({ url, model }) => `${model} at ${url}`),
  [
    'gpt-5.5-mini at https://one.example/v1/chat/completions',
    'gpt-5.5-mini at https://two.example/v1/chat/completions',
  ],
);
assert.match(JSON.stringify(transport.requests[0]?.body), /ships/);
transport.assertDone(); // the whole script was played, and nobody asked for more
console.log('the test passes: 2 requests, 1 answer');
