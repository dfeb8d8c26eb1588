import OpenAI from 'openai';

const client = new OpenAI({
  fetch: async (url, init) => {
    console.log('About to make a request', new URL(String(url)).pathname, init?.method);
    const response = await fetch(url, init);
    console.log('Got response', response.status);
    return response;
  },
});
const completion = await client.chat.completions.create({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'hi' }],
});
console.log(completion.choices[0]?.message.content);
