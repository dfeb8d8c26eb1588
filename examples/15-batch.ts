/** A batch that uses an account of 500 requests and 200,000 tokens per minute to the full, and is never refused. */
import { createGatewayClient } from 'llm-gateway-client';
import { manualClock, mockTransport, simulatedProvider } from 'llm-gateway-client/testing';

// An account that answers 429 beyond its limits. Its minutes pass in a moment: nobody here goes by a real clock.
const clock = manualClock();
const account = { requestsPerMinute: 500, tokensPerMinute: 200_000 };
const provider = simulatedProvider({ ...account, clock, latencyMs: 2_000 });
const transport = mockTransport([], { otherwise: provider, clock, keep: 1 });

let refused = 0;
const client = createGatewayClient({
  endpoints: [
    { name: 'account', baseURL: 'https://llm.example/v1', apiKey: 'test', fetch: transport.fetch, ...account },
  ],
  // All pages are asked for at once, and wait here for as long as it takes.
  limits: { maxQueue: Number.POSITIVE_INFINITY, maxQueueMs: Number.POSITIVE_INFINITY },
  hooks: { onAttemptFailed: () => refused++ },
  clock,
  env: false,
});

const pages = Array.from({ length: 4_000 }, (_, page) => `Page ${page}: ${'what it says. '.repeat(60 + (page % 50))}`);
const batch = Promise.all(
  pages.map(async (content) => {
    const messages = [{ role: 'user' as const, content }];
    const { usage } = await client.chat.completions.create({ model: 'small', messages, max_tokens: 400 });
    return usage?.total_tokens ?? 0;
  }),
);

let tokens = 0;
void batch.then((all) => {
  tokens = all.reduce((sum, each) => sum + each);
});
while (tokens === 0) await clock.advance(1_000);
const minutes = clock.now() / 60_000;
console.log(`${pages.length} pages in ${minutes.toFixed(1)} minutes, ${refused} requests refused`);
console.log(`${((tokens / minutes / account.tokensPerMinute) * 100).toFixed(0)} % of the tokens per minute were used`);
