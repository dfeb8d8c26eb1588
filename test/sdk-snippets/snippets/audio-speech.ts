import OpenAI from 'openai';

const openai = new OpenAI();

const response = await openai.audio.speech.create({
  model: 'tts-1',
  voice: 'alloy',
  input: 'the quick brown chicken jumped over the lazy dogs',
});
const buffer = Buffer.from(await response.arrayBuffer());
console.log(response.headers.get('content-type'), buffer.length, buffer.subarray(0, 4).toString());

const streamed = await openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'once more' });
let bytes = 0;
for await (const chunk of streamed.body ?? []) bytes += (chunk as Uint8Array).length;
console.log(bytes);
