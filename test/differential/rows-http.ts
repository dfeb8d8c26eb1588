/** Faults of HTTP: statuses that are no success, and successes that are none. */
import { type MockReply, reply, sse } from '../../src/testing.js';
import { differs, type Expected, MOVES, type Row, STAYS } from './row.js';
import { BACKOFF_MS, START_AT } from './virtual-time.js';

const [FIRST = 0, SECOND = 0] = BACKOFF_MS;
const GAPS = [FIRST, SECOND];
const always = (what: MockReply) => [{ reply: what }];
const failing = (status: number, headers: Record<string, string> = {}, fields: object = {}) =>
  always(reply.error(status, fields, { headers }));

const threw = (attempts: number, gapsMs: readonly number[], error: Expected['error']): Expected => ({
  attempts,
  gapsMs,
  ending: 'threw',
  ...(error ? { error } : {}),
});
const thriceBy = (className: string, status: number) => threw(3, GAPS, { class: className, status });
const onceBy = (className: string, status: number) => threw(1, [], { class: className, status });

/** A `Retry-After` and the wait that the SDK and the gateway make of it. */
const retryAfter = (
  id: string,
  name: string,
  headers: Record<string, string>,
  sdkWaitMs: number | 'backoff',
  gateway: Row['gateway'] = 'same',
): Row => ({
  id,
  name: `429 with ${name}`,
  script: failing(429, headers),
  sdk: threw(3, sdkWaitMs === 'backoff' ? GAPS : [sdkWaitMs, sdkWaitMs], { class: 'RateLimitError', status: 429 }),
  gateway,
  backup: MOVES,
});
const waits = (ms: number) => differs('retry_after_long', threw(3, [ms, ms], { class: 'RateLimitError', status: 429 }));
const surfaces = (retryAfterMs: number) =>
  differs('retry_after_long', threw(1, [], { class: 'RateLimitError', status: 429, retryAfterMs }));

/** Tried again by the SDK; the gateway asks somebody else at once. */
const transient = (
  id: string,
  status: number,
  className = 'InternalServerError',
  gateway: Row['gateway'] = 'same',
): Row => ({
  id,
  name: `status ${status}`,
  script: failing(status),
  sdk: thriceBy(className, status),
  gateway,
  backup: MOVES,
});

/** Wrong for everybody: one try, nobody else is asked. */
const final = (id: string, name: string, status: number, className: string, fields: object = {}): Row => ({
  id,
  name,
  script: failing(status, {}, fields),
  sdk: onceBy(className, status),
  gateway: 'same',
  backup: STAYS(1, onceBy(className, status)),
});

/** Wrong here, possibly right elsewhere: one try, then the next endpoint. */
const misplaced = (
  id: string,
  name: string,
  status: number,
  className: string,
  fields: object = {},
  sdkAttempts = 1,
): Row => ({
  id,
  name,
  script: failing(status, {}, fields),
  sdk: sdkAttempts === 1 ? onceBy(className, status) : thriceBy(className, status),
  gateway: sdkAttempts === 1 ? 'same' : differs('quota', onceBy(className, status)),
  backup: MOVES,
});

/** A success status over something that is no answer: the SDK hands it out, the gateway does not. */
const poisoned = (id: string, name: string, answer: MockReply, sdk: Expected, error: Expected['error'] = {}): Row => ({
  id,
  name,
  kinds: ['json'],
  script: always(answer),
  sdk: { attempts: 1, ...sdk },
  gateway: differs('no_answer', threw(3, GAPS, { class: 'InvalidResponseError', ...error })),
  backup: MOVES,
});

const page = { 'content-type': 'text/html' };
const COMPLETION = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
};
/** Answers at another origin whatever comes. */
const ELSEWHERE = { when: { url: 'https://elsewhere.test' }, reply: reply.json(COMPLETION) };
const REDIRECT_ROWS: readonly Row[] = [
  ...([301, 302, 303, 307, 308] as const).map(
    (status): Row => ({
      id: status < 307 ? `F052-${status}` : `F053-${status}`,
      name: `status ${status} to another origin`,
      kinds: ['json'],
      on: 'fetch',
      script: [ELSEWHERE, { reply: reply.redirect('https://elsewhere.test/v1/x', status) }],
      sdk: { attempts: 2, gapsMs: [0], ending: 'returned', text: 'ok' },
      gateway: differs('redirects', threw(1, [], { class: 'InvalidResponseError', status })),
      backup: MOVES,
    }),
  ),
  {
    id: 'F054a',
    name: 'status 307 inside the origin',
    kinds: ['json'],
    script: [reply.redirect('/v2/chat/completions'), reply.json(COMPLETION)],
    sdk: { attempts: 2, ending: 'returned', text: 'ok' },
    gateway: 'same',
    backup: { first: 2, second: 0, caller: { text: 'ok' } },
  },
  {
    id: 'F054b',
    name: 'status 302 inside the origin, which would turn POST into GET',
    kinds: ['json'],
    script: [reply.redirect('/v2/x', 302), { reply: reply.json(COMPLETION) }],
    sdk: { attempts: 2, ending: 'returned', text: 'ok' },
    gateway: differs('redirects', threw(1, [], { class: 'InvalidResponseError', status: 302 })),
    backup: MOVES,
  },
  {
    id: 'F054c',
    name: 'one redirect after another',
    kinds: ['json'],
    script: [reply.redirect('/v2/x'), reply.redirect('/v3/x'), { reply: reply.json(COMPLETION) }],
    sdk: { attempts: 3, ending: 'returned', text: 'ok' },
    gateway: differs('redirects', { attempts: 2, ending: 'threw', error: { status: 307 } }),
    backup: { first: 2, second: 1 },
  },
];

