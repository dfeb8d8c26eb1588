import OpenAI, { APIUserAbortError } from 'openai';

const client = new OpenAI();

const stream = client.chat.completions
  .stream({ model: 'gpt-4o', messages: [{ role: 'user', content: 'A long story, please' }] })
  .on('abort', (error) => console.log('abort', error instanceof APIUserAbortError))
  .on('end', () => console.log('end'));
stream.once('content', () => stream.abort());
await stream.done().catch((error: unknown) => console.log(error instanceof APIUserAbortError));
console.log(stream.aborted, stream.ended);
