import { AzureOpenAI, OpenAI } from 'openai';

const azureADTokenProvider = async () => 'a token';
const client = new AzureOpenAI({
  baseURL: `${process.env['OPENAI_BASE_URL']}/openai`,
  azureADTokenProvider,
  apiVersion: '2024-10-21',
});
const result = await client.chat.completions.create({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Say hello!' }],
});
console.log(result.choices[0]!.message?.content, client instanceof AzureOpenAI, typeof OpenAI);
