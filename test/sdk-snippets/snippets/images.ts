import OpenAI, { toFile } from 'openai';

const client = new OpenAI();

const generated = await client.images.generate({ model: 'gpt-image-1', prompt: 'A cute baby sea otter', n: 2 });
console.log(generated.data?.length, generated.data?.[0]?.b64_json, generated.usage);

const image = await toFile(Buffer.from(generated.data?.[0]?.b64_json ?? '', 'base64'), 'otter.png', {
  type: 'image/png',
});
const edited = await client.images.edit({ model: 'gpt-image-1', image, prompt: 'With a hat' });
console.log(edited.data?.length);
