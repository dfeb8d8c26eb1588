import OpenAI from 'openai';

const client = new OpenAI();

const answers = await Promise.all(
  ['one', 'two', 'three'].map((content) =>
    client.chat.completions
      .create({ model: 'gpt-4o', messages: [{ role: 'user', content }] })
      .then((completion) => completion.choices[0]?.message.content),
  ),
);
console.log(answers);
