import fc from 'fast-check';
import OpenAI, { type APIError } from 'openai';
import OpenAIFloor from 'openai-floor';
import { describe, expect, it } from 'vitest';
import { CLASSIFY_RULES, classifyErrorBody, classifyStatus, type StatusReply } from '../../src/domain/classify.js';
import type { FailureKind } from '../../src/domain/outcome.js';
import { PROVIDER_ERRORS, type ProviderError } from './provider-errors.js';
import { CODES, PHRASES } from './provider-vocabulary.js';

const WALL_NOW = 1_700_000_000_000;
const NO_HEADERS = new Headers();

function named(status: number, error?: unknown, message = '', headers: StatusReply['headers'] = NO_HEADERS) {
  return classifyStatus({ status, headers, error, message, wallNow: WALL_NOW });
}

/** What a real SDK client makes of a reply. */
async function sdkError(Sdk: typeof OpenAI, reply: ProviderError): Promise<APIError> {
  const asText = typeof reply.body === 'string' && !reply.who.includes('JSON string');
  const body = asText ? (reply.body as string) : JSON.stringify(reply.body);
  const client = new Sdk({
    apiKey: 'k',
    maxRetries: 0,
    logLevel: 'off',
    fetch: async () => new Response(body, { status: reply.status, ...(reply.headers && { headers: reply.headers }) }),
  });
  try {
    await client.models.list();
  } catch (error) {
    return error as APIError;
  }
  throw new Error('The client did not throw.');
}

describe.each([
  ['the newest SDK', OpenAI],
  ['the oldest supported SDK', OpenAIFloor as unknown as typeof OpenAI],
])('classifyStatus reads what %s leaves of a provider error', (_name, Sdk) => {
  it.each(PROVIDER_ERRORS)('$status $who', async (reply) => {
    const { status, headers, error, message } = await sdkError(Sdk, reply);
    const name = named(status as number, error, message, headers as Headers);
    expect(name).toMatchObject(reply.is);
    if (name.kind !== 'rate_limited' && reply.is.limit === undefined) expect(name.limit).toBeUndefined();
    if (reply.is.permanent === undefined) expect(name.permanent).toBeUndefined();
    if (reply.is.retryAfterMs === undefined) expect(name.retryAfterMs).toBeUndefined();
  });
});

