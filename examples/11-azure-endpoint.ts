/** A ready-made SDK client as an endpoint: Azure as the second tier, with its own key header, path and API version. */
import { AzureOpenAI, createGatewayClient, gatewayInfo } from 'llm-gateway-client';
import { mockTransport, reply } from 'llm-gateway-client/testing';

const relay = mockTransport([], { otherwise: reply.error(500) });
const azure = mockTransport([], { otherwise: reply.chat('Served from Azure.') });

const client = createGatewayClient({
  endpoints: [
    { name: 'relay', baseURL: 'https://relay.example/v1', apiKey: 'relay-key', fetch: relay.fetch },
    {
      name: 'azure',
      client: new AzureOpenAI({
        endpoint: 'https://my-resource.openai.azure.com',
        apiKey: 'azure-key',
        apiVersion: '2025-04-01-preview',
        fetch: azure.fetch,
      }),
      models: { 'gpt-5.5-mini': 'my-mini-deployment' },
    },
  ],
  env: false,
});

const completion = await client.chat.completions.create({
  model: 'gpt-5.5-mini',
  messages: [{ role: 'user', content: 'Hi' }],
});
console.log(completion.choices[0]?.message.content, `[${gatewayInfo(completion)?.endpoint}]`);

const [request] = azure.requests;
console.log(request?.url);
console.log(`api-key: ${request?.headers['api-key']}, authorization: ${request?.headers['authorization'] ?? 'none'}`);
