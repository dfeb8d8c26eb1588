/** A canary: one call in twenty goes to the new endpoint, and a faulty canary costs nobody an answer. */
import { createGatewayClient, gatewayInfo } from 'llm-gateway-client';
import { type MockTransport, manualClock, mockTransport, reply } from 'llm-gateway-client/testing';

async function thousandCalls(canary: MockTransport): Promise<void> {
  const stable = mockTransport([], { otherwise: reply.chat('stable') });
  const client = createGatewayClient({
    endpoints: [
      { name: 'stable', baseURL: 'https://stable.example/v1', apiKey: 'a', tier: 1, weight: 95, fetch: stable.fetch },
      { name: 'canary', baseURL: 'https://canary.example/v1', apiKey: 'b', tier: 1, weight: 5, fetch: canary.fetch },
    ],
    env: false,
    clock: manualClock({ seed: 7 }), // for this example only: the same draws on every run
  });

  const answers: Record<string, number> = {};
  let secondTries = 0;
  for (let count = 0; count < 1000; count += 1) {
    const completion = await client.chat.completions.create({
      model: 'small',
      messages: [{ role: 'user', content: 'Hi' }],
    });
    const answer = String(completion.choices[0]?.message.content);
    answers[answer] = (answers[answer] ?? 0) + 1;
    if (gatewayInfo(completion)?.attempts.length !== 1) secondTries += 1;
  }
  console.log(
    `answers: ${JSON.stringify(answers)}; canary asked ${canary.requests.length} times; second tries: ${secondTries}`,
  );
}

await thousandCalls(mockTransport([], { otherwise: reply.chat('canary') }));
// Five failures in a row open its circuit: it is left alone, and asked again by a single call some seconds later.
await thousandCalls(mockTransport([], { otherwise: reply.error(500) }));
