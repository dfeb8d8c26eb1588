import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { stagePackage } from '../tools/staged-package.ts';
import { BENCHES } from './bench.ts';
import { cpuRatio, type Lane, measureControlled, measureCpu } from './cpu-rounds.ts';
import { CHUNKS, COMPLETION, EVENTS, longBody, shortBody } from './payload.ts';
import { readmeTable } from './readme-table.ts';
import { differences, median, orderOf, quantile, ratios } from './statistics.ts';
import { formatTable } from './table.ts';
import { concurrently } from './wall-rounds.ts';

const RUN = fileURLToPath(new URL('./run.ts', import.meta.url));

describe('statistics', () => {
  it('finds the middle of odd and even counts, in any order, and nothing in nothing', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 2, 100])).toBe(3);
    expect(median([])).toBeNaN();
  });

  it('sorts numbers as numbers', () => {
    expect(median([100, 9, 20])).toBe(20);
  });

  it('interpolates quantiles and leaves its input alone', () => {
    const values = [4, 1, 3, 2, 5];
    expect([0, 0.25, 0.9, 1].map((share) => quantile(values, share))).toEqual([1, 2, 4.6, 5]);
    expect(values).toEqual([4, 1, 3, 2, 5]);
  });

  it('pairs values of the same round, and refuses lists that cannot be paired', () => {
    expect(ratios([2, 9], [1, 3])).toEqual([2, 3]);
    expect(differences([2, 9], [1, 3])).toEqual([1, 6]);
    expect(() => ratios([1], [])).toThrow('cannot be paired');
    expect(() => differences([1], [1, 2])).toThrow('cannot be paired');
  });

  it('turns the order around every other round', () => {
    expect([0, 1, 2].map((round) => orderOf(['a', 'b', 'c'], round).join(''))).toEqual(['abc', 'cba', 'abc']);
  });
});

describe('rounds', () => {
  const laneOf = (name: string, ran: string[] = []): Lane => ({
    name,
    calls: 2,
    async run(calls) {
      ran.push(`${name}${calls}`);
    },
  });

  it('lets every lane run there and back again, the next round from the other end', async () => {
    const ran: string[] = [];
    const times = await measureCpu([laneOf('a', ran), laneOf('b', ran)], 2);
    expect(ran.join(' ')).toBe('a1 b1 b1 a1 b1 a1 a1 b1');
    expect([...times].map(([name, values]) => [name, values.length])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
  });

  it('takes the median of the ratios and not the ratio of the medians', () => {
    const times = new Map([
      ['slow', [2, 30, 400]],
      ['base', [1, 10, 1_000]],
    ]);
    expect(cpuRatio(times, 'slow', 'base')).toBe(2);
  });

  it('calls a run void when the control stays away from its base, after three tries', async () => {
    let runs = 0;
    const busy: Lane = {
      name: 'control',
      calls: 2,
      async run() {
        runs++;
        const until = performance.now() + 2;
        while (performance.now() < until);
      },
    };
    const measured = await measureControlled([laneOf('plain'), busy], 3, { base: 'plain', control: 'control' });
    expect(measured.void).toContain('control against plain was');
    // Four parts of warming up, then three tries of three rounds there and back.
    expect(runs).toBe(4 + 3 * 3 * 2);
  });

  it('keeps to its width and does all of the work', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    await concurrently(20, 3, async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      done++;
    });
    expect([most, done]).toEqual([3, 20]);
  });
});

describe('payloads', () => {
  it('are as large as they are said to be', () => {
    for (const size of [JSON.stringify(shortBody('m')).length, COMPLETION.length]) {
      expect(size).toBeGreaterThan(450);
      expect(size).toBeLessThan(600);
    }
    expect(longBody('m').messages.at(-1)?.content).toHaveLength(32 * 1024);
    expect(EVENTS).toHaveLength(CHUNKS + 1);
  });
});

describe('tables', () => {
  it('align names to the left and numbers to the right', () => {
    expect(
      formatTable({
        columns: ['', 'us'],
        rows: [
          ['plain', 208.4],
          ['all_on', 7],
        ],
      }),
    ).toBe(['         us', '------  ---', 'plain   208', 'all_on    7'].join('\n'));
  });
});

describe('the table of the README', () => {
  const all = new Map([
    ['overhead', { all_on: 0.912, hand_written: 23.467, langchain: 9.5 }],
    ['failover', { first_ms: 0.5, hand_written_first_ms: 3042.72 }],
    ['startup', { gzip_kb: 28.44 }],
  ]);
  const rows = readmeTable(all).split('\n');
  const rowOf = (label: string) => rows.find((row) => row.startsWith(`| ${label} |`));

  it('shows each figure beside its target and the same figure of other libraries', () => {
    expect(rows[0]).toBe('|  | this package | target | `p-retry` + `bottleneck` | LangChain `withFallbacks` |');
    expect(rowOf('CPU per call')).toBe('| CPU per call | 0.91 | <= 1.00 | 23.5 | 9.50 |');
    expect(rowOf('Refused endpoint: extra ms, first call')).toContain('| 0.50 | <= 5 | 3043 |  |');
    expect(rowOf('Main door, KB minified and gzipped')).toContain('| 28.4 | <= 30 |');
  });

  it('leaves what was not measured empty', () => {
    expect(rowOf('Time to import')).toBe('| Time to import |  | <= 1.25 |  |  |');
  });
});

describe('the command', () => {
  it('refuses an unknown bench with the list of those there are', () => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [RUN, 'overheat'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('There is no bench "overheat".');
    for (const name of Object.keys(BENCHES)) expect(stderr).toContain(name);
  });

  it.each([['--rounds=0'], ['--rounds=many'], ['--fast']])('refuses %s', (flag) => {
    const { status, stderr } = spawnSync(process.execPath, [RUN, 'startup', flag], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('Use: npm run bench');
  });
});

describe('figures', () => {
  const promised: Record<string, readonly string[]> = {
    overhead: ['all_on', 'routing', 'all_on_32k', 'hand_written'],
    sockets: ['throughput'],
    latency: ['p50', 'p99'],
    stream: ['cpu', 'throughput', 'ttft'],
    failover: ['first_ms', 'open_ms'],
    memory: ['in_flight_ratio', 'growth_mb'],
    scale: ['endpoints_ratio', 'in_flight_ratio'],
    startup: ['import_ratio', 'gzip_kb'],
  };
  let dist: string;

  beforeAll(() => {
    dist = pathToFileURL(`${stagePackage().root}/dist/`).href;
  });

  it.each(Object.entries(promised))('of %s have the promised names', async (name, figures) => {
    process.env['BENCH_DIST'] = dist;
    const entry = BENCHES[name];
    if (entry === undefined) throw new Error(`There is no bench ${name}.`);
    const report = await (await entry.load())({ rounds: 1, quick: true, peers: false });
    expect(Object.keys(report.figures)).toEqual(expect.arrayContaining([...figures]));
    for (const figure of figures) expect(report.figures[figure], figure).toSatisfy(Number.isFinite);
  });
});
