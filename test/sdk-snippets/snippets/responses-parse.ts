import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const client = new OpenAI();

const response = await client.responses.parse({
  model: 'gpt-4o',
  input: [{ role: 'user', content: 'solve 8x + 31 = 2' }],
  text: { format: zodTextFormat(z.object({ answer: z.string() }), 'math') },
});
console.log(response.output_parsed?.answer);
