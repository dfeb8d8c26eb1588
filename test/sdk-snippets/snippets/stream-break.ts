import OpenAI from 'openai';

const client = new OpenAI();

const broken = await client.chat.completions.create({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'A long story, please' }],
  stream: true,
});
for await (const chunk of broken) {
  console.log(chunk.choices[0]?.delta);
  break;
}
console.log(broken.controller.signal.aborted);

const aborted = await client.chat.completions.create({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Another one' }],
  stream: true,
});
for await (const chunk of aborted) {
  console.log(chunk.choices[0]?.delta);
  aborted.controller.abort();
}
console.log('ended');
