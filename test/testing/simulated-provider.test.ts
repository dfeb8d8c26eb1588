import OpenAI, { toFile } from 'openai';
import { expect, test } from 'vitest';
import { mockTransport, simulatedProvider } from '../../src/testing.js';

function client(options: Parameters<typeof simulatedProvider>[0] = {}) {
  const transport = mockTransport([], { otherwise: simulatedProvider(options) });
  return {
    transport,
    openai: new OpenAI({ apiKey: 'right', baseURL: 'https://a.test/v1', fetch: transport.fetch, maxRetries: 0 }),
  };
}
const ask = (content: string) => ({ model: 'm', messages: [{ role: 'user' as const, content }] });

test('chat repeats the question, with plausible usage, and says the same every time', async () => {
  const { openai } = client();
  const first = await openai.chat.completions.create(ask('What is the weather in Oslo today?'));
  expect(first.choices[0]?.message.content).toBe('You said: What is the weather in Oslo today?');
  expect(first.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 11, total_tokens: 23 });
  expect(first._request_id).toBe('req_mock_1');
  expect(await openai.chat.completions.create(ask('What is the weather in Oslo today?'))).toEqual(first);
});

test('wide characters count for more tokens than latin ones', async () => {
  const { openai } = client();
  const { usage } = await openai.chat.completions.create(ask('今天奥斯陆天气如何'));
  expect(usage?.prompt_tokens).toBe(12);
});

test('a stream gives the same text and its usage only when asked for', async () => {
  const { openai } = client();
  for (const include_usage of [true, false]) {
    let said = '';
    let usage: unknown;
    for await (const chunk of await openai.chat.completions.create({
      ...ask('Hi'),
      stream: true,
      stream_options: { include_usage },
    })) {
      said += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(said).toBe('You said: Hi');
    expect(usage !== undefined && usage !== null).toBe(include_usage);
  }
});

test('the output limit cuts the answer', async () => {
  const { openai } = client();
  const { choices } = await openai.chat.completions.create({ ...ask('one two three four'), max_tokens: 3 });
  expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'You said: on' } });
});

test('tools are called once and then answered about', async () => {
  const { openai } = client();
  const calls: unknown[] = [];
  const runner = openai.chat.completions.runTools({
    ...ask('Weather?'),
    tools: [
      {
        type: 'function',
        function: {
          name: 'weather',
          description: 'Looks it up.',
          parameters: {
            type: 'object',
            properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
          },
          parse: JSON.parse,
          function: (args: unknown) => {
            calls.push(args);
            return 'sunny';
          },
        },
      },
    ],
  });
  expect(await runner.finalContent()).toBe('You said: Weather?');
  expect(calls).toEqual([{ city: 'example', days: 2 }]);
});

test('structured output fits its schema', async () => {
  const { openai } = client();
  const schema = {
    type: 'object',
    properties: {
      tags: { type: 'array', items: { $ref: '#/$defs/tag' } },
      mood: { anyOf: [{ enum: ['good'] }, { type: 'null' }] },
      ok: { type: ['null', 'boolean'] },
    },
    $defs: { tag: { type: 'string' } },
  };
  const { choices } = await openai.chat.completions.create({
    ...ask('x'),
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
  });
  expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ tags: ['example'], mood: 'good', ok: true });
  const plain = await openai.chat.completions.create({ ...ask('x'), response_format: { type: 'json_object' } });
  expect(JSON.parse(plain.choices[0]?.message.content ?? '')).toEqual({ answer: 'example' });
  const response = await openai.responses.create({
    model: 'm',
    input: 'x',
    text: { format: { type: 'json_schema', name: 'x', schema } },
  });
  expect(JSON.parse(response.output_text)).toMatchObject({ mood: 'good' });
});

