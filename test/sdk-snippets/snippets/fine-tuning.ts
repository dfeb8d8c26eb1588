import OpenAI from 'openai';

const client = new OpenAI();

const job = await client.fineTuning.jobs.create({ model: 'gpt-4o-mini', training_file: 'file-abc123' });
console.log(job.id);

// Fetch all jobs, page by page.
const all: OpenAI.FineTuning.FineTuningJob[] = [];
for await (const each of client.fineTuning.jobs.list({ limit: 20 })) all.push(each);
console.log(all.map((each) => each.id));
