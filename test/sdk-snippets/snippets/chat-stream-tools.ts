import OpenAI from 'openai';
import { zodFunction } from 'openai/helpers/zod';
import { z } from 'zod';

const openai = new OpenAI();

const stream = openai.chat.completions
  .stream({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
    tools: [zodFunction({ name: 'getWeather', parameters: z.object({ city: z.string(), celsius: z.boolean() }) })],
  })
  .on('tool_calls.function.arguments.delta', (delta) => console.log('delta', delta.arguments_delta))
  .on('tool_calls.function.arguments.done', (call) => console.log('done', call.name, call.parsed_arguments));

await stream.done();
console.log((await stream.finalMessage()).tool_calls);
