/** Faults of streams. Before the first content another endpoint can take over; afterwards nobody can. */
import { type BodyStep, type MockReply, reply, sse } from '../../src/testing.js';
import type { Difference } from './differences.js';
import { differs, type Expected, MOVES, type Row, STAYS } from './row.js';
import { BACKOFF_MS } from './virtual-time.js';

const [FIRST = 0, SECOND = 0] = BACKOFF_MS;
const GAPS = [FIRST, SECOND];
const always = (what: MockReply) => [{ reply: what }];

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' };
const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
  sse.data({ ...head, choices: [{ index: 0, delta, finish_reason: finish }], ...more });
const ROLE = chunk({ role: 'assistant', content: '' });
const HEL = chunk({ content: 'Hel' });
const LO = chunk({ content: 'lo' });
const STOP = chunk({}, 'stop');
const DONE = sse.done();
const ERROR = { message: 'Upstream has gone', type: 'server_error', code: 'upstream_gone', param: null };
const events = (...steps: BodyStep[]) => always(reply.stream(steps));

const returned = (text: string, more: Expected = {}): Expected => ({ attempts: 1, ending: 'returned', text, ...more });
/** The caller got `text` and then one error that says why. */
const interrupted = (reason: string, text: string, error: Expected['error'] = {}): Expected => ({
  attempts: 1,
  ending: 'threw',
  text,
  error: { class: 'StreamInterruptedError', reason, partial: { text }, ...error },
});

/** Nothing was handed out: tried again, by somebody else if there is anybody. */
const beforeContent = (
  id: string,
  name: string,
  steps: readonly BodyStep[] | MockReply,
  sdk: Expected,
  error: Expected['error'] = {},
  tookMs = 0,
): Row => ({
  id,
  name,
  kinds: ['stream'],
  script: always(Array.isArray(steps) ? reply.stream(steps as readonly BodyStep[]) : (steps as MockReply)),
  sdk: { attempts: 1, ...sdk },
  gateway: differs('stream_not_begun', {
    attempts: 3,
    gapsMs: GAPS.map((ms) => ms + tookMs),
    ending: 'threw',
    error,
  }),
  backup: { ...MOVES, afterMs: tookMs },
});

/** Something was handed out: the call ends where it is. */
const afterContent = (
  id: string,
  name: string,
  answer: MockReply,
  sdk: Expected,
  gateway: Expected,
  { difference = 'stream_interrupted', ...more }: Partial<Row> & { readonly difference?: Difference } = {},
): Row => ({
  id,
  name,
  kinds: ['stream'],
  script: always(answer),
  sdk: { attempts: 1, ...sdk },
  gateway: differs(difference, gateway),
  backup: STAYS(1, gateway),
  ...more,
});

/** Odd but right: everybody gets the same chunks. */
const healthy = (id: string, name: string, answer: MockReply, text: string, more: Partial<Row> = {}): Row => ({
  id,
  name,
  kinds: ['stream'],
  script: always(answer),
  sdk: returned(text),
  gateway: 'same',
  backup: { first: 1, second: 0, caller: { text } },
  ...more,
});

/** How long a stream may be silent here. */
const SILENCE_MS = 1000;
/** The stream's clock gives a busy process this much more before it decides. */
const GRACE_MS = 5;
const STALLED: Expected = {
  attempts: 3,
  gapsMs: GAPS.map((ms) => SILENCE_MS + GRACE_MS + ms),
  ending: 'threw',
  error: { class: 'APIConnectionTimeoutError' },
};
const invalid = { class: 'InvalidResponseError' };
const whole = [ROLE, HEL, LO, STOP, DONE];
const bytes = new TextEncoder().encode(whole.join('').replaceAll('lo', 'ö'));

