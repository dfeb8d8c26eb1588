import OpenAI from 'openai';

const client = new OpenAI();

const runner = client.chat.completions.runTools({
  model: 'gpt-4o',
  stream: true,
  messages: [{ role: 'user', content: 'How many tigers are there?' }],
  tools: [
    {
      type: 'function',
      function: {
        function: ({ animal }: { animal: string }) => `There are 12 of ${animal}.`,
        name: 'count',
        description: 'Counts animals',
        parse: JSON.parse,
        parameters: { type: 'object', properties: { animal: { type: 'string' } }, required: ['animal'] },
      },
    },
  ],
});
for await (const event of runner) console.log(event.choices[0]?.delta);
console.log(await runner.finalContent());
