import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { parseCallOptions } from '../../src/options/call-options.js';

function problems(value: unknown): Record<string, string> {
  try {
    parseCallOptions(value);
  } catch (error) {
    if (error instanceof ConfigError)
      return Object.fromEntries(error.problems.map(({ name, message }) => [name, message]));
    throw error;
  }
  throw new Error('the options were accepted');
}

describe('options of a call', () => {
  it('takes all of them and returns a frozen copy', () => {
    const given = {
      deadlineMs: 5,
      firstEventTimeoutMs: 1,
      idleTimeoutMs: 2,
      commitAfterMs: 0,
      tags: { user: 'u' },
      endpoint: 'a',
      fallback: false,
      maxRetries: 0,
      priority: -3,
      hedge: true,
    };
    const parsed = parseCallOptions(given);
    expect(parsed).toEqual(given);
    expect(parsed).not.toBe(given);
    given.tags.user = 'changed';
    given.deadlineMs = 6;
    expect([parsed.tags, parsed.deadlineMs]).toEqual([{ user: 'u' }, 5]);
    expect([Object.isFrozen(parsed), Object.isFrozen(parsed.tags)]).toEqual([true, true]);
  });

  it('takes nothing for nothing, and leaves out what is undefined', () => {
    expect(parseCallOptions(undefined)).toEqual({});
    expect(parseCallOptions({ deadlineMs: undefined })).toEqual({});
  });

  it('notices a change of an object it has seen before', () => {
    const options = { deadlineMs: 5 };
    parseCallOptions(options);
    options.deadlineMs = -1;
    expect(problems(options)).toHaveProperty(['gateway.deadlineMs']);
  });

  it('reports all problems at once, with the nearest name', () => {
    expect(problems({ deadline: 1, maxRetries: -1, tag: {}, sk: 1, endpont: 'a' })).toEqual({
      'gateway.deadline': expect.stringContaining('`deadlineMs`'),
      'gateway.maxRetries': expect.stringContaining('whole number'),
      'gateway.tag': expect.stringContaining('`tags`'),
      'gateway.sk': 'there is no such option',
      'gateway.endpont': expect.stringContaining('`endpoint`'),
    });
  });

  it.each([
    ['deadlineMs', Number.NaN],
    ['deadlineMs', 0],
    ['idleTimeoutMs', '5'],
    ['commitAfterMs', -1],
    ['endpoint', ''],
    ['fallback', 'no'],
    ['maxRetries', 1.5],
    ['priority', Number.POSITIVE_INFINITY],
    ['hedge', 1],
    ['tags', { a: 1 }],
    ['tags', { a: 'x\ny' }],
    ['tags', JSON.parse('{"__proto__":"x"}')],
    ['tags', null],
    ['__proto__', 1],
    ['constructor', 1],
  ])('refuses %s: %j', (name, value) => {
    const options = Object.defineProperty({}, name, { value, enumerable: true });
    expect(Object.keys(problems(options))).toEqual([`gateway.${name}`]);
  });

  it.each([null, 5, 'x', [], true])('refuses %j', (value) => {
    expect(problems(value)).toEqual({ gateway: 'must be an object' });
  });
});