export const STREAM_ROWS: readonly Row[] = [
  beforeContent(
    'F059',
    'an error is the first event',
    [sse.error(ERROR)],
    { ending: 'threw', text: '', error: { class: 'APIError', code: 'upstream_gone', status: undefined } },
    { code: 'upstream_gone', type: 'server_error' },
  ),
  beforeContent(
    'F059b',
    'an error comes after the role and before content',
    [ROLE, sse.error(ERROR)],
    { ending: 'threw', text: '', error: { class: 'APIError', code: 'upstream_gone' } },
    { code: 'upstream_gone' },
  ),
  afterContent(
    'F060',
    'an error comes after content',
    reply.stream([ROLE, HEL, sse.error(ERROR)]),
    { ending: 'threw', text: 'Hel', error: { class: 'APIError', code: 'upstream_gone', type: 'server_error' } },
    interrupted('error_event', 'Hel', { code: 'upstream_gone', type: 'server_error' }),
  ),
  beforeContent(
    'F061a',
    'an event named error comes first',
    [sse.event('error', ERROR)],
    { ending: 'threw', error: { class: 'APIError', code: 'upstream_gone' } },
    { code: 'upstream_gone', type: 'server_error' },
  ),
  beforeContent('F061b', 'an event named error with nothing but text', [sse.event('error', 'overloaded')], {
    ending: 'threw',
    error: { class: 'APIError' },
  }),
  afterContent(
    'F061c',
    'an event named error comes after content',
    reply.stream([HEL, sse.event('error', ERROR)]),
    { ending: 'threw', text: 'Hel', error: { class: 'APIError' } },
    interrupted('error_event', 'Hel', { code: 'upstream_gone', type: 'server_error' }),
  ),
  afterContent(
    'F062',
    'it ends with neither finish_reason nor [DONE]',
    reply.stream([ROLE, HEL]),
    returned('Hel'),
    interrupted('truncated', 'Hel'),
  ),
  beforeContent('F062b', 'it ends before any content', [ROLE], { ...returned('') }, invalid),
  healthy('F063', 'it ends with finish_reason and without [DONE]', reply.stream([ROLE, HEL, LO, STOP]), 'Hello'),
  healthy('F063b', 'it ends with [DONE] and without finish_reason', reply.stream([ROLE, HEL, DONE]), 'Hel'),
  afterContent(
    'F065a',
    'the connection is reset',
    reply.stream([ROLE, HEL, sse.wait(10)], { ending: 'reset' }),
    { ending: 'threw', text: 'Hel', error: { class: 'TypeError', message: 'terminated' } },
    interrupted('reset', 'Hel', { cause: { class: 'TypeError' } }),
  ),
  afterContent(
    'F065b',
    'the connection is closed',
    reply.stream([ROLE, HEL, sse.wait(10)], { ending: 'cut' }),
    { ending: 'threw', text: 'Hel', error: { class: 'TypeError', message: 'terminated' } },
    interrupted('reset', 'Hel', { cause: { class: 'TypeError' } }),
  ),
  beforeContent(
    'F065c',
    'the connection is cut before content',
    reply.stream([ROLE, sse.wait(10)], { ending: 'cut' }),
    { ending: 'threw', text: '', error: { class: 'TypeError' } },
    { class: 'APIConnectionError', cause: { class: 'TypeError' } },
    10,
  ),
  beforeContent('F066', 'a JSON error under status 200', reply.error(200, ERROR), returned(''), {
    ...invalid,
    code: 'upstream_gone',
  }),
  beforeContent('F067a', 'a web page under status 200', reply.html(), returned(''), invalid),
  beforeContent('F067b', 'an empty body', reply.stream([]), returned(''), invalid),
  beforeContent('F067c', 'comments and nothing else', [sse.comment(), sse.comment()], returned(''), invalid),
  beforeContent(
    'F068',
    'a whole completion where a stream is due',
    reply.json({
      id: 'x',
      choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
    }),
    returned(''),
    invalid,
  ),
  healthy('F070', 'it reports no usage', reply.chat({ text: 'Hello', usage: false }), 'Hello'),
  healthy(
    'F071',
    'it reports usage in several chunks',
    reply.stream([
      ROLE,
      chunk({ content: 'Hello' }, null, { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }),
      chunk({}, 'stop', { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } }),
      sse.data({ ...head, choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } }),
      DONE,
    ]),
    'Hello',
  ),
  healthy(
    'F072',
    'the caller asks for usage',
    reply.chat({ text: 'Hello', usage: { inputTokens: 3, outputTokens: 1 } }),
    'Hello',
    {
      call: (client) =>
        client.chat.completions.create({
          model: 'm',
          messages: [],
          stream: true,
          stream_options: { include_usage: true },
        }),
    },
  ),
  healthy(
    'F073',
    'comments, ids and retry lines between the events',
    reply.stream([
      sse.comment('OPENROUTER PROCESSING'),
      `id: 7\nretry: 3000\n${ROLE}`,
      HEL,
      sse.comment(),
      LO,
      ': x\n',
      STOP,
      DONE,
    ]),
    'Hello',
  ),
  afterContent(
    'F074a',
    'an event without data',
    reply.stream([HEL, 'event: ping\n\n', LO, STOP, DONE]),
    { ending: 'threw', text: 'Hel', error: { class: 'SyntaxError' } },
    returned('Hello'),
    { difference: 'stream_lenient' },
  ),
  afterContent(
    'F074b',
    'an event with empty data',
    reply.stream([HEL, 'data:\n\n', LO, STOP, DONE]),
    { ending: 'threw', text: 'Hel', error: { class: 'SyntaxError' } },
    returned('Hello'),
    { difference: 'stream_lenient' },
  ),
  afterContent(
    'F074c',
    'an event that is no JSON',
    reply.stream([HEL, 'data: {"id":\n\n', LO, STOP, DONE]),
    { ending: 'threw', text: 'Hel', error: { class: 'SyntaxError' } },
    interrupted('malformed', 'Hel'),
  ),
  beforeContent(
    'F074d',
    'the first event is no JSON',
    ['data: {"id":\n\n', HEL],
    { ending: 'threw', text: '', error: { class: 'SyntaxError' } },
    invalid,
  ),
  healthy('F075a', 'lines end with CR and LF', reply.stream([whole.join('').replaceAll('\n', '\r\n')]), 'Hello'),
  healthy('F075b', 'lines end with CR', reply.stream([whole.join('').replaceAll('\n', '\r')]), 'Hello'),
  healthy('F075c', 'every byte comes alone, characters are split', reply.stream([bytes], { segments: 1 }), 'Helö'),
  healthy('F075d', 'it begins with a byte order mark', reply.stream([`\uFEFF${ROLE}`, HEL, LO, STOP, DONE]), 'Hello'),
  healthy(
    'F075e',
    'data over several lines',
    reply.stream([
      `data: {"id":"1","choices":[{"index":0,\ndata: "delta":{"content":"Hello"},"finish_reason":"stop"}]}\n\n`,
      DONE,
    ]),
    'Hello',
  ),
  healthy('F075f', 'the last event has no blank line', reply.stream([ROLE, HEL, LO, STOP.trimEnd()]), 'Hello'),
  healthy('F077a', 'two ends, and data between them', reply.stream([...whole, HEL, DONE]), 'Hello'),
  healthy('F077b', 'an end without a space', reply.stream([ROLE, HEL, LO, STOP, 'data:[DONE]\n\n']), 'Hello'),
  afterContent(
    'F077c',
    'an end with a space behind it',
    reply.stream([ROLE, HEL, LO, STOP, 'data: [DONE] \n\n']),
    { ending: 'threw', text: 'Hello', error: { class: 'SyntaxError' } },
    returned('Hello'),
    { difference: 'stream_lenient' },
  ),
  healthy('F078', 'the connection stays open after the end', reply.stream(whole, { ending: 'stall' }), 'Hello'),
  {
    id: 'F079',
    name: 'it stalls before the first event',
    kinds: ['stream'],
    client: { firstEventTimeoutMs: SILENCE_MS },
    script: always(reply.stream([], { ending: 'stall' })),
    sdk: { attempts: 1, ending: 'pending' },
    gateway: differs('stream_clocks', STALLED),
    backup: { ...MOVES, afterMs: SILENCE_MS + GRACE_MS },
  },
  {
    id: 'F079b',
    name: 'it stalls before the first event while comments flow',
    kinds: ['stream'],
    client: { firstEventTimeoutMs: SILENCE_MS },
    script: always(
      reply.stream(
        Array.from({ length: 50 }, () => sse.comment()),
        { gapMs: 100, ending: 'stall' },
      ),
    ),
    sdk: { attempts: 1, ending: 'pending' },
    gateway: differs('stream_clocks', STALLED),
    backup: { ...MOVES, afterMs: SILENCE_MS + GRACE_MS },
  },
  afterContent(
    'F080',
    'it stalls in the middle',
    reply.stream([ROLE, HEL], { ending: 'stall' }),
    { ending: 'pending' },
    { ...interrupted('stalled', 'Hel'), tookMs: SILENCE_MS + GRACE_MS },
    { client: { idleTimeoutMs: SILENCE_MS }, difference: 'stream_clocks' },
  ),
  afterContent(
    'F081',
    'it stalls in the middle while comments flow',
    reply.stream([ROLE, HEL, ...Array.from({ length: 50 }, () => sse.comment())], { gapMs: 100, ending: 'stall' }),
    { ending: 'pending' },
    { ...interrupted('stalled', 'Hel'), tookMs: 100 + SILENCE_MS + GRACE_MS },
    { client: { idleTimeoutMs: SILENCE_MS }, difference: 'stream_clocks' },
  ),
  {
    id: 'F083',
    name: 'the caller stops reading',
    kinds: ['stream'],
    script: events(ROLE, HEL, LO, STOP, DONE),
    call: async (client) => {
      const stream = await client.chat.completions.create({ model: 'm', messages: [], stream: true });
      for await (const _chunk of stream) break;
      return { aborted: stream.controller.signal.aborted };
    },
    sdk: { attempts: 1, ending: 'returned', value: { aborted: true } },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { value: { aborted: true } } },
  },
  {
    id: 'F084a',
    name: 'the caller aborts the stream',
    kinds: ['stream'],
    script: always(reply.stream([ROLE, HEL], { ending: 'stall' })),
    call: async (client) => {
      const stream = await client.chat.completions.create({ model: 'm', messages: [], stream: true });
      let text = '';
      for await (const part of stream) {
        text += part.choices[0]?.delta.content ?? '';
        if (text !== '') stream.controller.abort();
      }
      return { text };
    },
    sdk: { attempts: 1, ending: 'returned', value: { text: 'Hel' } },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { value: { text: 'Hel' } } },
  },
  {
    id: 'F084b',
    name: "the caller's signal aborts in the middle",
    kinds: ['stream'],
    script: always(reply.stream([ROLE, HEL], { ending: 'stall' })),
    call: async (client) => {
      const controller = new AbortController();
      const stream = await client.chat.completions.create(
        { model: 'm', messages: [], stream: true },
        { signal: controller.signal },
      );
      let text = '';
      for await (const part of stream) {
        text += part.choices[0]?.delta.content ?? '';
        if (text !== '') controller.abort(new Error('enough'));
      }
      return { text };
    },
    sdk: { attempts: 1, ending: 'returned', value: { text: 'Hel' } },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { value: { text: 'Hel' } } },
  },
  ...(['incomplete', 'completed'] as const).map(
    (status): Row => ({
      id: `F085c-${status}`,
      name: `the responses API ends with response.${status} and no [DONE]`,
      kinds: ['stream'],
      script: always(
        reply.stream([
          sse.event('response.created', {
            type: 'response.created',
            sequence_number: 0,
            response: { id: 'r', status: 'in_progress', output: [] },
          }),
          sse.event('response.output_text.delta', {
            type: 'response.output_text.delta',
            sequence_number: 1,
            item_id: 'i',
            output_index: 0,
            content_index: 0,
            delta: 'Hel',
          }),
          sse.event(`response.${status}`, {
            type: `response.${status}`,
            sequence_number: 2,
            response: { id: 'r', status, output: [] },
          }),
        ]),
      ),
      call: (client) => client.responses.create({ model: 'm', input: 'Hi', stream: true }),
      sdk: returned('Hel'),
      gateway: 'same',
      backup: { first: 1, second: 0, caller: { text: 'Hel' } },
    }),
  ),
  {
    id: 'F085c-failed',
    name: 'the responses API ends with response.failed after content',
    kinds: ['stream'],
    script: always(
      reply.stream([
        sse.event('response.output_text.delta', {
          type: 'response.output_text.delta',
          sequence_number: 1,
          item_id: 'i',
          output_index: 0,
          content_index: 0,
          delta: 'Hel',
        }),
        sse.event('response.failed', {
          type: 'response.failed',
          sequence_number: 2,
          response: { id: 'r', status: 'failed', output: [], error: { code: 'server_error', message: 'x' } },
        }),
      ]),
    ),
    call: (client) => client.responses.create({ model: 'm', input: 'Hi', stream: true }),
    sdk: returned('Hel'),
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { text: 'Hel' } },
  },
  {
    id: 'F085c-failed-first',
    name: 'the responses API fails before any content',
    kinds: ['stream'],
    script: always(
      reply.stream([
        sse.event('response.created', {
          type: 'response.created',
          sequence_number: 0,
          response: { id: 'r', status: 'in_progress', output: [] },
        }),
        sse.event('response.failed', {
          type: 'response.failed',
          sequence_number: 1,
          response: { id: 'r', status: 'failed', output: [], error: { code: 'server_error', message: 'x' } },
        }),
      ]),
    ),
    call: (client) => client.responses.create({ model: 'm', input: 'Hi', stream: true }),
    sdk: returned('', { chunks: [{ type: 'response.created' }, { type: 'response.failed' }] as never }),
    gateway: 'same',
    backup: MOVES,
  },
  {
    id: 'F085c-cut',
    name: 'the responses API ends without a last event',
    kinds: ['stream'],
    script: always(
      reply.stream([
        sse.event('response.created', {
          type: 'response.created',
          sequence_number: 0,
          response: { id: 'r', status: 'in_progress', output: [] },
        }),
        sse.event('response.output_text.delta', {
          type: 'response.output_text.delta',
          sequence_number: 1,
          item_id: 'i',
          output_index: 0,
          content_index: 0,
          delta: 'Hel',
        }),
      ]),
    ),
    call: (client) => client.responses.create({ model: 'm', input: 'Hi', stream: true }),
    sdk: returned('Hel'),
    gateway: differs('stream_interrupted', interrupted('truncated', 'Hel')),
    backup: STAYS(1, interrupted('truncated', 'Hel')),
  },
  healthy('S18', 'tool calls in pieces', reply.chat({ toolCalls: [{ name: 'f', arguments: { a: 1 } }] }), ''),
  healthy('S17b', 'reasoning before the text', reply.chat({ reasoning: 'Hm.', text: 'Hello' }), 'Hello'),
  healthy('S17c', 'a refusal', reply.chat({ refusal: 'No.' }), ''),
];
