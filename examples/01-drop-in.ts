/** A program written for the SDK. Only the first import was changed; everything below it stays as it was. */
import OpenAI from 'llm-gateway-client';
import { startMockProvider } from 'llm-gateway-client/testing';
import { OpenAI as PlainOpenAI } from 'openai';

// A stand-in for the real API, so that this runs without a network.
await using provider = await startMockProvider();

const client = new OpenAI({ apiKey: 'any-key', baseURL: provider.baseURL });

const completion = await client.chat.completions.create({
  model: 'gpt-5.5-mini',
  messages: [{ role: 'user', content: 'Hello there' }],
});
console.log(completion.choices[0]?.message.content);

const { data: models, response } = await client.models.list().withResponse();
console.log(`${models.data.length} model listed, status ${response.status}`);

// Types from the namespace and checks by class work too.
const message: OpenAI.Chat.Completions.ChatCompletionMessageParam = { role: 'user', content: 'Bye' };
console.log(`a ${message.role} message; an OpenAI client: ${client instanceof PlainOpenAI}`);
