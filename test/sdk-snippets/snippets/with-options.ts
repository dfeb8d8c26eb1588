import OpenAI from 'openai';

const client = new OpenAI({ organization: 'org-1', project: 'proj-1', defaultQuery: { tenant: 'a' } });
const other = client.withOptions({
  maxRetries: 0,
  defaultHeaders: { 'x-team': 'search' },
  defaultQuery: { tenant: 'b' },
});

for (const each of [client, other]) {
  await each.embeddings.create({ model: 'text-embedding-3-small', input: 'hi', dimensions: 2 });
  console.log(each instanceof OpenAI, each.maxRetries, each.organization, each.project, each.timeout);
}
