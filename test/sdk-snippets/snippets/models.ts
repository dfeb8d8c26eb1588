import OpenAI from 'openai';

const client = new OpenAI();

for await (const model of client.models.list()) console.log(model.id, model.owned_by);
const page = await client.models.list();
console.log(page.data.length, page.hasNextPage());
console.log(await client.models.retrieve('mock-model'));
