import OpenAI from 'openai';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';

const openai = new OpenAI();

// In an express handler: stream to the browser.
const stream = await openai.chat.completions.create({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Say this is a test' }],
  stream: true,
});
const response = new Response(stream.toReadableStream());

// In the browser: read it again.
const runner = ChatCompletionStream.fromReadableStream(response.body!);
runner.on('content', (delta) => console.log(delta));
console.log(await runner.finalMessage());
