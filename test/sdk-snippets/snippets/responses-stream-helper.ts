import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const openai = new OpenAI();
const CalendarEvent = z.object({ name: z.string(), date: z.string(), participants: z.array(z.string()) });

const stream = openai.responses
  .stream({
    model: 'gpt-4o-2024-08-06',
    input: 'Alice and Bob are going to a science fair on Friday.',
    text: { format: zodTextFormat(CalendarEvent, 'event') },
  })
  .on('response.output_text.delta', (diff) => console.log('delta', diff.delta));

for await (const event of stream) console.log('event', event.type);

const result = await stream.finalResponse();
console.log(result.output_parsed);
