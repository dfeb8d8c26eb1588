import OpenAI from 'openai';

const client = new OpenAI();

const completion = await client.chat.completions.create({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'hi' }],
  // @ts-expect-error baz is not yet public
  baz: 'undocumented option',
});
// @ts-expect-error nor is this
console.log(completion.nope, completion.choices.length);
