import OpenAI, { OpenAIError } from 'openai';

delete process.env['OPENAI_API_KEY'];
try {
  new OpenAI({ apiKey: undefined });
} catch (error) {
  console.log(error instanceof OpenAIError);
}
try {
  await new OpenAI().models.list();
} catch (error) {
  console.log(error instanceof OpenAIError);
}