/** A date in a header, counted from where virtual time begins. */
const date = (afterMs: number) => new Date(START_AT + afterMs).toUTCString();

export const HTTP_ROWS: readonly Row[] = [
  transient('F021', 429, 'RateLimitError'),
  retryAfter('F022', 'Retry-After in seconds', { 'retry-after': '1' }, 1000),
  retryAfter('F023', 'milliseconds beside seconds', { 'retry-after-ms': '50', 'retry-after': '5' }, 50),
  {
    ...retryAfter('F024a', 'a date', { 'retry-after': date(2000) }, 2000),
    on: 'fetch',
    // The date has come by the second wait.
    sdk: { attempts: 3, gapsMs: [2000, 0] },
  },
  retryAfter('F024b', 'a date that has passed', { 'retry-after': date(-3_600_000) }, 'backoff'),
  { ...retryAfter('F025a', '61 seconds', { 'retry-after': '61' }, 'backoff', waits(61_000)), on: 'fetch' },
  { ...retryAfter('F025b', '120 seconds', { 'retry-after': '120' }, 'backoff', waits(120_000)), on: 'fetch' },
  retryAfter('F025c', '121 seconds', { 'retry-after': '121' }, 'backoff', surfaces(121_000)),
  retryAfter('F025d', 'a day', { 'retry-after': '86400' }, 'backoff', surfaces(86_400_000)),
  ...['-5', 'NaN', 'banana', 'Infinity', '1e309', ''].map((value, index) =>
    retryAfter(`F026${'abcdef'[index]}`, `Retry-After: ${value || 'nothing'}`, { 'retry-after': value }, 'backoff'),
  ),
  retryAfter(
    'F026g',
    'two values in one header',
    { 'retry-after': '1, 2' },
    1000,
    differs('retry_after_strict', threw(3, GAPS, { status: 429 })),
  ),
  retryAfter('F027', 'Retry-After: 0', { 'retry-after': '0' }, 0),
  {
    id: 'F028a',
    name: 'x-should-retry: false on a 500',
    script: failing(500, { 'x-should-retry': 'false' }),
    sdk: onceBy('InternalServerError', 500),
    gateway: 'same',
    backup: MOVES,
  },
  {
    id: 'F028b',
    name: 'x-should-retry: true on a 400',
    script: failing(400, { 'x-should-retry': 'true' }),
    sdk: thriceBy('BadRequestError', 400),
    gateway: 'same',
    // Nobody else may be asked, so the call's whole envelope of four is left to the one that wants it.
    backup: STAYS(4, { error: { class: 'BadRequestError' } }),
  },
  ...[500, 502, 503, 504].map((status) => transient(`F029-${status}`, status)),
  {
    id: 'F029',
    name: 'status 503 once',
    script: [reply.error(503), reply.chat('ok')],
    sdk: { attempts: 2, gapsMs: [FIRST], ending: 'returned', text: 'ok' },
    gateway: 'same',
    backup: MOVES,
  },
  transient('F030a', 501, 'InternalServerError', differs('unsupported', onceBy('InternalServerError', 501))),
  transient('F030b', 505, 'InternalServerError', differs('unsupported', onceBy('InternalServerError', 505))),
  transient('F031', 529),
  transient('F032a', 408, 'APIError'),
  transient('F032b', 409, 'ConflictError'),
  misplaced('F033', 'an invalid key', 401, 'AuthenticationError', { code: 'invalid_api_key' }),
  misplaced('F034', 'a region that is not served', 403, 'PermissionDeniedError', {
    code: 'unsupported_country_region_territory',
    message: 'Country, region, or territory not supported',
  }),
  misplaced('F035a', 'a quota used up, by code', 429, 'RateLimitError', { code: 'insufficient_quota' }, 3),
  misplaced('F035b', 'a quota used up, by type', 429, 'RateLimitError', { type: 'insufficient_quota' }, 3),
  misplaced('F035c', 'a balance used up', 429, 'RateLimitError', { code: 'credit_balance_exhausted' }, 3),
  misplaced('F035d', 'payment required', 402, 'APIError', { message: 'Insufficient Balance' }),
  misplaced('F036', 'a model that does not exist here', 404, 'NotFoundError', {
    code: 'model_not_found',
    message: 'The model `m` does not exist',
  }),
  final('F037', 'a context that is too long', 400, 'BadRequestError', {
    code: 'context_length_exceeded',
    message: "This model's maximum context length is 8192 tokens.",
  }),
  final('F038a', 'a request that is wrong', 400, 'BadRequestError', {
    code: 'invalid_value',
    param: 'temperature',
    type: 'invalid_request_error',
  }),
  final('F038b', 'a request that cannot be processed', 422, 'UnprocessableEntityError'),
  final('F038c', 'content that is filtered', 400, 'BadRequestError', {
    code: 'content_filter',
    message: 'The response was filtered due to the prompt triggering the content management policy.',
  }),
  {
    id: 'F039',
    name: 'a request that is too large, answered in plain text',
    script: always(reply.text('Request Entity Too Large', { status: 413 })),
    sdk: threw(1, [], { class: 'APIError', status: 413, message: '413 Request Entity Too Large' }),
    gateway: 'same',
    backup: STAYS(1, { error: { status: 413 } }),
  },
  {
    id: 'F040',
    name: 'a proxy answers 502 with a page',
    script: always(reply.html('<html>Bad gateway</html>', { status: 502 })),
    sdk: threw(3, GAPS, { class: 'InternalServerError', message: '502 <html>Bad gateway</html>' }),
    gateway: 'same',
    backup: MOVES,
  },
  poisoned(
    'F041',
    'a web page under status 200',
    reply.html('<html>Sign in</html>'),
    { valueType: 'string', value: '<html>Sign in</html>' },
    { status: 200 },
  ),
  poisoned(
    'F042a',
    'an error body under status 200',
    reply.error(200, { code: 'server_error', type: 'server_error', message: 'The model has crashed' }),
    {
      valueType: 'object',
      value: { error: { message: 'The model has crashed', type: 'server_error', param: null, code: 'server_error' } },
    },
    { code: 'server_error', type: 'server_error' },
  ),
  poisoned(
    'F042b',
    'a rate limit under status 200',
    reply.error(200, { code: 'rate_limit_exceeded', type: 'rate_limit_error' }),
    { valueType: 'object' },
    { code: 'rate_limit_exceeded' },
  ),
  poisoned('F043', 'an empty body under status 200', reply.empty(), { valueType: 'undefined' }),
  poisoned('F044', 'status 204 where a completion is due', reply.json({}, { status: 204 }), { valueType: 'null' }),
  {
    ...poisoned('F045', 'JSON that breaks off', reply.brokenJson(), {
      ending: 'threw',
      error: { class: 'SyntaxError' },
    }),
    gateway: differs('no_answer', threw(3, GAPS, { class: 'InvalidResponseError', cause: { class: 'SyntaxError' } })),
  },
  {
    id: 'F046a',
    name: 'a completion under text/plain',
    kinds: ['json'],
    script: always(reply.text(JSON.stringify(COMPLETION))),
    sdk: { attempts: 1, valueType: 'string' },
    gateway: differs('json_as_text', { attempts: 1, valueType: 'object', text: 'ok' }),
    backup: { first: 1, second: 0, caller: { text: 'ok' } },
  },
  {
    ...poisoned('F046b', 'plain text where a completion is due', reply.text('upstream busy'), {
      valueType: 'string',
      value: 'upstream busy',
    }),
  },
  {
    id: 'F048',
    name: 'a body that claims to be gzip',
    kinds: ['json'],
    script: always(reply.brokenGzip()),
    sdk: {
      attempts: 1,
      ending: 'threw',
      error: { class: 'TypeError', message: 'terminated', cause: { code: 'Z_DATA_ERROR' } },
    },
    gateway: differs(
      'body_broken',
      threw(3, GAPS, { class: 'APIConnectionError', cause: { class: 'TypeError', cause: { code: 'Z_DATA_ERROR' } } }),
    ),
    backup: MOVES,
  },
  {
    id: 'F049',
    name: 'a body of eight megabytes',
    kinds: ['json'],
    on: 'fetch',
    script: always(reply.json({ ...COMPLETION, padding: 'x'.repeat(8_000_000) })),
    sdk: { attempts: 1, ending: 'returned', text: 'ok' },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { text: 'ok' } },
  },
  ...[
    { ...COMPLETION, choices: [] },
    { id: 'x', object: 'chat.completion' },
  ].map(
    (value, index): Row => ({
      id: `F050${'ab'[index]}`,
      name: index === 0 ? 'a completion without choices' : 'a completion whose choices are missing',
      kinds: ['json'],
      script: always(reply.json(value)),
      sdk: { attempts: 1, ending: 'returned', value },
      gateway: 'same',
      backup: { first: 1, second: 0, caller: { value } },
    }),
  ),
  {
    id: 'F051',
    name: 'early hints, and headers after the body',
    kinds: ['json'],
    on: 'socket',
    script: always(
      reply.raw([
        'HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n',
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntrailer: x-late\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n',
        `${JSON.stringify(COMPLETION).length.toString(16)}\r\n${JSON.stringify(COMPLETION)}\r\n0\r\nx-late: 1\r\n\r\n`,
      ]),
    ),
    sdk: { attempts: 1, ending: 'returned', text: 'ok' },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { text: 'ok' } },
  },
  ...['6m0s', '1s', '17ms', 'garbage', '-1', '99999999999999999999'].map(
    (reset, index): Row => ({
      id: `F057${'abcdef'[index]}`,
      name: `a limit that is used up and starts anew in ${reset}`,
      script: always(
        reply.chat('ok', { headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': reset } }),
      ),
      sdk: { attempts: 1, ending: 'returned', text: 'ok' },
      gateway: 'same',
      backup: { first: 1, second: 0, caller: { text: 'ok' } },
    }),
  ),
  ...[418, 451, 499].map((status) => final(`F058-${status}`, `status ${status}`, status, 'APIError')),
  ...REDIRECT_ROWS,
  {
    id: 'S20',
    name: 'an error body in another shape',
    script: always(
      reply.json(
        { code: 20012, message: 'Model does not exist', data: null },
        { status: 400, headers: { 'x-request-id': 'req-7' } },
      ),
    ),
    sdk: threw(1, [], { class: 'BadRequestError', status: 400, requestID: 'req-7' }),
    gateway: 'same',
    // The text says that the model is missing, which is no matter of the request.
    backup: MOVES,
  },
  {
    id: 'S39',
    name: 'an error without a body',
    script: always(reply.text('', { status: 400 })),
    sdk: threw(1, [], { class: 'BadRequestError', message: '400 status code (no body)' }),
    gateway: 'same',
    backup: STAYS(1, { error: { class: 'BadRequestError' } }),
  },
  {
    id: 'S19',
    name: 'an answer under a vendor JSON type, with a request id',
    kinds: ['json'],
    script: always(
      reply.json(COMPLETION, {
        headers: { 'content-type': 'application/vnd.x+json; charset=utf-8', 'x-request-id': 'req-9' },
      }),
    ),
    sdk: { attempts: 1, ending: 'returned', text: 'ok', requestId: 'req-9' },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { requestId: 'req-9' } },
  },
  {
    id: 'F043b',
    name: 'nothing where nothing is due',
    kinds: ['json'],
    script: always(reply.empty()),
    call: (client) => client.delete('/anything/x'),
    sdk: { attempts: 1, ending: 'returned', valueType: 'undefined' },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { valueType: 'undefined' } },
  },
  {
    id: 'F041b',
    name: 'a page where binary content is due stays with its taker',
    kinds: ['json'],
    script: always(reply.text('file content', { headers: page })),
    call: async (client) => (await client.files.content('file-1')).text(),
    sdk: { attempts: 1, ending: 'returned', value: 'file content' },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { value: 'file content' } },
  },
  {
    id: 'S01',
    name: 'a healthy answer',
    script: always(
      reply.chat(
        { text: 'Hello there', usage: { inputTokens: 3, outputTokens: 2 } },
        { headers: { 'x-request-id': 'req-1' } },
      ),
    ),
    sdk: { attempts: 1, ending: 'returned', text: 'Hello there' },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { text: 'Hello there' } },
  },
  {
    id: 'S17',
    name: 'an answer of the responses API',
    script: always(reply.chat('Hello there')),
    call: (client, kind) => client.responses.create({ model: 'm', input: 'Hi', stream: kind === 'stream' } as never),
    sdk: { attempts: 1, ending: 'returned' },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: {} },
  },
  {
    id: 'S02',
    name: 'a stream sent to a caller who asked for none',
    kinds: ['json'],
    script: always(reply.stream([sse.data(COMPLETION), sse.done()])),
    sdk: { attempts: 1, ending: 'returned', valueType: 'string' },
    gateway: differs('no_answer', threw(3, GAPS, { class: 'InvalidResponseError' })),
    backup: MOVES,
  },
];
