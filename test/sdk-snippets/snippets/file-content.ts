import OpenAI, { toFile } from 'openai';

const client = new OpenAI();

const file = await client.files.create({ file: await toFile(Buffer.from('line\n'), 'a.jsonl'), purpose: 'batch' });
const content = await client.files.content(file.id);
console.log(await content.text());
console.log((await client.files.retrieve(file.id)).status);
console.log(await client.files.delete(file.id));
await client.files.retrieve(file.id).catch((error: unknown) => {
  if (error instanceof OpenAI.NotFoundError) console.log(error.status, error.message, error.param);
});
