import { setImmediate as turn } from 'node:timers/promises';
import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { cpuMicros, cpuRatio, type Lane, measureControlled, measureCpu } from './cpu-rounds.ts';
import { shortBody } from './payload.ts';
import { loadPeers, type Peer } from './peers.ts';
import { median, orderOf, ratios, rounded } from './statistics.ts';
import { HeldFetch, stubFetch } from './stub-fetch.ts';
import { allOn, handWritten, type Place, plain, stubbed } from './subjects.ts';

/** Calls of one lane in one round; other libraries take up to twenty times as long. */
const CALLS = 80;
const OTHER_CALLS = 10;
const ENDPOINTS = 100;
const FEW = 10;
const MANY = 10_000;
/** When the figures themselves do not matter. */
const SOME = 500;
/** More than there are calls in flight. */
const WIDE = 1e6;
/** Answers given in one turn of the loop. */
const STEP = 10;

/** CPU of one call when there are many endpoints, and when many calls are in flight. */
export async function scale({ rounds, quick, peers }: BenchOptions): Promise<BenchReport> {
  const place = stubbed(stubFetch);
  const othersAt = async (where: Place, endpoints: number) => [
    handWritten(where, endpoints, WIDE),
    ...(peers ? await loadPeers(where, endpoints) : []),
  ];
  const wide = [
    await allOn(place, 1, 'one'),
    await allOn(place, 1, 'control'),
    await allOn(place, ENDPOINTS, 'hundred'),
  ];
  const measured = await measureControlled(
    wide.map((subject) => lane(subject, CALLS)),
    rounds ?? (quick ? 41 : 81),
    {
      base: 'one',
      control: 'control',
    },
  );
  // On their own: they wait for timers, and would leave cold caches to whoever comes next.
  const few = await othersAt(place, 1);
  const hundreds = (await othersAt(place, ENDPOINTS)).map((subject) => ({
    ...subject,
    name: `${subject.name}_hundred`,
  }));
  const slow = await measureCpu(
    [...few, ...hundreds].map((subject) => lane(subject, OTHER_CALLS)),
    rounds ?? (quick ? 3 : 11),
  );
  for (const subject of [...wide, ...few, ...hundreds]) await subject.close();

  const repeats = rounds ?? (quick ? 2 : 7);
  const calls = rounds !== undefined ? SOME : quick ? 2_000 : 5_000;
  const many = rounds !== undefined ? SOME : MANY;
  const held = new HeldFetch();
  const others = await othersAt(stubbed(held.fetch), 1);
  const subjects = [await allOn(stubbed(held.fetch)), plain(stubbed(held.fetch)), ...others];
  const lanes = subjects.flatMap((subject) => [FEW, many].map((width) => ({ subject, width, times: [] as number[] })));
  for (const subject of subjects) await steadyMicros(subject, held, FEW, calls);
  for (let round = 0; round < repeats; round++) {
    for (const { subject, width, times } of orderOf(lanes, round))
      times.push(await steadyMicros(subject, held, width, calls));
  }
  for (const subject of subjects) await subject.close();

  const inFlightRatio = (name: string) => {
    const [few, many] = lanes.filter(({ subject }) => subject.name === name);
    return rounded(median(ratios(many?.times ?? [], few?.times ?? [])));
  };
  const endpointsRatio = cpuRatio(measured.times, 'hundred', 'one');
  return {
    figures: {
      endpoints_ratio: endpointsRatio,
      in_flight_ratio: inFlightRatio('all_on'),
      ...Object.fromEntries(
        others.flatMap(({ name }) => [
          [`${name}_endpoints_ratio`, cpuRatio(slow, `${name}_hundred`, name)],
          [`${name}_in_flight_ratio`, inFlightRatio(name)],
        ]),
      ),
    },
    columns: ['', 'us CPU per call', 'ratio'],
    rows: [
      ...wide.map(
        ({ name }): BenchRow => [
          `endpoints: ${name}`,
          median(measured.times.get(name) ?? []),
          cpuRatio(measured.times, name, 'one'),
        ],
      ),
      ...[...few, ...hundreds].map(
        ({ name }): BenchRow => [
          `endpoints: ${name}`,
          median(slow.get(name) ?? []),
          cpuRatio(slow, name, name.replace('_hundred', '')),
        ],
      ),
      ...lanes.map(
        ({ subject, width, times }): BenchRow => [
          `${subject.name}: ${width} in flight`,
          median(times),
          width === FEW ? 1 : inFlightRatio(subject.name),
        ],
      ),
    ],
    void: measured.void,
  };
}

function lane(subject: Peer, calls: number): Lane {
  return {
    name: subject.name,
    calls,
    async run(count) {
      for (let index = 0; index < count; index++) await subject.call(shortBody);
    },
  };
}

/** Microseconds of CPU per call while this many are in flight all the time. */
async function steadyMicros(subject: Peer, held: HeldFetch, width: number, calls: number): Promise<number> {
  let failure: unknown;
  const start = (count: number) => {
    for (let index = 0; index < count; index++) {
      subject.call(shortBody).then(undefined, (error: unknown) => {
        failure ??= error;
      });
    }
  };
  const filled = async () => {
    while (held.count < width && failure === undefined) await turn();
    if (failure !== undefined) throw failure;
  };
  start(width);
  await filled();
  const before = cpuMicros();
  for (let done = 0; done < calls; done += STEP) {
    held.release(STEP);
    start(STEP);
    await filled();
  }
  const each = (cpuMicros() - before) / calls;
  held.release(width);
  await turn();
  return each;
}
