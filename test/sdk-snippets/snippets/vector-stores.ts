import OpenAI from 'openai';

const client = new OpenAI();

const store = await client.vectorStores.create({ name: 'manuals' });
const found = await client.vectorStores.search(store.id, { query: 'how to reset' });
console.log(store.name, found.data.length);
console.log((await client.vectorStores.delete(store.id)).deleted);
