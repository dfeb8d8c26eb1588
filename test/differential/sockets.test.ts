import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { reply, startMockProvider } from '../../src/testing.js';
import type { Observation } from './observation.js';
import { FROM_SECOND, type PairObservation, play, playPair, type Stage, withoutAdditions } from './play.js';
import { type Expected, MOVES, type Row } from './row.js';
import { casesOn } from './rows.js';
import { DRAW, PENDING } from './virtual-time.js';

/**
 * The same rows over real connections, in real time. Their waits overlap: all cases are played beforehand, many at once, and
 * each test looks at what its case has shown. Of the times only the lower bounds are looked at here, because a busy machine
 * stretches them; over the scripted `fetch` they are compared to the millisecond.
 */
const cases = casesOn('socket');
/** Enough to fill the waits, few enough that two cores keep the small times small. */
const AT_ONCE = 16;
/** Longer than any row that ends by itself takes. */
const GIVE_UP_MS = 7000;
/** A busy machine notes a request late and the wait before the next one seems shorter: half of it still tells a wait from none. */
const SURELY = 0.5;

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

const WARM_UP: Row = { id: '', name: '', script: [reply.chat('ok')], sdk: {}, gateway: 'same', backup: MOVES };

interface Played {
  readonly plain: Observation;
  readonly compat: Observation;
  readonly pooled: Observation;
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
  // The first calls compile the code they run; that must not eat into the small times.
  for (const contender of ['plain', 'compat', 'pooled', 'gateway'] as const)
    await play(stage, WARM_UP, 'stream', contender);
  const queue = [...cases];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { title, row, kind } = next;
      const [plain, compat, pooled, gateway, pair] = await Promise.all([
        play(stage, row, kind, 'plain'),
        play(stage, row, kind, 'compat'),
        play(stage, row, kind, 'pooled'),
        play(stage, row, kind, 'gateway'),
        playPair(stage, row, kind),
      ]);
      played.set(title, { plain, compat, pooled, gateway, pair });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});

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
/** Everything but the times. */
const untimed = ({ gapsMs: _gaps, tookMs: _took, ...rest }: Partial<Observation> | Expected) => rest;
function expectWaits(actual: readonly number[], atLeast: readonly number[] | undefined): void {
  if (atLeast === undefined) return;
  expect(actual).toHaveLength(atLeast.length);
  for (const [index, ms] of actual.entries()) expect(ms).toBeGreaterThanOrEqual((atLeast[index] ?? 0) * SURELY);
}

describe('the plain SDK does over sockets what the table says of it', () => {
  test.each(cases)('$title', ({ title, row }) => {
    const { plain } = seen(title);
    expect(untimed(plain)).toMatchObject(untimed(row.sdk));
    expectWaits(plain.gapsMs, row.sdk.gapsMs);
  });
});

describe("the gateway with compat: 'sdk' differs from the plain SDK in nothing over sockets", () => {
  test.each(cases)('$title', ({ title, row }) => {
    const { plain, compat } = seen(title);
    expect(untimed(compat)).toStrictEqual(untimed(plain));
    expectWaits(compat.gapsMs, row.sdk.gapsMs);
  });
});

describe("the gateway with compat: 'sdk' and connections of its own differs from the plain SDK in nothing", () => {
  test.each(cases)('$title', ({ title, row }) => {
    const { plain, pooled } = seen(title);
    expect(untimed(pooled)).toStrictEqual(untimed(plain));
    expectWaits(pooled.gapsMs, row.sdk.gapsMs);
  });
});

describe('the gateway by its own rules, with one endpoint over sockets', () => {
  test.each(cases)('$title', ({ title, row }) => {
    const { plain, gateway } = seen(title);
    if (row.gateway === 'same') {
      expect(untimed(withoutAdditions(gateway))).toStrictEqual(untimed(plain));
      expectWaits(gateway.gapsMs, row.sdk.gapsMs);
    } else {
      expect(untimed(gateway)).toMatchObject(untimed(row.gateway.expected));
      expectWaits(gateway.gapsMs, row.gateway.expected.gapsMs);
    }
  });
});

describe('the gateway by its own rules, with a healthy endpoint behind the first over sockets', () => {
  test.each(cases)('$title', ({ title, row }) => {
    const { pair } = seen(title);
    const { first, second, afterMs = 0, caller } = row.backup;
    expect(pair).toMatchObject({ first, second, ...untimed(caller ?? { ending: 'returned', text: FROM_SECOND }) });
    if (second > 0) expectWaits([pair.movedAfterMs ?? Number.NaN], [afterMs]);
  });
});

test('nothing was left to the process: no warnings, no unhandled rejections', () => {
  expect(warnings).toEqual([]);
  expect(rejections).toEqual([]);
});
