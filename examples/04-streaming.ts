/** Streams: another endpoint takes over before the first word; after it, a break is an error and never a quiet end. */
import { createGatewayClient, gatewayInfo, StreamInterruptedError } from 'llm-gateway-client';
import { reply, startMockProvider } from 'llm-gateway-client/testing';

const text = 'The sea is calm tonight.';
await using first = await startMockProvider({
  script: [
    reply.chat(text, { deliver: { events: 1 }, ending: 'cut' }), // breaks before any text
    { when: { model: 'poet' }, reply: reply.chat(text, { deliver: { events: 4 }, ending: 'cut' }) }, // breaks in the middle
  ],
});
await using second = await startMockProvider({ otherwise: reply.chat(text) });

const client = createGatewayClient({
  endpoints: [
    { name: 'first', baseURL: first.baseURL, apiKey: 'key-one' },
    { name: 'second', baseURL: second.baseURL, apiKey: 'key-two' },
  ],
});
const messages = [{ role: 'user' as const, content: 'A line of poetry, please.' }];

const stream = await client.chat.completions.create({ model: 'small', messages, stream: true });
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
console.log(
  `  [${gatewayInfo(stream)
    ?.attempts.map(({ endpoint, ok }) => `${endpoint} ${ok ? 'ok' : 'failed'}`)
    .join(', ')}]`,
);

const toFirst = { gateway: { endpoint: 'first' } };
const broken = await client.chat.completions.create({ model: 'poet', messages, stream: true }, toFirst);
try {
  for await (const chunk of broken) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
} catch (error) {
  if (!(error instanceof StreamInterruptedError)) throw error;
  console.log(`\n${error.name}: ${error.reason}. ${error.message} Received: "${error.partial.text.trim()}"`);
}
