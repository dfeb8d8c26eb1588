import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startMockProvider } from '../../src/testing.js';
import type { Observation } from './observation.js';
import { FROM_SECOND, type PairObservation, play, playPair, type Stage } from './play.js';
import { casesOn } from './rows.js';
import { DRAW, PENDING } from './virtual-time.js';

/**
 * The same rows over real connections, in real time. Their waits overlap: all cases are played beforehand, many at once, and
 * each test looks at what its case has shown. Times are compared roughly here; the scripted `fetch` compares them exactly.
 */
const cases = casesOn('socket');
/** Enough to fill the waits, few enough that two cores keep the small times small. */
const AT_ONCE = 24;
/** Longer than any row that ends by itself takes. */
const GIVE_UP_MS = 3500;
const ROUGHLY_MS = 350;

const stage: Stage = {
  async open(script) {
    const provider = await startMockProvider({ script });
    return { access: { baseURL: provider.baseURL }, requests: provider.requests, close: provider.close };
  },
  settle: (seen) => {
    let timer: NodeJS.Timeout | undefined;
    const gaveUp = new Promise<typeof PENDING>((resolve) => {
      timer = setTimeout(resolve, GIVE_UP_MS, PENDING);
    });
    return Promise.race([seen, gaveUp]).finally(() => clearTimeout(timer));
  },
};

interface Played {
  readonly plain: Observation;
  readonly compat: Observation;
  readonly gateway: Observation;
  readonly pair: PairObservation;
}
const played = new Map<string, Played>();
const warnings: Error[] = [];
const rejections: unknown[] = [];
const noteWarning = (warning: Error) => warnings.push(warning);
const noteRejection = (reason: unknown) => rejections.push(reason);

beforeAll(async () => {
  process.on('warning', noteWarning);
  process.on('unhandledRejection', noteRejection);
  vi.spyOn(Math, 'random').mockReturnValue(DRAW);
  const queue = [...cases];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { title, row, kind } = next;
      const [plain, compat, gateway, pair] = await Promise.all([
        play(stage, row, kind, 'plain'),
        play(stage, row, kind, 'compat'),
        play(stage, row, kind, 'gateway'),
        playPair(stage, row, kind),
      ]);
      played.set(title, { plain, compat, gateway, pair });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}, 45_000);

afterAll(() => {
  process.off('warning', noteWarning);
  process.off('unhandledRejection', noteRejection);
  vi.restoreAllMocks();
});

const seen = (title: string): Played => {
  const found = played.get(title);
  if (found === undefined) throw new Error(`The case was not played: ${title}`);
  return found;
};
/** Everything but the times, which are compared apart. */
const untimed = ({ gapsMs: _gaps, ...rest }: { readonly gapsMs?: readonly number[] }) => rest;
function expectGaps(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, gap] of actual.entries()) expect(Math.abs(gap - (expected[index] ?? 0))).toBeLessThan(ROUGHLY_MS);
}

describe('the plain SDK does over sockets what the table says of it', () => {
  test.each(cases)('$title', ({ title, row }) => {
    const { plain } = seen(title);
    expect(untimed(plain)).toMatchObject(untimed(row.sdk));
    if (row.sdk.gapsMs !== undefined) expectGaps(plain.gapsMs, row.sdk.gapsMs);
  });
});

describe("the gateway with compat: 'sdk' differs from the plain SDK in nothing over sockets", () => {
  test.each(cases)('$title', ({ title }) => {
    const { plain, compat } = seen(title);
    expect(untimed(compat)).toStrictEqual(untimed(plain));
    expectGaps(compat.gapsMs, plain.gapsMs);
  });
});

describe('the gateway by its own rules, with one endpoint over sockets', () => {
  test.each(cases)('$title', ({ title, row }) => {
    const { plain, gateway } = seen(title);
    if (row.gateway === 'same') {
      expect(untimed(gateway)).toStrictEqual(untimed(plain));
      expectGaps(gateway.gapsMs, plain.gapsMs);
    } else {
      expect(untimed(gateway)).toMatchObject(untimed(row.gateway.expected));
      if (row.gateway.expected.gapsMs !== undefined) expectGaps(gateway.gapsMs, row.gateway.expected.gapsMs);
    }
  });
});

describe('the gateway by its own rules, with a healthy endpoint behind the first over sockets', () => {
  test.each(cases)('$title', ({ title, row }) => {
    const { pair } = seen(title);
    const { first, second, afterMs = 0, caller } = row.backup;
    expect(pair).toMatchObject({ first, second, ...(caller ?? { ending: 'returned', text: FROM_SECOND }) });
    if (second > 0) expectGaps([pair.movedAfterMs ?? Number.NaN], [afterMs]);
  });
});

test('nothing was left to the process: no warnings, no unhandled rejections', () => {
  expect(warnings).toEqual([]);
  expect(rejections).toEqual([]);
});
