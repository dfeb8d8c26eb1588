import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestName } from '../../src/options/nearest-name.js';

describe('the distance between words', () => {
  it.each([
    ['', '', 0],
    ['a', '', 1],
    ['kitten', 'sitting', 3],
    ['weight', 'wieght', 1],
    ['ca', 'abc', 3],
  ])('of %j and %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is the same in both directions, 0 only for equal words, and never more than the longer word', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('is not computed for words of any length', () => {
    expect(editDistance('a'.repeat(65), 'a')).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the nearest name', () => {
  it('prefers equal spelling, then few errors, then a shared word', () => {
    expect(nearestName('BASE-URL', ['base', 'baseURL'])).toBe('baseURL');
    expect(nearestName('tears', ['tiers', 'tags'])).toBe('tiers');
    expect(nearestName('myretriesplease', ['tags', 'retries'])).toBe('retries');
    expect(nearestName('allowH2', ['hooks', 'http2'])).toBe('http2');
    expect(nearestName('maxSockets', ['maxRetries', 'maxConnections'])).toBe('maxConnections');
    expect(nearestName('rpm', ['burst', 'requestsPerMinute'])).toBe('requestsPerMinute');
  });

  it('is none when nothing is near', () => {
    for (const name of ['', 'zzz', 'x'.repeat(65)]) expect(nearestName(name, ['tags', 'models'])).toBeUndefined();
    expect(nearestName('tags', [])).toBeUndefined();
  });
});
