import OpenAI from 'openai';

const client = new OpenAI();

const stream = await client.chat.completions.create({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Say this is a test' }],
  stream: true,
});
const [left, right] = stream.tee();
const read = async (side: typeof left) => {
  let text = '';
  for await (const chunk of side) text += chunk.choices[0]?.delta.content ?? '';
  return text;
};
console.log(await Promise.all([read(left), read(right)]));
