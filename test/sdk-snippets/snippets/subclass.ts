import OpenAI from 'openai';

class TracingOpenAI extends OpenAI {
  protected override async prepareOptions(...args: Parameters<OpenAI['prepareOptions']>): Promise<void> {
    console.log('options', args[0].path);
    return super.prepareOptions(...args);
  }
}
const client = new TracingOpenAI();
await client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] });
console.log(client.withOptions({ maxRetries: 1 }) instanceof TracingOpenAI);
