import OpenAI from 'openai';

const client = new OpenAI();

const packed = await client.embeddings.create({ model: 'text-embedding-3-small', input: 'Your text', dimensions: 4 });
const plain = await client.embeddings.create({
  model: 'text-embedding-3-small',
  input: ['Your text', 'More text'],
  dimensions: 4,
  encoding_format: 'float',
});
console.log(packed.data[0]?.embedding, packed.usage);
console.log(plain.data.map((item) => item.embedding.length));
