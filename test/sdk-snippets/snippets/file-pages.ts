import OpenAI, { toFile } from 'openai';

const client = new OpenAI();
for (const name of ['a', 'b', 'c', 'd', 'e']) {
  await client.files.create({ file: await toFile(Buffer.from(name), `${name}.txt`), purpose: 'assistants' });
}

// Automatically fetches more pages as needed.
for await (const file of client.files.list({ limit: 2 })) console.log(file.filename);

// Or one page at a time.
let page = await client.files.list({ limit: 2 });
console.log(page.data.length);
while (page.hasNextPage()) {
  page = await page.getNextPage();
  console.log(page.data.map((file) => file.filename));
}
for await (const each of (await client.files.list({ limit: 3 })).iterPages())
  console.log(each.getPaginatedItems().length);
