/** Two base URLs: the second one answers when the first one cannot. */
import { createGatewayClient, gatewayInfo } from 'llm-gateway-client';
import { reply, startMockProvider } from 'llm-gateway-client/testing';

await using relay = await startMockProvider({
  script: [reply.error(503), reply.html()],
  otherwise: reply.chat('Yes.'),
});
await using spare = await startMockProvider({ otherwise: reply.chat('Yes, says the spare one.') });

const client = createGatewayClient({
  endpoints: [
    { name: 'relay', baseURL: relay.baseURL, apiKey: 'key-one', tier: 1 },
    { name: 'spare', baseURL: spare.baseURL, apiKey: 'key-two', tier: 2 },
  ],
});

// What would happen to a call, without sending anything.
for (const { endpoint, why } of client.gateway.explain({ model: 'small' }).targets)
  console.log(`plan: ${endpoint}, ${why}`);

// The first call meets a 503 at `relay`, the second one a web page with status 200, the third one an answer.
for (const number of [1, 2, 3]) {
  const completion = await client.chat.completions.create({
    model: 'small',
    messages: [{ role: 'user', content: 'Are you there?' }],
  });
  const attempts = gatewayInfo(completion)?.attempts ?? [];
  const path = attempts.map(({ endpoint, kind }) => `${endpoint} ${kind ?? 'ok'}`).join(', ');
  console.log(`call ${number}: ${completion.choices[0]?.message.content}  [${path}]`);
}

// Each endpoint has its own key, and no other endpoint ever sees it.
console.log('spare saw:', new Set(spare.requests.map(({ headers }) => headers['authorization'])));
