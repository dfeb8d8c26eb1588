// LangChain with withFallbacks over two models.
import { ChatOpenAI } from '@langchain/openai';

const KEY = 'sk-bench-0123456789';

function pairs({ messages }) {
  return messages.map(({ role, content }) => [role, content]);
}

export function createPeer(place) {
  const modelAt = (baseURL) =>
    new ChatOpenAI({
      model: 'gpt-4o-mini',
      apiKey: KEY,
      maxRetries: 0,
      configuration: { baseURL, ...(place.fetch && { fetch: place.fetch }) },
    });
  const model = modelAt(place.primary).withFallbacks([modelAt(place.fallback)]);
  return {
    name: 'langchain',
    async call(body) {
      const { content } = await model.invoke(pairs(body('gpt-4o-mini')));
      if (content === '') throw new Error('No text.');
    },
    stream: (body) => model.stream(pairs(body('gpt-4o-mini'))),
    async close() {},
  };
}
