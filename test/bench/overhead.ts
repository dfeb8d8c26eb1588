import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { type CpuTimes, cpuRatio, type Lane, measureControlled, measureCpu } from './cpu-rounds.ts';
import { type ChatBody, longBody, shortBody } from './payload.ts';
import { loadPeers } from './peers.ts';
import { median } from './statistics.ts';
import { stubFetch } from './stub-fetch.ts';
import { allOn, handWritten, plain, routing, type Subject, stubbed } from './subjects.ts';

const ROUNDS = 161;
/** Calls of one lane in one round, half of them on the way back: two time slices, so that what finds its caches cold counts little. */
const CALLS = 200;
/** The lanes with a long prompt do with fewer. */
const LONG_CALLS = 40;
/** Lanes that wait for timers take a hundred times as long. */
const WAITING_ROUNDS = 81;
const WAITING_CALLS = 10;

function lane(
  subject: Omit<Subject, 'stream'>,
  calls: number,
  body: (model: string) => ChatBody = shortBody,
  name: string = subject.name,
): Lane {
  return {
    name,
    calls,
    async run(count) {
      for (let index = 0; index < count; index++) await subject.call(body);
    },
  };
}

/** CPU of one call on a `fetch` without a network, against the plain SDK. */
export async function overhead({ rounds, quick, peers }: BenchOptions): Promise<BenchReport> {
  const place = stubbed(stubFetch);
  const base = plain(place);
  const ours = [await routing(place), await allOn(place)] as const;
  const others = [handWritten(place), ...(peers ? await loadPeers(place) : [])];
  const lanes = [
    ...[base, plain(place, 'control'), ...ours].map((subject) => lane(subject, CALLS)),
    lane(base, LONG_CALLS, longBody, 'plain_32k'),
    lane(ours[1], LONG_CALLS, longBody, 'all_on_32k'),
  ];
  const measured = await measureControlled(lanes, rounds ?? (quick ? 81 : ROUNDS), {
    base: 'plain',
    control: 'control',
  });
  // On their own: while they wait for their timers the machine does something else, and whoever comes next finds cold caches.
  const waiting = await measureCpu(
    [lane(base, CALLS), ...others.map((subject) => lane(subject, WAITING_CALLS))],
    rounds ?? (quick ? 21 : WAITING_ROUNDS),
  );
  for (const subject of [base, ...ours, ...others]) await subject.close();
  const rows: BenchRow[] = [];
  const figures: Record<string, number> = {};
  const add = (times: CpuTimes, names: readonly string[]) => {
    for (const name of names) {
      const ratio = cpuRatio(times, name, name.endsWith('_32k') ? 'plain_32k' : 'plain');
      rows.push([name, median(times.get(name) ?? []), ratio]);
      if (!name.startsWith('plain') && name !== 'control') figures[name] = ratio;
    }
  };
  add(
    measured.times,
    lanes.map(({ name }) => name),
  );
  add(
    waiting,
    others.map(({ name }) => name),
  );
  return { figures, columns: ['', 'us CPU per call', 'to plain'], rows, void: measured.void };
}
