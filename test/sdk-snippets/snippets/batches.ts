import OpenAI from 'openai';

const client = new OpenAI();

const batch = await client.batches.create({
  input_file_id: 'file-abc123',
  endpoint: '/v1/chat/completions',
  completion_window: '24h',
  metadata: { run: 'nightly' },
});
console.log(batch.id, batch.status);
console.log((await client.batches.retrieve(batch.id)).status);
console.log((await client.batches.cancel(batch.id)).status);
for await (const each of client.batches.list({ limit: 1 })) console.log(each.id);
