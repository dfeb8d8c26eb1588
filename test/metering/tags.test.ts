import { describe, expect, it } from 'vitest';
import { currentTags, tagsFromHeaders, withTags } from '../../src/tags.js';

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
    ['the form the SDK builds', { values: new Headers({ 'x-gateway-tag-project': 'search' }) }],
  ])('are read from %s', (_form, headers) => {
    const found = tagsFromHeaders(headers);
    expect(found?.tags).toEqual({ project: 'search' });
    expect(found?.names.map((name) => name.toLowerCase())).toEqual(['x-gateway-tag-project']);
  });

  it.each([undefined, null, 'x', {}, { authorization: 'Bearer x' }, { 'x-gateway-tag-': 'x' }])(
    'are not found in %j',
    (headers) => {
      expect(tagsFromHeaders(headers)).toBeUndefined();
    },
  );

  it('are taken off even when they say nothing', () => {
    expect(tagsFromHeaders({ 'x-gateway-tag-user': null })).toEqual({ tags: {}, names: ['x-gateway-tag-user'] });
  });
});
