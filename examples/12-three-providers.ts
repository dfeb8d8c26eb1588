/** treerouter first, OpenRouter and SiliconFlow behind it: one name in the code, another one at each provider. */
import { createGatewayClient } from 'llm-gateway-client';
import { mockTransport, reply } from 'llm-gateway-client/testing';

// In place of the network. A real program leaves `fetch` out.
const down = { when: { url: /treerouter|openrouter/ }, reply: reply.error(503) };
const { fetch, requests } = mockTransport([down], { otherwise: reply.chat('Good morning.') });

const client = createGatewayClient({
  endpoints: [
    { preset: 'treerouter', apiKey: 'key-of-treerouter', fetch },
    { preset: 'openrouter', apiKey: 'key-of-openrouter', fetch, models: { 'deepseek-v3.2': 'deepseek/deepseek-v3.2' } },
    {
      preset: 'siliconflow',
      apiKey: 'key-of-siliconflow',
      fetch,
      models: { 'deepseek-v3.2': 'deepseek-ai/DeepSeek-V3.2' },
    },
  ],
  models: { fast: 'deepseek-v3.2' },
  env: false,
});

const completion = await client.chat.completions.create({ model: 'fast', messages: [{ role: 'user', content: 'Hi' }] });
console.log(completion.choices[0]?.message.content);
for (const { url, model, headers } of requests) console.log(`${url}\n  ${model}, ${headers['authorization']}`);
