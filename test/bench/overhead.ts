import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { cpuRatio, type Lane, measureControlled } from './cpu-rounds.ts';
import { type ChatBody, longBody, shortBody } from './payload.ts';
import { loadPeers } from './peers.ts';
import { median } from './statistics.ts';
import { stubFetch } from './stub-fetch.ts';
import { allOn, handWritten, plain, routing, type Subject, stubbed } from './subjects.ts';

const ROUNDS = 81;
/** Calls of one lane in one round: about 25 ms of CPU, well above the resolution of the counter and below a time slice. */
const CALLS = 120;
/** The lanes with a long prompt, and those that wait for timers, do with fewer. */
const FEW_CALLS = 30;

function lane(
  subject: Subject,
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
export async function overhead({ rounds = undefined, quick, peers }: BenchOptions): Promise<BenchReport> {
  const place = stubbed(stubFetch);
  const base = plain(place);
  const everything = await allOn(place);
  const others = peers ? await loadPeers(place) : [];
  const subjects = [base, plain(place, 'control'), await routing(place), everything, handWritten(place), ...others];
  const share = quick ? 0.5 : 1;
  const lanes = [
    ...subjects.map((subject) =>
      lane(subject, Math.ceil((subject.name === 'hand_written' ? FEW_CALLS : CALLS) * share)),
    ),
    lane(base, Math.ceil(FEW_CALLS * share), longBody, 'plain_32k'),
    lane(everything, Math.ceil(FEW_CALLS * share), longBody, 'all_on_32k'),
  ];
  const measured = await measureControlled(lanes, rounds ?? (quick ? 41 : ROUNDS), {
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
