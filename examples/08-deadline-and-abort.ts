/** Three clocks: `timeout` for one attempt, `deadlineMs` for the whole call, and the caller's own signal. */
import { createGatewayClient, DeadlineExceededError, OpenAI } from 'llm-gateway-client';
import { reply, startMockProvider } from 'llm-gateway-client/testing';

await using silent = await startMockProvider({ otherwise: reply.hang() });
await using quick = await startMockProvider({ otherwise: reply.chat('Here.') });

const client = createGatewayClient({
  endpoints: [
    { name: 'silent', baseURL: silent.baseURL, apiKey: 'key-one' },
    { name: 'quick', baseURL: quick.baseURL, apiKey: 'key-two' },
  ],
  timeout: 500, // milliseconds for one attempt, as in the SDK
});
const body = { model: 'small', messages: [{ role: 'user' as const, content: 'Anybody?' }] };

const { choices } = await client.chat.completions.create(body);
console.log(`silent had 500 ms, then quick was asked: ${choices[0]?.message.content}`);

// A target that gave no answer at all stands last for a while: the next call does not wait for it.
await client.chat.completions.create(body);
console.log(`silent was asked ${silent.requests.length} time, quick ${quick.requests.length} times`);

const patient = { gateway: { endpoint: 'silent', fallback: false, deadlineMs: 100 } };
await client.chat.completions.create(body, { ...patient, timeout: 60_000 }).catch((error: unknown) => {
  if (error instanceof DeadlineExceededError) console.log(`${error.code}: ${error.message}`);
});

const signal = AbortSignal.timeout(50);
await client.chat.completions.create(body, { signal, gateway: { endpoint: 'silent' } }).catch((error: unknown) => {
  if (error instanceof OpenAI.APIUserAbortError)
    console.log(`aborted by the caller; quick was asked ${quick.requests.length} times still`);
});
