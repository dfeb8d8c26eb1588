/** Costs: who spent what, and a ceiling that is kept before a call is sent. */
import { BudgetExceededError, createGatewayClient, withTags } from 'llm-gateway-client';
import { mockTransport, reply } from 'llm-gateway-client/testing';

const answer = { text: 'Done.', usage: { inputTokens: 20_000, outputTokens: 1_000 } };
const { fetch, requests } = mockTransport([], { otherwise: reply.chat(answer) });
const client = createGatewayClient({
  endpoints: [{ name: 'relay', baseURL: 'https://relay.example/v1', apiKey: 'test', fetch }],
  prices: { 'house-model': { currency: 'USD', inputPerMillion: 1, outputPerMillion: 4 } },
  budgets: [
    { name: 'reports per day', match: { project: 'reports' }, per: 'day', limit: { amount: 0.05, currency: 'USD' } },
  ],
  hooks: { onBudgetThreshold: ({ name, level }) => console.log(`budget "${name}": ${level}`) },
  env: false,
});

/** Knows nothing of projects, as code in a library does not. */
async function summarize(): Promise<void> {
  const messages = [{ role: 'user' as const, content: 'Summarise the year.' }];
  await client.chat.completions.create({ model: 'house-model', messages, max_tokens: 1_000 });
}

// Every call made inside belongs to the project, however deep it is.
await withTags({ project: 'search' }, summarize);
for (let night = 1; night <= 3; night += 1) {
  await withTags({ project: 'reports' }, summarize).catch((error: unknown) => {
    if (error instanceof BudgetExceededError) console.log(`report ${night} is refused: ${error.code}`);
  });
}
console.log(`${requests.length} requests were sent`);

for (const { group, calls, inputTokens, outputTokens, cost } of await client.gateway.usage({ by: ['project'] })) {
  console.log(`${group['project']}: ${calls} calls, ${inputTokens} + ${outputTokens} tokens, ${cost.join(' + ')}`);
}