describe('the vocabulary', () => {
  const rows = (table: typeof CODES) =>
    table.flatMap(({ kind, status, entries }) => entries.map((entry) => [entry, status, kind] as const));

  it.each(rows(CODES))('takes the code %s under %i for %s', (code, status, kind) => {
    const [prefix, number] = code.split('base_resp.');
    const body =
      number === undefined ? { code: prefix?.toUpperCase() } : { base_resp: { status_code: Number(number) } };
    expect(named(status, body).kind).toBe(kind);
  });

  it.each(rows(PHRASES))('takes the words "%s" under %i for %s', (phrase, status, kind) => {
    expect(named(status, { message: `Sorry: ${phrase.replaceAll(' ... ', ' `x` ').toUpperCase()}!` }).kind).toBe(kind);
  });

  it('covers every code and phrase of the table', () => {
    const known = new Set([...CODES, ...PHRASES].flatMap(({ entries }) => entries));
    const used = CLASSIFY_RULES.flatMap(({ names = [], texts = [] }) => [
      ...names,
      ...texts.map((text) => (typeof text === 'string' ? text : text.join(' ... '))),
    ]);
    expect(used.filter((entry) => !known.has(entry))).toEqual([]);
  });

  it('names no code twice', () => {
    const names = CLASSIFY_RULES.flatMap((rule) => rule.names ?? []);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('gives a reason for every row, and something to match', () => {
    for (const rule of CLASSIFY_RULES) {
      expect(rule.remark.length).toBeGreaterThan(20);
      expect((rule.names?.length ?? 0) + (rule.texts?.length ?? 0)).toBeGreaterThan(0);
    }
  });
});

describe('a status whose body says nothing', () => {
  it.each<[number, FailureKind, string, boolean]>([
    [0, 'unclassified', 'request', false],
    [Number.NaN, 'unclassified', 'request', false],
    [100, 'invalid_response', 'target', false],
    [200, 'invalid_response', 'target', false],
    [300, 'redirected', 'endpoint', false],
    [307, 'redirected', 'endpoint', false],
    [400, 'invalid_request', 'request', false],
    [401, 'unauthorized', 'endpoint', false],
    [402, 'quota_exhausted', 'endpoint', false],
    [403, 'forbidden', 'target', false],
    [404, 'model_missing', 'target', false],
    [405, 'unsupported', 'target', false],
    [407, 'unreachable', 'endpoint', false],
    [408, 'timeout', 'request', true],
    [409, 'server_error', 'request', false],
    [413, 'invalid_request', 'request', false],
    [418, 'invalid_request', 'request', false],
    [422, 'invalid_request', 'request', false],
    [425, 'invalid_request', 'request', false],
    [429, 'rate_limited', 'target', false],
    [451, 'invalid_request', 'request', false],
    [498, 'overloaded', 'target', false],
    [499, 'invalid_request', 'request', false],
    [500, 'server_error', 'target', false],
    [501, 'unsupported', 'target', false],
    [502, 'server_error', 'target', true],
    [503, 'server_error', 'target', false],
    [504, 'timeout', 'target', true],
    [505, 'unsupported', 'target', false],
    [511, 'unreachable', 'endpoint', false],
    [520, 'server_error', 'target', true],
    [522, 'timeout', 'endpoint', false],
    [524, 'timeout', 'target', true],
    [529, 'overloaded', 'target', false],
    [999, 'server_error', 'target', false],
  ])('%i is %s for the %s', (status, kind, scope, possiblyBilled) => {
    expect(named(status, undefined, `${status} status code (no body)`)).toEqual({
      kind,
      scope,
      possiblyBilled,
      ...(status === 407 && { permanent: true }),
      code: undefined,
      type: undefined,
      retryAfterMs: undefined,
      shouldRetry: undefined,
    });
  });

  it('takes a payment that is asked for later as a pause, and one without a time as an empty account', () => {
    const later = named(402, undefined, '', new Headers({ 'retry-after': '2' }));
    expect(later).toMatchObject({ kind: 'rate_limited', scope: 'endpoint', limit: 'spend', retryAfterMs: 2000 });
    expect(named(402, undefined, '', new Headers({ 'retry-after': 'soon' })).kind).toBe('quota_exhausted');
  });
});

describe('headers', () => {
  it.each([
    ['true', true],
    ['false', false],
    ['TRUE', undefined],
    ['', undefined],
  ])('reads x-should-retry "%s" as %s', (value, expected) => {
    expect(named(500, undefined, '', new Headers({ 'x-should-retry': value })).shouldRetry).toBe(expected);
  });

  it('waits for the reset of a used-up limit, but only where a limit broke', () => {
    const headers = new Headers({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' });
    expect(named(429, undefined, '', headers)).toMatchObject({ retryAfterMs: 360_000, limit: 'requests' });
    expect(named(500, undefined, '', headers).retryAfterMs).toBeUndefined();
    expect(named(529, undefined, '', headers)).toMatchObject({ kind: 'overloaded', retryAfterMs: undefined });
  });

  it('lets a stated wait go before the reset of a limit', () => {
    const headers = new Headers({
      'retry-after': '3',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '9s',
    });
    expect(named(429, undefined, '', headers)).toMatchObject({ retryAfterMs: 3000, limit: 'tokens' });
  });

  it('does not guess the limit from remainders that are left', () => {
    const headers = new Headers({ 'x-ratelimit-remaining-requests': '10', 'x-ratelimit-remaining-tokens': '00' });
    expect(named(429, undefined, '', headers).limit).toBeUndefined();
  });
});

describe('own rules', () => {
  const rules = [
    { kind: 'overloaded', scope: 'endpoint', names: ['tired'], only: [400], remark: 'A provider of our own.' },
    { kind: 'forbidden', scope: 'request', names: ['rate_limit_exceeded'], unless: [429], remark: 'As above.' },
  ] as const;
  const under = (status: number, code: string) =>
    classifyStatus({ status, headers: NO_HEADERS, error: { code }, message: '', wallNow: 0 }, rules).kind;

  it('come before the built-in ones and keep to their statuses', () => {
    expect(under(400, 'tired')).toBe('overloaded');
    expect(under(401, 'tired')).toBe('unauthorized');
    expect(under(400, 'rate_limit_exceeded')).toBe('forbidden');
    expect(under(429, 'rate_limit_exceeded')).toBe('rate_limited');
  });

  it('see an error inside a success as one without a status', () => {
    expect(classifyErrorBody({ code: 'tired' }, 0, rules).kind).toBe('invalid_response');
    expect(classifyErrorBody({ code: 'rate_limit_exceeded' }, 0, rules).kind).toBe('forbidden');
    expect(classifyErrorBody({ code: 'rate_limit_exceeded', status: 429 }, 0, rules).kind).toBe('rate_limited');
  });
});

describe('words that must not mislead', () => {
  it.each<[string, number, FailureKind]>([
    ['context deadline exceeded', 500, 'server_error'],
    ['The server is overloaded or not ready yet.', 503, 'server_error'],
    ['maximum context length of requests in this minute', 429, 'rate_limited'],
    ['flagged for review', 401, 'unauthorized'],
    ['response_format is not supported by this model', 400, 'invalid_request'],
    ['Tool call id does not exist; the model was sent it', 400, 'invalid_request'],
    ['the model was not found', 500, 'server_error'],
    ['the model `x` does not exist', 429, 'rate_limited'],
    ['no such file object', 400, 'invalid_request'],
    ['case-sensitive names', 400, 'invalid_request'],
  ])('"%s" under %i is %s', (message, status, kind) => {
    expect(named(status, { message }).kind).toBe(kind);
  });

  it('reads at most the first 4 KB', () => {
    const filler = 'x'.repeat(4096);
    expect(named(400, { message: `${filler} rate limit exceeded` }).kind).toBe('invalid_request');
    expect(named(400, { message: `rate limit exceeded ${filler}` }).kind).toBe('rate_limited');
  });

  it('never reads fields that may hold the prompt', () => {
    const echo = { input: 'rate limit exceeded', messages: [{ content: 'insufficient balance' }], prompt: '敏感' };
    expect(named(400, { message: 'no', ...echo }).kind).toBe('invalid_request');
  });
});

describe('classifyErrorBody', () => {
  it.each<[string, unknown, FailureKind, string | undefined]>([
    ['a rate limit', { error: { code: 'rate_limit_exceeded', message: 'x' } }, 'rate_limited', 'rate_limit_exceeded'],
    ['a numeric rate limit', { error: { code: 429, message: 'x' } }, 'rate_limited', '429'],
    ['a numeric bad gateway', { error: { code: 502, message: 'Provider error' } }, 'server_error', '502'],
    ['a numeric overload', { error: { code: '529' } }, 'overloaded', '529'],
    ['a general server error', { error: { type: 'server_error', message: 'x' } }, 'server_error', 'server_error'],
    ['an overloaded event', { type: 'error', error: { type: 'overloaded_error' } }, 'overloaded', 'overloaded_error'],
    ['an empty account', { error: { code: 402, message: 'x' } }, 'quota_exhausted', '402'],
    ['a dead key', { error: { type: 'authentication_error' } }, 'unauthorized', 'authentication_error'],
    ['a missing permission', { error: { type: 'permission_error' } }, 'forbidden', 'permission_error'],
    ['a missing model', { error: { type: 'not_found_error' } }, 'model_missing', 'not_found_error'],
    ['a long context', { error: { code: 'context_length_exceeded' } }, 'context_too_long', 'context_length_exceeded'],
    ['filtered content', { error: { code: 'content_filter' } }, 'content_filtered', 'content_filter'],
    ['a bad request', { error: { type: 'invalid_request_error' } }, 'invalid_response', 'invalid_request_error'],
    ['a numeric bad request', { error: { code: 400, message: 'x' } }, 'invalid_response', '400'],
    ['an exact bad request', { error: { code: 'invalid_value' } }, 'invalid_response', 'invalid_value'],
    ['an unknown code', { error: { code: 'banana' } }, 'invalid_response', 'banana'],
    ['a string', { error: 'it broke' }, 'invalid_response', undefined],
    ['a bare string', 'it broke', 'invalid_response', undefined],
    ['words of load', { error: 'server is busy' }, 'overloaded', undefined],
    ['words of load in a server error', { error: { code: 503, message: 'overloaded' } }, 'server_error', '503'],
    ['nothing', undefined, 'invalid_response', undefined],
    ['a timeout', { error: { type: 'timeout' } }, 'timeout', 'timeout'],
    ['MiniMax: rate', { base_resp: { status_code: 1002, status_msg: 'x' } }, 'rate_limited', '1002'],
    ['MiniMax: internal', { base_resp: { status_code: 1013, status_msg: 'x' } }, 'server_error', '1013'],
    [
      'a failed response event',
      { type: 'response.failed', response: { status: 'failed', error: { code: 'server_error', message: 'x' } } },
      'server_error',
      'server_error',
    ],
    ['a choice that broke', { choices: [{ finish_reason: 'error', error: { code: 502 } }] }, 'server_error', '502'],
    [
      'an error event',
      { type: 'error', code: 'rate_limit_exceeded', message: 'x' },
      'rate_limited',
      'rate_limit_exceeded',
    ],
  ])('names %s', (_what, body, kind, code) => {
    expect(classifyErrorBody(body)).toMatchObject({ kind, code });
  });

  it.each<[string, FailureKind, string]>([
    ['authentication_error', 'unauthorized', 'endpoint'],
    ['authentication', 'unauthorized', 'endpoint'],
    ['unauthorized', 'unauthorized', 'endpoint'],
    ['permission_error', 'forbidden', 'target'],
    ['permission_denied', 'forbidden', 'target'],
    ['access_denied', 'forbidden', 'target'],
    ['AccessDenied.Unpurchased', 'forbidden', 'target'],
    ['not_found_error', 'model_missing', 'target'],
    ['NotFoundError', 'model_missing', 'target'],
    ['timeout', 'timeout', 'target'],
    ['timeout_error', 'timeout', 'target'],
    ['request_timeout', 'timeout', 'target'],
    ['DEADLINE_EXCEEDED', 'timeout', 'target'],
    ['server_error', 'server_error', 'target'],
    ['api_error', 'server_error', 'target'],
    ['INTERNAL', 'server_error', 'target'],
    ['internal_error', 'server_error', 'target'],
    ['InternalError.Algo', 'server_error', 'target'],
    ['internal_server_error', 'server_error', 'target'],
    ['InternalServerError', 'server_error', 'target'],
    ['service_unavailable', 'server_error', 'target'],
    ['UNAVAILABLE', 'server_error', 'target'],
    ['provider_unavailable', 'server_error', 'target'],
    ['upstream_error', 'server_error', 'target'],
    ['do_request_failed', 'server_error', 'target'],
    ['bad_response_status_code', 'server_error', 'target'],
  ])('takes the general name %s for %s only where there is no status', (code, kind, scope) => {
    expect(classifyErrorBody({ error: { code } })).toMatchObject({ kind, scope });
    expect(named(400, { code }).kind).toBe('invalid_request');
  });

  it.each([
    [1000, 'server_error'],
    [1001, 'timeout'],
  ])('takes MiniMax %i for %s', (status_code, kind) => {
    expect(classifyErrorBody({ base_resp: { status_code } }).kind).toBe(kind);
  });

  it('gives a plain invalid response the scope of its target and no wait', () => {
    expect(classifyErrorBody({ error: { type: 'invalid_request_error' } })).toEqual({
      kind: 'invalid_response',
      scope: 'target',
      code: 'invalid_request_error',
      type: 'invalid_request_error',
      retryAfterMs: undefined,
      possiblyBilled: false,
    });
  });

  it('takes an error for unbilled unless an upstream was lost that may have worked on', () => {
    expect(classifyErrorBody({ error: { code: 'invalid_api_key' } }).possiblyBilled).toBe(false);
    expect(classifyErrorBody({ error: { code: 502 } }).possiblyBilled).toBe(true);
    expect(classifyErrorBody({ base_resp: { status_code: 1001 } })).toMatchObject({
      kind: 'timeout',
      possiblyBilled: true,
    });
  });

  it('reads how long to wait', () => {
    expect(classifyErrorBody({ error: { code: 429, message: 'Please try again in 2s.' } }).retryAfterMs).toBe(2000);
    const dated = { error: { code: 'x', metadata: { resets_at: '2023-11-14T22:13:25Z' } } };
    expect(classifyErrorBody(dated, WALL_NOW).retryAfterMs).toBe(5000);
    expect(classifyErrorBody(dated).retryAfterMs).toBeUndefined();
  });

  it('takes a payment that is asked for later as a pause', () => {
    expect(classifyErrorBody({ error: { code: 402, retry_after: 1 } }).kind).toBe('rate_limited');
  });
});

describe('whatever a provider sends', () => {
  const anything = fc.anything({ maxDepth: 4, withNullPrototype: true });

  it('gets a name, a finite wait and short codes, and is never thrown back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 700 }), anything, fc.string(), (status, error, message) => {
        for (const name of [named(status, error, message), classifyErrorBody(error, WALL_NOW)]) {
          expect(typeof name.kind).toBe('string');
          expect(name.code === undefined || name.code.length <= 128).toBe(true);
          expect(name.retryAfterMs === undefined || Number.isFinite(name.retryAfterMs)).toBe(true);
        }
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('takes linear time for a megabyte of traps', () => {
    const traps = [
      'model '.repeat(200_000),
      '"'.repeat(1_000_000),
      '[{"error":'.repeat(100_000),
      '1'.repeat(1_000_000),
    ];
    const started = performance.now();
    for (const message of traps) {
      named(400, { message }, message);
      named(429, undefined, message);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
