import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { mockTransport } from '../../src/testing.js';
import { DIFFERENCES } from './differences.js';
import { FROM_SECOND, play, playPair, type Stage, withoutAdditions } from './play.js';
import { casesOn, ROWS } from './rows.js';
import { enterVirtualTime, leaveVirtualTime, START_AT, settle } from './virtual-time.js';

const cases = casesOn('fetch');

/** A scripted `fetch` in virtual time: every wait is known to the millisecond. */
const stage: Stage = {
  async open(script, host) {
    // Dates in headers are meant from here.
    vi.setSystemTime(START_AT);
    const transport = mockTransport(script);
    return {
      access: { baseURL: `https://${host}.test/v1`, fetch: transport.fetch },
      requests: transport.requests,
      close: async () => {},
    };
  },
  settle,
};

beforeEach(enterVirtualTime);
afterEach(leaveVirtualTime);

describe('the plain SDK does what the table says of it', () => {
  test.each(cases)('$title', async ({ row, kind }) => {
    expect(await play(stage, row, kind, 'plain')).toMatchObject(row.sdk);
  });
});

describe("the gateway with compat: 'sdk' differs from the plain SDK in nothing", () => {
  test.each(cases)('$title', async ({ row, kind }) => {
    expect(await play(stage, row, kind, 'compat')).toStrictEqual(await play(stage, row, kind, 'plain'));
  });
});

describe('the gateway by its own rules, with one endpoint', () => {
  test.each(cases)('$title', async ({ row, kind }) => {
    const seen = await play(stage, row, kind, 'gateway');
    if (row.gateway === 'same') expect(withoutAdditions(seen)).toStrictEqual(await play(stage, row, kind, 'plain'));
    else expect(seen).toMatchObject(row.gateway.expected);
  });
});

describe('the gateway by its own rules, with a healthy endpoint behind the first', () => {
  test.each(cases)('$title', async ({ row, kind }) => {
    const { first, second, afterMs = 0, caller } = row.backup;
    const seen = await playPair(stage, row, kind);
    expect(seen).toMatchObject({ first, second, ...(caller ?? { ending: 'returned', text: FROM_SECOND }) });
    if (second > 0) expect(seen.movedAfterMs).toBe(afterMs);
  });
});

test('every declared difference shows in a row, and no row has an undeclared one', () => {
  const shown = new Set(ROWS.flatMap(({ gateway }) => (gateway === 'same' ? [] : [gateway.difference])));
  // This one shows in every row that ends in an error.
  expect([...shown, 'error_additions'].sort()).toEqual(Object.keys(DIFFERENCES).sort());
});

test('a row has one name', () => {
  const ids = ROWS.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});
