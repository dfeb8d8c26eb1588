/** What a call gives, when it is tried again, and how it is broken off. */
import { reply, sse } from '../../src/testing.js';
import { type Behaviour, MESSAGES, nameOfError, STREAMING } from './behaviour.js';
import type { Bench } from './bench.js';
import { gapsOf } from './observation.js';
import { BACKOFF_MS } from './virtual-time.js';

const attemptsFor = async (bench: Bench, status: number, headers: Record<string, string> = {}) => {
  const transport = bench.transport([{ reply: reply.error(status, {}, { headers }) }]);
  await nameOfError(bench.settle(bench.client(transport, { maxRetries: 1 }).chat.completions.create(MESSAGES)));
  return transport.requests.length;
};
const errorOf = async (bench: Bench, sent: number) => {
  const transport = bench.transport([
    reply.error(sent, { code: 'c', type: 't', param: 'p', message: 'M' }, { headers: { 'x-request-id': 'r' } }),
  ]);
  const error = await bench
    .settle(bench.client(transport, { maxRetries: 0 }).chat.completions.create(MESSAGES))
    .catch((reason: unknown) => reason);
  const { name, message, status, code, type, param, requestID } = error as InstanceType<Bench['sdk']['APIError']>;
  return {
    class: (error as Error).constructor.name,
    name,
    message,
    status,
    code,
    type,
    param,
    requestID,
    isAPIError: error instanceof bench.sdk.APIError,
  };
};
const abortIn = async (bench: Bench, script: Parameters<Bench['transport']>[0], when: 'before' | 'meanwhile') => {
  const transport = bench.transport(script);
  const controller = new AbortController();
  const reason = new Error('enough');
  if (when === 'before') controller.abort(reason);
  const call = bench.client(transport).chat.completions.create(MESSAGES, { signal: controller.signal });
  const settled = call.catch((error: unknown) => error);
  await bench.quiet();
  if (when === 'meanwhile') controller.abort(reason);
  const error = (await bench.settle(settled)) as Error;
  return {
    class: error.constructor.name,
    message: error.message,
    cause: error.cause === reason,
    attempts: transport.requests.length,
  };
};
/** The request id that the SDK attaches without saying so in every type. */
const hiddenId = (data: object) => (data as { _request_id?: string | null })._request_id;
const ABORTED = { class: 'APIUserAbortError', message: 'Request was aborted.', cause: true };

