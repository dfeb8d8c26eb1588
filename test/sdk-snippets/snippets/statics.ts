import OpenAI from 'openai';

console.log(OpenAI.DEFAULT_TIMEOUT, OpenAI.name, OpenAI.OpenAI === OpenAI);
console.log(typeof OpenAI.toFile, typeof OpenAI.APIError, typeof OpenAI.Chat, typeof OpenAI.Page);
const file = await OpenAI.toFile(Buffer.from('abc'), 'abc.txt');
console.log(file.name, file.size);
const client = new OpenAI.OpenAI({ apiKey: 'My API Key' });
console.log(client.apiKey, client.maxRetries, client.timeout, client.organization, client.project);
