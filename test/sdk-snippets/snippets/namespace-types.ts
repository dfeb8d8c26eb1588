import OpenAI from 'openai';

const client = new OpenAI();

const params: OpenAI.Chat.ChatCompletionCreateParams = {
  messages: [{ role: 'user', content: 'Say this is a test' }],
  model: 'gpt-4o',
};
const chatCompletion: OpenAI.Chat.ChatCompletion = await client.chat.completions.create(params);
const message: OpenAI.Chat.Completions.ChatCompletionMessage | undefined = chatCompletion.choices[0]?.message;
const reason: OpenAI.ChatCompletion.Choice['finish_reason'] | undefined = chatCompletion.choices[0]?.finish_reason;
const options: OpenAI.RequestOptions = { timeout: 1000 };
const models: OpenAI.ModelsPage = await client.models.list(options);

function first<Item>(page: OpenAI.Page<Item>): Item | undefined {
  return page.data[0];
}
const model: OpenAI.Model | undefined = first(models);
console.log(message?.role, reason, model?.id, models instanceof OpenAI.Page);
