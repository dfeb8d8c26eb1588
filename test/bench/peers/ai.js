// The AI SDK with ai-fallback in front of all providers.
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, streamText } from 'ai';
import { createFallback } from 'ai-fallback';

const KEY = 'sk-bench-0123456789';

function split({ messages }) {
  const [system, user] = messages;
  return { system: system.content, prompt: user.content };
}

export function createPeer(place, baseURLs) {
  const modelAt = (baseURL) =>
    createOpenAI({ baseURL, apiKey: KEY, ...(place.fetch && { fetch: place.fetch }) }).chat('gpt-4o-mini');
  const model = createFallback({
    models: baseURLs.map(modelAt),
    // Its own list of errors leaves out a refused connection.
    shouldRetryThisError: () => true,
  });
  return {
    name: 'ai_fallback',
    async call(body) {
      const { text } = await generateText({ model, ...split(body('gpt-4o-mini')) });
      if (text === '') throw new Error('No text.');
    },
    async stream(body) {
      return streamText({ model, ...split(body('gpt-4o-mini')) }).textStream;
    },
    async close() {},
  };
}
