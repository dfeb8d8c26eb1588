import { describe, expect, it } from 'vitest';
import { hideKey } from '../../src/domain/hide-key.js';

const KEY = 'sk-secret-0123';

describe('hideKey', () => {
  it('takes the key out of message, stack and body, and leaves the rest', () => {
    const error = Object.assign(new Error(`Incorrect key ${KEY}, I said ${KEY}`), {
      error: { message: `Bearer ${KEY}`, nested: [{ key: KEY }], status: 401 },
    });
    hideKey(error, KEY);
    expect(error.message).toBe('Incorrect key [key], I said [key]');
    expect(error.stack).toMatch(/^Error: Incorrect key \[key\]/);
    expect(error.error).toEqual({ message: 'Bearer [key]', nested: [{ key: '[key]' }], status: 401 });
    expect(Object.keys(error)).toEqual(['error']);
  });

  it('leaves an error that does not hold the key as it is', () => {
    const body = { message: 'no' };
    const error = Object.assign(new Error('no'), { error: body });
    hideKey(error, KEY);
    expect(error.error).toBe(body);
    expect(error.message).toBe('no');
  });

  it.each([
    ['a short key', 'key'],
    ['a key function', () => KEY],
    ['no key', undefined],
  ])('does nothing with %s', (_name, key) => {
    const error = new Error(`the key ${KEY}`);
    hideKey(error, key);
    expect(error.message).toBe(`the key ${KEY}`);
  });

  it('takes what was thrown whatever it is', () => {
    expect(() => hideKey(KEY, KEY)).not.toThrow();
    expect(() => hideKey(undefined, KEY)).not.toThrow();
  });
});
