import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { cpuRatio, type Lane, measureControlled } from './cpu-rounds.ts';
import { type ChatBody, longBody, shortBody } from './payload.ts';
import { loadPeers } from './peers.ts';
import { median } from './statistics.ts';
import { stubFetch } from './stub-fetch.ts';
import { allOn, handWritten, plain, routing, type Subject, stubbed } from './subjects.ts';

/** Many short rounds rather than few long ones: what else runs on the machine then falls on all lanes alike. */
const ROUNDS = 401;
/** Calls of one lane in one round, half of them on the way back: less than a time slice each. */
const CALLS = 64;
/** The lanes with a long prompt, and those that wait for timers, do with fewer. */
const FEW_CALLS = 10;

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
  const everything = await allOn(place);
  const others = peers ? await loadPeers(place) : [];
  const subjects = [base, plain(place, 'control'), await routing(place), everything, handWritten(place), ...others];
  const lanes = [
    ...subjects.map((subject) => lane(subject, subject.name === 'hand_written' ? FEW_CALLS : CALLS)),
    lane(base, FEW_CALLS, longBody, 'plain_32k'),
    lane(everything, FEW_CALLS, longBody, 'all_on_32k'),
  ];
  const measured = await measureControlled(lanes, rounds ?? (quick ? 101 : ROUNDS), {
    base: 'plain',
    control: 'control',
  });
  const { times } = measured;
  const ratioOf = (name: string) => cpuRatio(times, name, name.endsWith('_32k') ? 'plain_32k' : 'plain');
  for (const subject of subjects) await subject.close();
  const figures = Object.fromEntries(
    ['all_on', 'routing', 'all_on_32k', 'hand_written', ...others.map(({ name }) => name)].map((name) => [
      name,
      ratioOf(name),
    ]),
  );
  const rows = lanes.map(({ name }): BenchRow => [name, median(times.get(name) ?? []), ratioOf(name)]);
  return { figures, columns: ['', 'us CPU per call', 'to plain'], rows, void: measured.void };
}
