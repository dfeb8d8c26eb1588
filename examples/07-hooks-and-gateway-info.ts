/** Two ways to know what happened: hooks for the whole client, `gatewayInfo` for one result. */
import { createGatewayClient, gatewayInfo } from 'llm-gateway-client';
import { reply, startMockProvider } from 'llm-gateway-client/testing';

await using busy = await startMockProvider({
  script: [reply.error(429, { code: 'rate_limit_exceeded' }, { headers: { 'retry-after': '20' } })],
});
await using idle = await startMockProvider({ otherwise: reply.chat('Certainly.') });

const client = createGatewayClient({
  endpoints: [
    { name: 'busy', baseURL: busy.baseURL, apiKey: 'key-one' },
    { name: 'idle', baseURL: idle.baseURL, apiKey: 'key-two' },
  ],
  tags: { project: 'shop' },
  // Hooks are told and cannot change anything: one that throws or hangs does not touch the call.
  hooks: {
    onAttemptFailed: ({ endpoint, kind, status, retryAfterMs }) =>
      console.log('failed  ', { endpoint, kind, status, retryAfterMs }),
    onFallback: ({ from, to, kind }) =>
      console.log('fallback', `${from.endpoint} -> ${to.endpoint} because of ${kind}`),
    onCallSettled: ({ status, endpoint, usage, tags }) =>
      console.log('settled ', { status, endpoint, tokens: usage?.totalTokens, tags }),
  },
});

// Labels of one call are added to those of the client; `gateway` never leaves this process.
const completion = await client.chat.completions.create(
  { model: 'small', messages: [{ role: 'user', content: 'May I?' }] },
  { gateway: { tags: { feature: 'checkout' } } },
);

const info = gatewayInfo(completion);
console.log('result  ', info?.status, info?.endpoint, info?.responseModel, info?.tags);
for (const { number, endpoint, kind, status } of info?.attempts ?? [])
  console.log(`  attempt ${number}: ${endpoint} ${status} ${kind ?? 'ok'}`);