export const CALL_BEHAVIOURS: readonly Behaviour[] = [
  {
    id: 'S01',
    name: 'a request starts at once, before anybody waits for it',
    async observe(bench) {
      const transport = bench.transport();
      const promise = bench.client(transport).chat.completions.create(MESSAGES);
      await bench.quiet();
      const started = transport.requests.length;
      await promise;
      return { started, isAPIPromise: promise instanceof bench.sdk.APIPromise, isPromise: promise instanceof Promise };
    },
    sdk: { started: 1, isAPIPromise: true, isPromise: true },
  },
  {
    id: 'S02a',
    name: 'a result carries its request id where nobody sees it by accident',
    async observe(bench) {
      const { data, response, request_id } = await bench
        .client(bench.transport())
        .chat.completions.create(MESSAGES)
        .withResponse();
      return {
        request_id,
        hidden: hiddenId(data),
        enumerable: Object.keys(data).includes('_request_id'),
        inJson: JSON.stringify(data).includes('req_mock'),
        status: response.status,
        url: response.url,
        isResponse: response instanceof Response,
      };
    },
    sdk: {
      request_id: 'req_mock_1',
      hidden: 'req_mock_1',
      enumerable: false,
      inJson: false,
      status: 200,
      url: 'https://a.test/v1/chat/completions',
      isResponse: true,
    },
  },
  {
    id: 'S02b',
    name: 'after a body that timed out, the response is that of the retry',
    async observe(bench) {
      const transport = bench.transport([
        reply.json({ a: 1 }, { deliver: { bytes: 3 }, ending: 'stall', headers: { 'x-request-id': 'first' } }),
        reply.chat('ok', { headers: { 'x-request-id': 'second' } }),
      ]);
      const result = await bench.settle(
        bench.client(transport, { timeout: 300 }).chat.completions.create(MESSAGES).withResponse(),
      );
      if (result === 'pending') return result;
      return {
        request_id: result.request_id,
        ofData: hiddenId(result.data),
        header: result.response.headers.get('x-request-id'),
      };
    },
    sdk: { request_id: 'second', ofData: 'second', header: 'second' },
  },
  {
    id: 'S03',
    name: 'the raw response is unread and knows its URL; failures still throw',
    async observe(bench) {
      const transport = bench.transport([reply.chat('ok'), reply.error(404)]);
      const client = bench.client(transport);
      const response = await client.chat.completions.create(MESSAGES).asResponse();
      const { bodyUsed, url } = response;
      const text = await response.text();
      return {
        isResponse: response instanceof Response,
        bodyUsed,
        url,
        read: text.includes('ok'),
        failure: await nameOfError(client.chat.completions.create(MESSAGES).asResponse()),
      };
    },
    sdk: {
      isResponse: true,
      bodyUsed: false,
      url: 'https://a.test/v1/chat/completions',
      read: true,
      failure: 'NotFoundError',
    },
  },
  {
    id: 'S03b',
    name: 'the raw response first and the parsed body afterwards are of one request',
    async observe(bench) {
      const transport = bench.transport([reply.chat('ok')]);
      const promise = bench.client(transport).chat.completions.create(MESSAGES);
      const response = await promise.asResponse();
      const completion = await promise;
      return {
        status: response.status,
        text: completion.choices[0]?.message.content,
        requests: transport.requests.length,
      };
    },
    sdk: { status: 200, text: 'ok', requests: 1 },
  },
  {
    id: 'S04',
    name: 'maxRetries counts further tries',
    async observe(bench) {
      const counts: number[] = [];
      for (const options of [{}, { maxRetries: 0 }, { maxRetries: 1 }, { maxRetries: 3 }]) {
        const transport = bench.transport([{ reply: reply.error(500) }]);
        const call = bench.client(transport).chat.completions.create(MESSAGES, options);
        await nameOfError(bench.settle(call));
        counts.push(transport.requests.length);
      }
      return counts;
    },
    sdk: [3, 1, 2, 4],
  },
  {
    id: 'S04n',
    name: 'maxRetries that is no count means two',
    onlyNewest: true,
    async observe(bench) {
      const counts: number[] = [];
      for (const maxRetries of [Number.NaN, -1, 1.5, '5', null]) {
        const transport = bench.transport([{ reply: reply.error(500) }]);
        const call = bench.client(transport).chat.completions.create(MESSAGES, { maxRetries: maxRetries as number });
        await nameOfError(bench.settle(call));
        counts.push(transport.requests.length);
      }
      return counts;
    },
    sdk: [3, 3, 3, 3, 3],
  },
  {
    id: 'S04b',
    name: 'maxRetries of a call goes before that of the client',
    async observe(bench) {
      const transport = bench.transport([{ reply: reply.error(500) }]);
      const client = bench.client(transport, { maxRetries: 5 });
      await nameOfError(bench.settle(client.chat.completions.create(MESSAGES, { maxRetries: 1 })));
      return transport.requests.length;
    },
    sdk: 2,
  },
  {
    id: 'S05',
    name: 'which statuses are tried again',
    async observe(bench) {
      const tried: Record<string, number> = {};
      for (const status of [400, 401, 403, 404, 408, 409, 413, 422, 424, 425, 429, 500, 501, 502, 503, 504, 505, 529])
        tried[status] = await attemptsFor(bench, status);
      return tried;
    },
    sdk: {
      400: 1,
      401: 1,
      403: 1,
      404: 1,
      408: 2,
      409: 2,
      413: 1,
      422: 1,
      424: 1,
      425: 1,
      429: 2,
      500: 2,
      501: 2,
      502: 2,
      503: 2,
      504: 2,
      505: 2,
      529: 2,
    },
    gateway: {
      shows: {
        400: 1,
        401: 1,
        403: 1,
        404: 1,
        408: 2,
        409: 2,
        413: 1,
        422: 1,
        424: 1,
        425: 1,
        429: 2,
        500: 2,
        501: 1,
        502: 2,
        503: 2,
        504: 2,
        505: 1,
        529: 2,
      },
      because: 'an endpoint that lacks a method lacks it the second time too',
    },
  },
  {
    id: 'S05b',
    name: 'x-should-retry is obeyed',
    observe: async (bench) => [
      await attemptsFor(bench, 500, { 'x-should-retry': 'false' }),
      await attemptsFor(bench, 400, { 'x-should-retry': 'true' }),
      await attemptsFor(bench, 400, { 'x-should-retry': 'maybe' }),
    ],
    sdk: [1, 2, 1],
  },
  {
    id: 'S07',
    name: 'waits double from half a second to eight',
    async observe(bench) {
      const transport = bench.transport([{ reply: reply.error(500) }]);
      await nameOfError(bench.settle(bench.client(transport, { maxRetries: 6 }).chat.completions.create(MESSAGES)));
      return gapsOf(transport.requests);
    },
    sdk: BACKOFF_MS,
  },
  {
    id: 'S08',
    name: 'a timeout is for one try, its body included, and not for what is handed out unread',
    async observe(bench) {
      const stalling = reply.json({ a: 1 }, { deliver: { bytes: 3 }, ending: 'stall' });
      const first = bench.transport([{ reply: stalling }]);
      const body = await nameOfError(
        bench.settle(bench.client(first, { timeout: 300, maxRetries: 1 }).chat.completions.create(MESSAGES)),
      );
      const second = bench.transport([{ reply: stalling }]);
      const response = await bench.settle(
        bench.client(second, { timeout: 300 }).chat.completions.create(MESSAGES).asResponse(),
      );
      const raw = response === 'pending' ? response : await bench.settle(nameOfError(response.text()));
      return { body, attempts: first.requests.length, gaps: gapsOf(first.requests), raw };
    },
    sdk: { body: 'APIConnectionTimeoutError', attempts: 2, gaps: [300 + (BACKOFF_MS[0] ?? 0)], raw: 'pending' },
  },
  {
    id: 'S10',
    name: 'a timeout of a call must be a whole number',
    async observe(bench) {
      const transport = bench.transport();
      const client = bench.client(transport);
      const results: unknown[] = [];
      for (const timeout of [1.5, -1, Number.NaN, '5'])
        results.push(
          await nameOfError(bench.settle(client.chat.completions.create(MESSAGES, { timeout: timeout as number }))),
        );
      return { results, requests: transport.requests.length };
    },
    sdk: { results: ['OpenAIError', 'OpenAIError', 'OpenAIError', 'OpenAIError'], requests: 0 },
  },
  {
    id: 'S11',
    name: 'a failed connection is wrapped, with its cause',
    async observe(bench) {
      const transport = bench.transport([reply.refused()]);
      const error = await bench
        .settle(bench.client(transport, { maxRetries: 0 }).chat.completions.create(MESSAGES))
        .catch((reason: unknown) => reason);
      const { message, cause } = error as Error;
      return {
        class: (error as Error).constructor.name,
        message,
        cause: (cause as Error).message,
        code: ((cause as Error).cause as { code?: string }).code,
      };
    },
    sdk: { class: 'APIConnectionError', message: 'Connection error.', cause: 'fetch failed', code: 'ECONNREFUSED' },
  },
  {
    id: 'S13a',
    name: 'a signal that has aborted before: no request',
    observe: (bench) => abortIn(bench, [{ reply: reply.chat('x') }], 'before'),
    sdk: { ...ABORTED, attempts: 0 },
  },
  {
    id: 'S13b',
    name: 'a signal that aborts before the headers',
    observe: (bench) => abortIn(bench, [reply.hang()], 'meanwhile'),
    sdk: { ...ABORTED, attempts: 1 },
  },
  {
    id: 'S13c',
    name: 'a signal that aborts during a wait',
    observe: (bench) => abortIn(bench, [{ reply: reply.error(500) }], 'meanwhile'),
    sdk: { ...ABORTED, attempts: 1 },
  },
  {
    id: 'S13d',
    name: 'a signal that aborts inside the body',
    observe: (bench) => abortIn(bench, [reply.json({ a: 1 }, { deliver: { bytes: 3 }, ending: 'stall' })], 'meanwhile'),
    sdk: { ...ABORTED, cause: false, attempts: 1 },
  },
  {
    id: 'S20',
    name: 'the class of an error follows its status',
    observe: (bench) =>
      Promise.all([400, 401, 403, 404, 409, 418, 422, 429, 500, 503].map((status) => errorOf(bench, status))),
    sdk: (
      [
        [400, 'BadRequestError'],
        [401, 'AuthenticationError'],
        [403, 'PermissionDeniedError'],
        [404, 'NotFoundError'],
        [409, 'ConflictError'],
        [418, 'APIError'],
        [422, 'UnprocessableEntityError'],
        [429, 'RateLimitError'],
        [500, 'InternalServerError'],
        [503, 'InternalServerError'],
      ] as const
    ).map(([status, name]) => ({
      class: name,
      name: 'Error',
      message: `${status} M`,
      status,
      code: 'c',
      type: 't',
      param: 'p',
      requestID: 'r',
      isAPIError: true,
    })),
  },
  {
    id: 'S29',
    name: 'whatever fetch throws is wrapped and tried again',
    async observe(bench) {
      let calls = 0;
      const client = new bench.Client(
        bench.options({
          maxRetries: 1,
          fetch: async () => {
            calls += 1;
            throw new RangeError('odd');
          },
        }),
      );
      const error = (await bench.settle(
        client.chat.completions.create(MESSAGES).catch((reason: unknown) => reason),
      )) as Error;
      return { class: error.constructor.name, cause: (error.cause as Error).message, calls };
    },
    sdk: { class: 'APIConnectionError', cause: 'odd', calls: 2 },
  },
  {
    id: 'S14',
    name: 'a helper stream that is aborted throws, a plain one ends in silence',
    async observe(bench) {
      const transport = bench.transport([
        {
          reply: reply.stream([sse.data({ choices: [{ index: 0, delta: { content: 'Hel' } }] })], { ending: 'stall' }),
        },
      ]);
      const client = bench.client(transport);
      const helper = client.chat.completions.stream(MESSAGES);
      helper.on('chunk', () => helper.abort());
      const thrown = await nameOfError(bench.settle(helper.done()));
      const plain = await client.chat.completions.create(STREAMING);
      let chunks = 0;
      const reading = (async () => {
        for await (const _chunk of plain) {
          chunks += 1;
          plain.controller.abort();
        }
        return 'ended';
      })();
      return {
        thrown,
        plain: await bench.settle(reading),
        chunks,
        states: transport.requests.map(({ state }) => state),
      };
    },
    sdk: { thrown: 'APIUserAbortError', plain: 'ended', chunks: 1, states: ['aborted', 'aborted'] },
  },
  {
    id: 'S15',
    name: 'leaving the loop ends the request; [DONE] ends it without an abort',
    async observe(bench) {
      const steps = [
        sse.data({ choices: [{ index: 0, delta: { content: 'Hel' } }] }),
        sse.data({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
        sse.done(),
      ];
      const transport = bench.transport([{ reply: reply.stream(steps, { ending: 'stall' }) }]);
      const client = bench.client(transport);
      const left = await client.chat.completions.create(STREAMING);
      for await (const _chunk of left) break;
      const thrown = await client.chat.completions.create(STREAMING);
      const error = await nameOfError(
        (async () => {
          for await (const _chunk of thrown) throw new RangeError('mine');
        })(),
      );
      const whole = await client.chat.completions.create(STREAMING);
      for await (const _chunk of whole);
      await bench.quiet();
      return {
        left: left.controller.signal.aborted,
        thrown: thrown.controller.signal.aborted,
        error,
        whole: whole.controller.signal.aborted,
        states: transport.requests.map(({ state }) => state),
        inFlight: transport.inFlight,
      };
    },
    sdk: {
      left: true,
      thrown: true,
      error: 'RangeError',
      whole: false,
      states: ['aborted', 'aborted', 'aborted'],
      inFlight: 0,
    },
  },
  {
    id: 'S16',
    name: 'a stream is read once; tee and toReadableStream work',
    async observe(bench) {
      const client = bench.client(bench.transport());
      const once = await client.chat.completions.create(STREAMING);
      for await (const _chunk of once);
      const again = await nameOfError(
        (async () => {
          for await (const _chunk of once);
        })(),
      );
      const [left, right] = (await client.chat.completions.create(STREAMING)).tee();
      const textOf = async (stream: typeof left) => {
        let text = '';
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
        return text;
      };
      const lines = await new Response(
        (await client.chat.completions.create(STREAMING)).toReadableStream() as ReadableStream,
      ).text();
      return { again, teed: await Promise.all([textOf(left), textOf(right)]), lines: lines.trim().split('\n').length };
    },
    sdk: { again: 'OpenAIError', teed: ['You said: Hi', 'You said: Hi'], lines: 5 },
  },
  {
    id: 'S32',
    name: 'nothing is left behind by a call that ended or a stream that was left',
    async observe(bench) {
      const { vi } = await import('vitest');
      const client = bench.client(bench.transport());
      await client.chat.completions.create(MESSAGES);
      const afterCall = vi.getTimerCount();
      for await (const _chunk of await client.chat.completions.create(STREAMING)) break;
      await bench.quiet();
      const afterBreak = vi.getTimerCount();
      for await (const _chunk of await client.chat.completions.create(STREAMING));
      await bench.quiet();
      return { afterCall, afterBreak, afterStream: vi.getTimerCount() };
    },
    sdk: { afterCall: 0, afterBreak: 0, afterStream: 0 },
  },
];
