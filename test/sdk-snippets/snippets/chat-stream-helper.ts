import OpenAI from 'openai';

const openai = new OpenAI();

const runner = openai.chat.completions
  .stream({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Say this is a test' }] })
  .on('message', (message) => console.log('message', message))
  .on('content', (delta, snapshot) => console.log('content', delta, snapshot));

for await (const chunk of runner) console.log('chunk', chunk.choices[0]?.delta);

const result = await runner.finalChatCompletion();
console.log('final', result, await runner.finalContent());
