/** What the SDK builds on top of single requests: parsing, running tools, polling, uploading, decoding. */
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { reply, sse } from '../../src/testing.js';
import { type Behaviour, MESSAGES, nameOfError } from './behaviour.js';

const Answer = z.object({ tags: z.array(z.string()), ok: z.boolean() });
const EXAMPLE = { tags: ['example'], ok: true };

const weather = (asked: unknown[]) => ({
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'Looks up the weather.',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    parse: JSON.parse,
    function: (args: unknown) => {
      asked.push(args);
      return 'sunny';
    },
  },
});

export const HELPER_BEHAVIOURS: readonly Behaviour[] = [
  {
    id: 'F204a',
    name: 'structured output is parsed',
    async observe(bench) {
      const transport = bench.transport();
      const client = bench.client(transport);
      const chat = await client.chat.completions.parse({
        ...MESSAGES,
        response_format: zodResponseFormat(Answer, 'answer'),
      });
      const response = await client.responses.parse({
        model: 'm',
        input: 'Hi',
        text: { format: zodTextFormat(Answer, 'answer') },
      });
      const cut = bench.client(bench.transport([reply.chat({ text: '{"tags":', finishReason: 'length' })]));
      const error = await nameOfError(
        cut.chat.completions.parse({ ...MESSAGES, response_format: zodResponseFormat(Answer, 'answer') }),
      );
      return {
        chat: chat.choices[0]?.message.parsed,
        response: response.output_parsed,
        error,
        requests: transport.requests.length,
      };
    },
    sdk: { chat: EXAMPLE, response: EXAMPLE, error: 'LengthFinishReasonError', requests: 2 },
  },
  {
    id: 'F204b',
    name: 'the streaming helper tells its events in order and sums up',
    async observe(bench) {
      const stream = bench
        .client(bench.transport())
        .chat.completions.stream({ ...MESSAGES, stream_options: { include_usage: true } });
      const told: string[] = [];
      stream.on('connect', () => told.push('connect'));
      stream.on('content', (delta) => told.push(delta));
      stream.on('end', () => told.push('end'));
      const final = await bench.settle(stream.finalChatCompletion());
      if (final === 'pending') return final;
      return { told, content: final.choices[0]?.message.content, usage: final.usage?.total_tokens, id: final.id };
    },
    sdk: { told: ['connect', 'You ', 'said: ', 'Hi', 'end'], content: 'You said: Hi', usage: 7, id: 'chatcmpl-mock' },
  },
  ...[false, true].map(
    (stream): Behaviour => ({
      id: stream ? 'F204d' : 'F204c',
      name: `tools are run${stream ? ' from a stream' : ''}, each turn a request`,
      async observe(bench) {
        const transport = bench.transport();
        const asked: unknown[] = [];
        const runner = bench
          .client(transport)
          .chat.completions.runTools({ ...MESSAGES, stream, tools: [weather(asked)] } as never);
        const content = await bench.settle((runner as { finalContent(): Promise<unknown> }).finalContent());
        return {
          content,
          asked,
          turns: transport.requests.map(({ body }) => (body as { messages: unknown[] }).messages.length),
          helper: transport.requests.map(({ headers }) => headers['x-stainless-helper-method']),
        };
      },
      sdk: { content: 'You said: Hi', asked: [{ city: 'example' }], turns: [1, 3], helper: ['runTools', 'runTools'] },
    }),
  ),
  {
    id: 'F204e',
    name: 'the streaming helper of the responses API',
    async observe(bench) {
      const stream = bench.client(bench.transport()).responses.stream({ model: 'm', input: 'Hi' });
      const types: string[] = [];
      stream.on('event', (event) => types.push(event.type));
      const final = await bench.settle(stream.finalResponse());
      if (final === 'pending') return final;
      return { types, text: final.output_text, usage: final.usage?.output_tokens };
    },
    sdk: {
      types: [
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.delta',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.completed',
      ],
      text: 'You said: Hi',
      usage: 3,
    },
  },
  {
    id: 'F204f',
    name: 'polling waits as told and stops when done',
    async observe(bench) {
      const state = (status: string) =>
        reply.json(
          { id: 'file-1', object: 'vector_store.file', status },
          { headers: { 'openai-poll-after-ms': '250' } },
        );
      const transport = bench.transport([state('in_progress'), state('in_progress'), state('completed')]);
      const file = await bench.settle(
        bench.client(transport).vectorStores.files.createAndPoll('vs-1', { file_id: 'file-1' }),
      );
      return {
        status: file === 'pending' ? file : file.status,
        requests: transport.requests.map(
          ({ method, path, at }) => `${method} ${path} ${at - (transport.requests[0]?.at ?? 0)}`,
        ),
      };
    },
    sdk: {
      status: 'completed',
      requests: [
        'POST /v1/vector_stores/vs-1/files 0',
        'GET /v1/vector_stores/vs-1/files/file-1 0',
        'GET /v1/vector_stores/vs-1/files/file-1 250',
      ],
    },
  },
  {
    id: 'F204g',
    name: 'files of every kind are uploaded under their names',
    async observe(bench) {
      const transport = bench.transport();
      const client = bench.client(transport);
      const uploads = [
        await bench.sdk.toFile(Buffer.from('12345'), 'buffer.txt'),
        new File(['1'], 'file.txt'),
        new Response('abc', { headers: { 'content-type': 'text/plain' } }),
      ];
      const names: unknown[] = [];
      for (const file of uploads) {
        const stored = await bench.settle(client.files.create({ file: file as File, purpose: 'user_data' }));
        names.push(stored === 'pending' ? stored : [stored.filename, stored.bytes]);
      }
      const heard = await bench.settle(
        client.audio.transcriptions.create({ model: 'asr', file: await bench.sdk.toFile(Buffer.from('123'), 'a.wav') }),
      );
      return { names, heard: heard === 'pending' ? heard : heard.text };
    },
    sdk: {
      names: [
        ['buffer.txt', 5],
        ['file.txt', 1],
        ['unknown_file', 3],
      ],
      heard: 'Heard 3 bytes of a.wav.',
    },
  },
  {
    id: 'F204h',
    name: 'binary answers are handed out unread',
    async observe(bench) {
      const transport = bench.transport();
      const client = bench.client(transport);
      const speech = await client.audio.speech.create({ model: 'tts', voice: 'alloy', input: 'Hi' });
      const { bodyUsed } = speech;
      const bytes = await speech.arrayBuffer();
      return {
        isResponse: speech instanceof Response,
        bodyUsed,
        size: bytes.byteLength,
        type: speech.headers.get('content-type'),
      };
    },
    sdk: { isResponse: true, bodyUsed: false, size: 48, type: 'audio/wav' },
  },
  {
    id: 'F204i',
    name: 'embeddings are asked for in base64 and decoded, unless told otherwise',
    async observe(bench) {
      const transport = bench.transport();
      const client = bench.client(transport);
      const quiet = await client.embeddings.create({ model: 'm', input: 'a', dimensions: 3 });
      const plain = await client.embeddings.create({ model: 'm', input: 'a', dimensions: 3, encoding_format: 'float' });
      const same = quiet.data[0]?.embedding.every(
        (value, index) => Math.abs(value - (plain.data[0]?.embedding[index] ?? 0)) < 1e-6,
      );
      return {
        same,
        length: quiet.data[0]?.embedding.length,
        asked: transport.requests.map(({ body }) => (body as { encoding_format?: string }).encoding_format),
        requestId: (quiet as { _request_id?: string })._request_id,
      };
    },
    sdk: { same: true, length: 3, asked: ['base64', 'float'], requestId: 'req_mock_1' },
  },
  {
    id: 'F204j',
    name: 'a stream can be turned into text and read again elsewhere',
    async observe(bench) {
      const client = bench.client(
        bench.transport([
          reply.stream([
            sse.data({
              id: 'x',
              choices: [{ index: 0, delta: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
            }),
            sse.done(),
          ]),
        ]),
      );
      const stream = await client.chat.completions.create({ ...MESSAGES, stream: true });
      const { ChatCompletionStream } = await import('openai/lib/ChatCompletionStream');
      const relayed = ChatCompletionStream.fromReadableStream(stream.toReadableStream() as never);
      return bench.settle(relayed.finalContent());
    },
    sdk: 'Hi',
  },
];
