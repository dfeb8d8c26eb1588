import OpenAI, { OpenAIError } from 'openai';

delete process.env['OPENAI_API_KEY'];
delete process.env['OPENAI_BASE_URL'];
try {
  console.log(new OpenAI({ apiKey: undefined }).baseURL);
  await new OpenAI().models.list();
} catch (error) {
  console.log(error instanceof OpenAIError);
}
