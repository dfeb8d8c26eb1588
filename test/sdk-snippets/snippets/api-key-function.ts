import OpenAI from 'openai';

let issued = 0;
const client = new OpenAI({ apiKey: async () => `short-lived-${++issued}` });

await client.embeddings.create({ model: 'text-embedding-3-small', input: 'a', dimensions: 2 });
await client.embeddings.create({ model: 'busy-once', input: 'b', dimensions: 2 });
console.log(issued);
