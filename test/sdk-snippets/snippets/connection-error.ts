import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import OpenAI, { APIConnectionError } from 'openai';

// A port where nobody listens any more.
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
server.close();
await once(server, 'close');

const client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
try {
  await client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] });
} catch (error) {
  console.log(error instanceof APIConnectionError, error instanceof Error && error.message);
  if (error instanceof APIConnectionError) console.log(error.status, error.cause instanceof Error);
}