test('the responses API answers, streams and calls functions', async () => {
  const { openai } = client();
  const input = [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: 'Hi' }] }];
  expect((await openai.responses.create({ model: 'm', input })).output_text).toBe('You said: Hi');
  const final = await openai.responses.stream({ model: 'm', input: 'Hi' }).finalResponse();
  expect(final.output_text).toBe('You said: Hi');
  expect(final.usage?.output_tokens).toBe(3);
  const tools = [
    {
      type: 'function' as const,
      name: 'f',
      strict: false,
      parameters: { type: 'object', properties: { a: { const: 5 } } },
    },
  ];
  const called = await openai.responses.stream({ model: 'm', input: 'Hi', tools }).finalResponse();
  expect(called.output[0]).toMatchObject({ type: 'function_call', name: 'f', arguments: '{"a":5}' });
});

test('completions answer and stream', async () => {
  const { openai } = client();
  const { choices, usage } = await openai.completions.create({ model: 'm', prompt: 'Hi' });
  expect(choices[0]?.text).toBe('You said: Hi');
  expect(usage?.total_tokens).toBeGreaterThan(0);
  let said = '';
  for await (const chunk of await openai.completions.create({ model: 'm', prompt: 'Hi', stream: true }))
    said += chunk.choices[0]?.text ?? '';
  expect(said).toBe('You said: Hi');
});

test('equal texts have equal embeddings of length one, in both encodings', async () => {
  const { openai } = client();
  const { data, usage } = await openai.embeddings.create({ model: 'm', input: ['a', 'b', 'a'], dimensions: 8 });
  const [first, second, third] = data.map((item) => item.embedding);
  expect(first).toEqual(third);
  expect(first).not.toEqual(second);
  expect(Math.hypot(...(first ?? []))).toBeCloseTo(1, 5);
  expect(usage.total_tokens).toBe(3);
  const plain = await openai.embeddings.create({ model: 'm', input: 'a', dimensions: 8, encoding_format: 'float' });
  expect(plain.data[0]?.embedding.map((value) => Math.fround(value))).toEqual(first);
});

test('moderations, images and audio have the shapes of the real ones', async () => {
  const { openai } = client();
  expect((await openai.moderations.create({ input: ['a', 'b'] })).results.map(({ flagged }) => flagged)).toEqual([
    false,
    false,
  ]);
  const image = await openai.images.generate({ prompt: 'a dot', n: 2 });
  expect(
    Buffer.from(image.data?.[1]?.b64_json ?? '', 'base64')
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  const speech = await openai.audio.speech.create({ model: 'tts', voice: 'alloy', input: 'Hi' });
  expect(
    Buffer.from(await speech.arrayBuffer())
      .subarray(0, 4)
      .toString(),
  ).toBe('RIFF');
  const heard = await openai.audio.transcriptions.create({
    model: 'asr',
    file: await toFile(Buffer.from('12345'), 'a.wav'),
  });
  expect(heard.text).toBe('Heard 5 bytes of a.wav.');
});

test('files are kept, listed in pages, read and deleted', async () => {
  const { openai } = client();
  for (const name of ['a.txt', 'b.txt', 'c.txt'])
    await openai.files.create({ purpose: 'user_data', file: await toFile(Buffer.from(name), name) });
  const names: string[] = [];
  for await (const file of openai.files.list({ limit: 2 })) names.push(file.filename);
  expect(names).toEqual(['a.txt', 'b.txt', 'c.txt']);
  const file = await openai.files.retrieve('file-mock-2');
  expect(file).toMatchObject({ filename: 'b.txt', bytes: 5 });
  expect(await (await openai.files.content(file.id)).text()).toBe('b.txt');
  expect((await openai.files.delete(file.id)).deleted).toBe(true);
  await expect(openai.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 });
});

test('models, keys and routes it does not know are refused as the real ones do', async () => {
  const { openai } = client({ models: ['m'], apiKey: 'right' });
  expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(['m']);
  expect((await openai.models.retrieve('m')).id).toBe('m');
  await expect(openai.models.retrieve('x')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  await expect(openai.chat.completions.create({ ...ask('Hi'), model: 'x' })).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
  });
  await expect(openai.withOptions({ apiKey: 'wrong' }).chat.completions.create(ask('Hi'))).rejects.toMatchObject({
    status: 401,
    code: 'invalid_api_key',
  });
  await expect(openai.batches.list()).rejects.toMatchObject({ status: 404, code: 'unknown_url' });
});
