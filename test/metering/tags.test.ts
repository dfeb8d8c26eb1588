import { describe, expect, it } from 'vitest';
import { currentTags, filterHeaders, isTagHeader, tagsFromHeaders, withTags } from '../../src/tags.js';

describe('labels over async context', () => {
  it('reach whatever is called inside, at any depth', async () => {
    const library = async () => {
      await Promise.resolve();
      return currentTags();
    };
    expect(await withTags({ project: 'search' }, library)).toEqual({ project: 'search' });
    expect(currentTags()).toBeUndefined();
  });

  it('add up, the inner ones winning, and keep apart what runs at the same time', async () => {
    const seen = await Promise.all(
      ['a', 'b'].map((user) =>
        withTags({ project: 'search', user }, async () => {
          await Promise.resolve();
          return withTags({ project: 'chat' }, async () => {
            await Promise.resolve();
            return currentTags();
          });
        }),
      ),
    );
    expect(seen).toEqual([
      { project: 'chat', user: 'a' },
      { project: 'chat', user: 'b' },
    ]);
  });

  it('cannot be changed by those who read them', () => {
    withTags({ project: 'search' }, () => expect(Object.isFrozen(currentTags())).toBe(true));
  });

  it('have to be texts, and say which is not', () => {
    const wrong = { project: 'search', user: 7 } as unknown as Record<string, string>;
    expect(() => withTags(wrong, () => 1)).toThrow(/withTags: user: must be a text/);
  });

  it('returns what the work returns and lets its errors pass', () => {
    expect(withTags({}, () => 7)).toBe(7);
    expect(() =>
      withTags({}, () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
  });
});

describe('labels in headers', () => {
  it.each([
    ['an object', { 'X-Gateway-Tag-Project': 'search', accept: '*/*' }],
    ['Headers', new Headers({ 'x-gateway-tag-project': 'search', accept: '*/*' })],
    ['pairs', [['x-gateway-tag-project', 'search']]],
  ])('are read from %s', (_form, headers) => {
    expect(tagsFromHeaders(headers)).toEqual({ project: 'search' });
    const left = new Headers(filterHeaders(headers as Record<string, string>, (name) => !isTagHeader(name)));
    expect([...left.keys()].filter((name) => name !== 'accept')).toEqual([]);
  });

  it.each([undefined, null, 'x', {}, { authorization: 'Bearer x' }])('are not found in %j', (headers) => {
    expect(tagsFromHeaders(headers)).toBeUndefined();
  });

  it('are taken off even when they say nothing', () => {
    for (const headers of [{ 'x-gateway-tag-user': null }, { 'x-gateway-tag-': 'x' }])
      expect(tagsFromHeaders(headers)).toEqual({});
  });
});
