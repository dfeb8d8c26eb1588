import { describe, expect, it } from 'vitest';
import { readErrorBody } from '../../src/domain/error-body.js';

describe('readErrorBody', () => {
  it('finds code, type, status, names and text of an error object', () => {
    const body = readErrorBody({ error: { code: 'Some.Code', type: 'A_Type', status: 429, message: 'Some TEXT' } });
    expect(body).toEqual({
      code: 'Some.Code',
      type: 'A_Type',
      status: 429,
      names: new Set(['some.code', 'some', 'a_type', '429']),
      text: 'some text',
      hints: new Map(),
    });
  });

  it.each([
    ['{ error: {} }', { error: { message: 'found' } }],
    ['{ error: text }', { error: 'found' }],
    ['flat', { message: 'found' }],
    ['an array', [{ error: { message: 'found' } }]],
    ['a bare string', 'found'],
    ['msg', { msg: 'found' }],
    ['error_msg', { error_msg: 'found' }],
    ['error_message', { error_message: 'found' }],
    ['errorMessage', { errorMessage: 'found' }],
    ['error_description', { error: 'x', error_description: 'found' }],
    ['status_msg', { base_resp: { status_msg: 'found' } }],
    ['a detail', { detail: 'found' }],
    ['a list of details', { detail: [{ msg: 'found' }] }],
    ['a list of errors', { errors: [{ message: 'found' }] }],
    ['metadata.raw', { error: { metadata: { raw: 'found' } } }],
    ['metadata.raw as JSON', { error: { metadata: { raw: '{"error":{"message":"found"}}' } } }],
    ['a message that is JSON', { message: '[{"error":"found"}]' }],
    ['an inner error', { innererror: { message: 'found' } }],
    ['an inner_error', { inner_error: { message: 'found' } }],
    ['a failed response', { response: { error: { message: 'found' } } }],
    ['a choice', { choices: [{ error: { message: 'found' } }] }],
    ['a sentence as code', { code: 'it was found' }],
  ])('finds the words in %s', (_shape, error) => {
    expect(readErrorBody(error).text).toContain('found');
  });

  it.each([
    ['error_code', { error_code: 7 }, '7'],
    ['errorCode', { errorCode: '7' }, '7'],
    ['status_code', { status_code: 7 }, '7'],
    ['statusCode', { statusCode: 7 }, '7'],
    ['base_resp', { base_resp: { status_code: 7 } }, '7'],
    ['code before status_code', { status_code: 8, code: 7 }, '7'],
    ['the inner code before the outer one', { code: 'outer', error: { code: 'inner' } }, 'inner'],
    ['status is no code', { status: 'RESOURCE_EXHAUSTED' }, undefined],
    ['an empty code', { code: '' }, undefined],
    ['null', { code: null }, undefined],
    ['an object as code', { code: { a: 1 } }, undefined],
    ['a boolean', { code: true }, undefined],
  ])('reports the code: %s', (_what, error, code) => {
    expect(readErrorBody(error).code).toBe(code);
  });

  it.each([
    ['an inner reason', { error: { details: [{ reason: 'API_KEY_INVALID' }] } }, 'api_key_invalid'],
    ['a gRPC status', { error: { status: 'RESOURCE_EXHAUSTED' } }, 'resource_exhausted'],
    ['an inner code', { error: { innererror: { code: 'Inner' } } }, 'inner'],
    ['error_type', { error: 'x', error_type: 'overloaded' }, 'overloaded'],
    ['a limit source', { error: { metadata: { limit_source: 'credits' } } }, 'credits'],
    ['the name after a namespace', { __type: 'com.amazon#ThrottlingException' }, 'throttlingexception'],
    ['what stands before a colon', { code: 'channel:invalid_key' }, 'channel'],
    ['what stands before a dot', { code: 'Throttling.RateQuota' }, 'throttling'],
    ['a quota', { error: { details: [{ violations: [{ quotaId: 'PerDay' }] }] } }, 'perday'],
    ['an availability', { error: { availability: { code: 'capacity_exhausted' } } }, 'capacity_exhausted'],
    ['MiniMax numbers with their prefix', { base_resp: { status_code: 1002 } }, 'base_resp.1002'],
  ])('knows the name of %s', (_what, error, name) => {
    expect([...readErrorBody(error).names]).toContain(name);
  });

  it('keeps numbers of MiniMax apart from those of others, and takes them for no status', () => {
    const body = readErrorBody({ base_resp: { status_code: 500 } });
    expect([...body.names]).toEqual(['base_resp.500']);
    expect(body.status).toBeUndefined();
  });

  it.each([
    [399, undefined],
    [400, 400],
    [599, 599],
    [600, undefined],
    ['503', 503],
    ['429.5', undefined],
    ['rate', undefined],
  ])('takes a code of %s for the status %s', (code, status) => {
    expect(readErrorBody({ error: { code } }).status).toBe(status);
  });

  it('believes the innermost status', () => {
    expect(readErrorBody({ code: 500, error: { code: 429 } }).status).toBe(429);
  });

  it('takes no status from a reason or a type', () => {
    expect(readErrorBody({ type: '500', reason: '404', error_type: '401' }).status).toBeUndefined();
  });

  it.each([
    ['429 the words', 'the words'],
    ['400 status code (no body)', ''],
    ['status code (no body)', ''],
    ['(no status code or body)', ''],
    ['4290 words', '4290 words'],
    ['500 <html>words</html>', ''],
    ['502 <!DOCTYPE html>', ''],
    ['<?xml version="1.0"?>', ''],
    ['400 <400> words', '<400> words'],
    ['  spaced', 'spaced'],
    ['{"message":"Inside"}', 'inside'],
    ['{broken', '{broken'],
    ['"quoted"', 'quoted'],
    ['  [{"error":"listed"}]', 'listed'],
    ['123', '123'],
    ['null', 'null'],
    ['words < other <b>words</b>', 'words < other <b>words</b>'],
    ['[DONE]', '[done]'],
  ])('reads the message "%s" as "%s" where the error says nothing', (message, text) => {
    expect(readErrorBody(undefined, message).text).toBe(text);
  });

  it('reads the message only where the error says nothing', () => {
    expect(readErrorBody({ message: 'one' }, 'two').text).toBe('one');
    expect(readErrorBody({ code: 'x' }, '429 two').text).toBe('two');
  });

  it('joins several messages by line breaks', () => {
    expect(readErrorBody({ message: 'outer', error: { message: 'inner' } }).text).toBe('inner\nouter');
  });

  it('bounds text, names and depth', () => {
    expect(readErrorBody({ message: 'y'.repeat(9000) }).text).toHaveLength(4095);
    const two = readErrorBody({ message: 'y'.repeat(4000), msg: 'z'.repeat(4000) }).text;
    expect(two.length).toBeLessThanOrEqual(4096);
    expect(two).toContain('z');
    expect(readErrorBody({ code: 'c'.repeat(500) }).code).toHaveLength(128);
    const flood = {
      errors: Array.from({ length: 4 }, (_, i) => ({
        errors: Array.from({ length: 4 }, (_, j) => ({
          code: `${i}a${j}`,
          type: `${i}b${j}`,
          reason: `${i}c${j}`,
          status: `${i}d${j}`,
        })),
      })),
    };
    expect(readErrorBody(flood).names.size).toBeLessThanOrEqual(49);
    let deep: object = { message: 'bottom' };
    for (let i = 0; i < 10; i++) deep = { error: deep };
    expect(readErrorBody(deep).text).toBe('');
    expect(readErrorBody({ error: { error: { error: { message: 'near' } } } }).text).toBe('near');
  });

  it('looks at the first four items of a list only', () => {
    const errors = ['a', 'b', 'c', 'd', 'e'].map((message) => ({ message }));
    expect(readErrorBody({ errors }).text).toBe('a\nb\nc\nd');
  });

  it('survives circles', () => {
    const circle: { message: string; error?: unknown; errors?: unknown[] } = { message: 'round' };
    circle.error = circle;
    circle.errors = [circle, circle];
    expect(readErrorBody(circle).text).toContain('round');
    const others: Record<string, unknown> = { message: 'round' };
    Object.assign(others, { response: { error: others }, choices: [{ error: others }], msg: others, detail: others });
    expect(readErrorBody(others).text).toContain('round');
  });

  it('parses JSON inside text up to 16 KB only', () => {
    const json = (length: number) => `{"code":"inside","x":"${'x'.repeat(length - 24)}"}`;
    expect(json(16_384)).toHaveLength(16_384);
    expect(readErrorBody({ message: json(16_384) }).code).toBe('inside');
    expect(readErrorBody({ message: json(16_385) }).code).toBeUndefined();
  });

  it('takes a separator at the start for no separator', () => {
    expect([...readErrorBody({ code: ':x' }).names]).toEqual([':x']);
    expect([...readErrorBody({ base_resp: { status_code: 'a.b' } }).names]).toEqual(['base_resp.a.b', 'base_resp.a']);
    expect([...readErrorBody({ code: 'plain' }).names]).toEqual(['plain']);
  });

  it('finds nothing in a response or choices without an error', () => {
    const body = readErrorBody({ response: null, choices: [null], message: 'x' });
    expect(body.text).toBe('x');
    expect(readErrorBody({ response: 'text', choices: 'text', message: 'x' }).text).toBe('x');
  });

  it('collects the fields that tell how long to wait, the first of each', () => {
    const body = readErrorBody({
      error: { retry_after: 4, details: [{ retryDelay: '7s' }], metadata: { headers: { 'X-RateLimit-Reset': '9' } } },
      retry_after: 5,
      resets_at: null,
      estimated_time: { no: 1 },
    });
    expect([...body.hints]).toEqual([
      ['retry_after', 4],
      ['retrydelay', '7s'],
      ['x-ratelimit-reset', '9'],
    ]);
  });
});
