/** Limits: calls wait their turn here, instead of being refused there. Urgent ones go first. */
import { createGatewayClient, RequestTooLargeError } from 'llm-gateway-client';
import { mockTransport, reply } from 'llm-gateway-client/testing';

const transport = mockTransport([], { otherwise: reply.chat('Done.', { latencyMs: 20 }) });
const client = createGatewayClient({
  endpoints: [
    {
      name: 'account',
      baseURL: 'https://llm.example/v1',
      apiKey: 'test',
      fetch: transport.fetch,
      requestsPerMinute: 500,
      tokensPerMinute: 20_000,
      maxConcurrency: 2,
    },
  ],
  env: false,
});

const answered: string[] = [];
async function ask(question: string, priority: number): Promise<void> {
  const messages = [{ role: 'user' as const, content: question }];
  await client.chat.completions.create({ model: 'small', messages, max_tokens: 100 }, { gateway: { priority } });
  answered.push(question);
}

const batch = ['batch 1', 'batch 2', 'batch 3', 'batch 4'].map((question) => ask(question, 0));
await Promise.all([...batch, ask('a person waits', 10)]);
console.log(answered.join(', '));
console.log(`${transport.requests.length} requests, ${transport.maxInFlight} at once at most`);

const essay = { model: 'small', messages: [{ role: 'user' as const, content: 'An essay' }], max_tokens: 50_000 };
await client.chat.completions.create(essay).catch((error: unknown) => {
  if (error instanceof RequestTooLargeError) console.log(`${error.code}: ${error.dimension} is ${error.limit}`);
});
