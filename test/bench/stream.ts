import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { cpuRatio, type Lane, measureControlled, measureCpu } from './cpu-rounds.ts';
import { shortBody } from './payload.ts';
import { loadStreamingPeers } from './peers.ts';
import { startProvider } from './start-provider.ts';
import { median, ratios, rounded } from './statistics.ts';
import { stubStreamFetch } from './stub-fetch.ts';
import { allOn, handWritten, type Place, plain, type Subject, stubbed } from './subjects.ts';
import { concurrently, drain, measureWall } from './wall-rounds.ts';

const CPU_ROUNDS = 161;
const STREAMS = 6;
const WIDTH = 16;

/** Streams of a hundred chunks against the plain SDK: CPU without a network; streams per second and first word over loopback. */
export async function stream({ rounds, quick, peers }: BenchOptions): Promise<BenchReport> {
  const place = stubbed(stubStreamFetch);
  const provider = await startProvider();
  const subjectsAt = async (where: Place) => ({
    ours: [plain(where), plain(where, 'control'), await allOn(where)] as const,
    others: [handWritten(where), ...(peers ? await loadStreamingPeers(where) : [])],
  });
  const dry = await subjectsAt(place);
  const wet = await subjectsAt(provider);

  const measured = await measureControlled(dry.ours.map(lane), rounds ?? (quick ? 31 : CPU_ROUNDS), {
    base: 'plain',
    control: 'control',
  });
  // On their own: they wait for timers, and would leave cold caches to whoever comes next.
  const slow = await measureCpu([dry.ours[0], ...dry.others].map(lane), rounds ?? (quick ? 5 : 31));

  const count = quick ? 48 : 160;
  const crowd = (subject: Subject) => concurrently(count, WIDTH, async () => drain(await subject.stream(shortBody)));
  const crowds = await measureApart(wet, { ours: rounds ?? (quick ? 5 : 15), others: rounds ?? 5 }, crowd);
  const firsts = await measureApart(wet, { ours: rounds ?? (quick ? 150 : 1_000), others: rounds ?? 50 }, firstWordMs);
  for (const { ours, others } of [dry, wet]) for (const subject of [...ours, ...others]) await subject.close();
  provider.stop();

  const others = wet.others.map(({ name }) => name);
  const cpuTimes = (name: string) => (others.includes(name) ? slow : measured.times);
  const cpuOf = (name: string) => cpuRatio(cpuTimes(name), name, 'plain');
  const speedOf = (name: string) => {
    const { base, own } = crowds(name);
    return rounded(median(ratios(base, own)));
  };
  const firstOf = (name: string) => {
    const { base, own } = firsts(name);
    return rounded(median(own) / median(base));
  };
  const rows = [...wet.ours, ...wet.others].map(({ name }): BenchRow => {
    const cpu = median(cpuTimes(name).get(name) ?? []) / 1_000;
    const perSecond = (count / median(crowds(name).own)) * 1_000;
    return [name, cpu, cpuOf(name), perSecond, speedOf(name), median(firsts(name).own), firstOf(name)];
  });
  return {
    figures: {
      cpu: cpuOf('all_on'),
      throughput: speedOf('all_on'),
      ttft: firstOf('all_on'),
      ...Object.fromEntries(
        others.flatMap((name) => [
          [`${name}_cpu`, cpuOf(name)],
          [`${name}_throughput`, speedOf(name)],
          [`${name}_ttft`, firstOf(name)],
        ]),
      ),
    },
    columns: ['', 'ms CPU', 'to plain', 'streams per s', 'to plain', 'first word ms', 'to plain'],
    rows,
    void: measured.void,
  };
}

interface Subjects {
  readonly ours: readonly Subject[];
  readonly others: readonly Subject[];
}

/** Warms up and measures ours, then the others beside the plain SDK; gives the times of each with the SDK's of the same rounds. */
async function measureApart(
  { ours, others }: Subjects,
  rounds: { readonly ours: number; readonly others: number },
  work: (subject: Subject) => Promise<unknown>,
): Promise<(name: string) => { readonly base: readonly number[]; readonly own: readonly number[] }> {
  const besides = [ours[0] as Subject, ...others];
  for (const subject of [...ours, ...others]) await work(subject);
  const first = await measureWall(ours, rounds.ours, work);
  const second = await measureWall(besides, rounds.others, work);
  return (name) => {
    const times = first.has(name) ? first : second;
    return { base: times.get('plain') ?? [], own: times.get(name) ?? [] };
  };
}

function lane(subject: Subject): Lane {
  return {
    name: subject.name,
    calls: STREAMS,
    async run(count) {
      for (let index = 0; index < count; index++) await drain(await subject.stream(shortBody));
    },
  };
}

/** Milliseconds from asking to the first chunk with content. Reads the rest afterwards. */
async function firstWordMs(subject: Subject): Promise<number> {
  const began = performance.now();
  let first: number | undefined;
  for await (const chunk of await subject.stream(shortBody)) {
    if (first === undefined && hasContent(chunk)) first = performance.now() - began;
  }
  if (first === undefined) throw new Error(`${subject.name} delivered no content.`);
  return first;
}

function hasContent(chunk: unknown): boolean {
  if (typeof chunk === 'string') return chunk !== '';
  const { choices, content } = chunk as { choices?: { delta?: { content?: string } }[]; content?: string };
  return Boolean(choices?.[0]?.delta?.content ?? content);
}
