// LangChain with withFallbacks over all models.
import { ChatOpenAI } from '@langchain/openai';

const KEY = 'sk-bench-0123456789';

function pairs({ messages }) {
  return messages.map(({ role, content }) => [role, content]);
}

export function createPeer(place, baseURLs) {
  const modelAt = (baseURL) =>
    new ChatOpenAI({
      model: 'gpt-4o-mini',
      apiKey: KEY,
      maxRetries: 0,
      configuration: { baseURL, ...(place.fetch && { fetch: place.fetch }) },
    });
  const [first, ...others] = baseURLs.map(modelAt);
  const model = first.withFallbacks(others);
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
