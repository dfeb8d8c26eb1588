import OpenAI from 'openai';

const client = new OpenAI();

const completion = await client.completions.create({
  model: 'gpt-3.5-turbo-instruct',
  prompt: 'Say this is a test',
  max_tokens: 256,
});
console.log(completion.choices[0]?.text, completion.usage);

const stream = await client.completions.create({
  model: 'gpt-3.5-turbo-instruct',
  prompt: 'Say this is a test',
  stream: true,
});
for await (const part of stream) console.log(part.choices[0]?.text);
