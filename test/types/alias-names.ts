/** Compiled, never run: a wrong line here is a failing type check. */
import type { OpenAI as SDK } from 'openai';
import { createGatewayClient } from '../../src/create-gateway-client.js';
import type { GatewayOptions } from '../../src/options/options.js';

const open = createGatewayClient({
  models: { fast: 'gpt-5.5-mini', smart: ['a', { endpoint: 'b', model: 'c' }] },
  defaultModel: 'fast',
});
const plain: SDK = open;
export async function aliasNames() {
  const r = await open.chat.completions.create({ model: 'fast', messages: [] }, { gateway: { deadlineMs: 5 } });
  const text: string | null | undefined = r.choices[0]?.message.content;
  const s = await open.chat.completions.create({ messages: [], stream: true });
  for await (const c of s) c.choices;
  await open.chat.completions.create({ model: 'any', messages: [] });
  const strict = createGatewayClient({ strictModels: true, models: { fast: 'x' } });
  const alsoPlain: SDK = strict;
  await strict.chat.completions.create({ model: 'fast', messages: [] });
  // @ts-expect-error misspelt
  await strict.chat.completions.create({ model: 'fsat', messages: [] });
  // @ts-expect-error misspelt
  await strict.responses.create({ model: 'fsat', input: '' });
  // @ts-expect-error There is no such option.
  createGatewayClient({ defaultModell: 'fast' });
  createGatewayClient({
    // @ts-expect-error Nor is there one in an endpoint.
    endpoints: [{ baseURL: 'https://x.example/v1', apiKey: 'k', teir: 1 }],
    models: { fast: 'x' },
  });
  const options: GatewayOptions = { models: { fast: 'x' }, strictModels: Math.random() > 1 };
  await createGatewayClient(options).chat.completions.create({ model: 'any', messages: [] });
  const undecided: boolean = options.strictModels === true;
  await createGatewayClient({ strictModels: undecided, models: { fast: 'x' } }).chat.completions.create({
    model: 'any',
    messages: [],
  });
  return [plain, text, alsoPlain, createGatewayClient()];
}
