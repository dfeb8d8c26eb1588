/** When nobody can serve a call, the caller gets the SDK's own error of the last attempt, and the list of all attempts. */
import { type AttemptSummary, createGatewayClient, isGatewayError, OpenAI } from 'llm-gateway-client';
import { mockTransport, reply } from 'llm-gateway-client/testing';

const one = mockTransport([reply.refused(), reply.html(), reply.error(400, { param: 'top_p' })]);
const two = mockTransport([reply.error(500), reply.html()]);
const client = createGatewayClient({
  endpoints: [
    { name: 'one', baseURL: 'https://one.example/v1', apiKey: 'secret-1', fetch: one.fetch },
    { name: 'two', baseURL: 'https://two.example/v1', apiKey: 'secret-2', fetch: two.fetch },
  ],
  maxRetries: 0, // one try per endpoint
  circuit: false,
  env: false,
});

async function tryIt(title: string): Promise<void> {
  try {
    await client.chat.completions.create({ model: 'small', messages: [{ role: 'user', content: 'Hello' }] });
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error;
    const made = isGatewayError(error) ? 'made by this library' : 'the class of the SDK';
    console.log(`${title}: ${error.constructor.name} (${made}), "${error.message}"`);
    const { attempts } = error as { attempts?: readonly AttemptSummary[] };
    for (const { endpoint, kind, status } of attempts ?? []) console.log(`  ${endpoint}: ${kind}, ${status ?? '-'}`);
  }
}

await tryIt('Everything is down');
await tryIt('Web pages with status 200');
await tryIt('A wrong request, sent once');
