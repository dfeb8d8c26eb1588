/** Configuration without code: a JSON file (or the JSON itself) in LLM_CONFIG, and variables beside it. */
import { createGatewayClient } from 'llm-gateway-client';
import { startMockProvider } from 'llm-gateway-client/testing';

await using cheap = await startMockProvider();
await using dear = await startMockProvider();

const json = {
  endpoints: [
    { name: 'cheap', baseURL: cheap.baseURL, apiKey: 'key-one', tier: 1 },
    { name: 'dear', baseURL: dear.baseURL, apiKey: 'key-two', tier: 2 },
  ],
  models: { fast: 'small', smart: [{ model: 'large', endpoint: 'dear' }, 'fast'] },
  circuit: { openMs: 10_000 },
  tags: { team: 'search' },
};

// `env` stands for the process environment; a real program sets LLM_CONFIG=/etc/llm.json and passes nothing at all.
const client = createGatewayClient({
  env: { LLM_CONFIG: JSON.stringify(json), LLM_DEFAULT_MODEL: 'smart', LLM_PROJECT: 'indexer' },
  hooks: { onCallSettled: ({ endpoint, model, tags }) => console.log(`${model} at ${endpoint}`, tags) },
});
const messages = [{ role: 'user' as const, content: 'Hello' }];
await client.chat.completions.create({ model: 'fast', messages });
await client.chat.completions.create({ messages });

// Everything that is wrong is said at once, and no key is ever printed.
try {
  createGatewayClient({
    env: { LLM_BASE_URL: 'http://llm.example/v1', LLM_API_KEY: 'sk-secret', LLM_WIEGHT: '2', LLM_TIER: 'first' },
  });
} catch (error) {
  console.log(String(error));
}
