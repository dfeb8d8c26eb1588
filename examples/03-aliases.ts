/** Aliases: the code says `fast` or `smart`, the configuration says what that means. */
import { ConfigError, createGatewayClient } from 'llm-gateway-client';
import { reply, startMockProvider } from 'llm-gateway-client/testing';

const noLargeModel = { when: { model: 'gpt-5.5' }, reply: reply.error(404, { code: 'model_not_found' }) };
await using direct = await startMockProvider({ script: [noLargeModel], otherwise: reply.chat('Hi.') });
await using router = await startMockProvider({ otherwise: reply.chat('Hi.') });

const client = createGatewayClient({
  endpoints: [
    { name: 'direct', baseURL: direct.baseURL, apiKey: 'key-one' },
    // The same models under other names: what `gpt-5.5-mini` is here is `openai/gpt-5.5-mini` there.
    { name: 'router', baseURL: router.baseURL, apiKey: 'key-two', models: { 'gpt-5.5-mini': 'openai/gpt-5.5-mini' } },
  ],
  models: {
    fast: 'gpt-5.5-mini',
    // In order: when every endpoint has failed with the first model, the second one is asked, at one endpoint only.
    smart: [
      { model: 'gpt-5.5', endpoint: 'direct' },
      { model: 'anthropic/claude-sonnet-5', endpoint: 'router' },
    ],
  },
  defaultModel: 'fast',
  strictModels: true,
});

const messages = [{ role: 'user' as const, content: 'Hello' }];
for (const model of ['fast', 'smart', 'default'] as const) {
  const { model: answered } = await client.chat.completions.create({ model, messages });
  console.log(`${model.padEnd(8)} answered by ${answered}`);
}

const second = client.gateway.explain({ model: 'fast' }).targets[1];
console.log(`fast at ${second?.endpoint} is ${second?.model}`);

// @ts-expect-error With `strictModels` a misspelt alias does not compile, and it is refused at run time.
await client.chat.completions.create({ model: 'fsat', messages }).catch((error: unknown) => {
  if (error instanceof ConfigError) console.log(error.message);
});
