import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { cpuRatio, type Lane, measureControlled } from './cpu-rounds.ts';
import { shortBody } from './payload.ts';
import { loadStreamingPeers } from './peers.ts';
import { startProvider } from './start-provider.ts';
import { median, ratios, rounded } from './statistics.ts';
import { stubStreamFetch } from './stub-fetch.ts';
import { allOn, plain, type Subject, stubbed } from './subjects.ts';
import { concurrently, drain, measureWall } from './wall-rounds.ts';

const CPU_ROUNDS = 161;
const STREAMS = 6;
const WIDTH = 16;

/** Streams of a hundred chunks against the plain SDK: CPU without a network; streams per second and first word over loopback. */
export async function stream({ rounds, quick, peers }: BenchOptions): Promise<BenchReport> {
  const place = stubbed(stubStreamFetch);
  const provider = await startProvider();
  const dry = [
    plain(place),
    plain(place, 'control'),
    await allOn(place),
    ...(peers ? await loadStreamingPeers(place) : []),
  ];
  const wet = [
    plain(provider),
    plain(provider, 'control'),
    await allOn(provider),
    ...(peers ? await loadStreamingPeers(provider) : []),
  ];

  const measured = await measureControlled(dry.map(lane), rounds ?? (quick ? 31 : CPU_ROUNDS), {
    base: 'plain',
    control: 'control',
  });

  const count = quick ? 48 : 160;
  const crowd = (subject: Subject) => concurrently(count, WIDTH, async () => drain(await subject.stream(shortBody)));
  for (const subject of wet) await crowd(subject);
  const crowds = await measureWall(wet, rounds ?? (quick ? 5 : 15), crowd);

  const firsts = await measureWall(wet, rounds ?? (quick ? 150 : 1_000), firstWordMs);
  for (const subject of [...dry, ...wet]) await subject.close();
  provider.stop();

  const cpuOf = (name: string) => cpuRatio(measured.times, name, 'plain');
  const speedOf = (name: string) => rounded(median(ratios(crowds.get('plain') ?? [], crowds.get(name) ?? [])));
  const firstOf = (name: string) => rounded(median(firsts.get(name) ?? []) / median(firsts.get('plain') ?? []));
  const rows = wet.map(({ name }): BenchRow => {
    const cpu = measured.times.get(name);
    const perSecond = (count / median(crowds.get(name) ?? [])) * 1_000;
    const columns = [median(cpu ?? []) / 1_000, cpuOf(name)].map((value) => (cpu === undefined ? '' : value));
    return [name, ...columns, perSecond, speedOf(name), median(firsts.get(name) ?? []), firstOf(name)];
  });
  const others = wet.filter(({ name }) => !['plain', 'control', 'all_on'].includes(name)).map(({ name }) => name);
  return {
    figures: {
      cpu: cpuOf('all_on'),
      throughput: speedOf('all_on'),
      ttft: firstOf('all_on'),
      ...Object.fromEntries(others.map((name) => [`${name}_throughput`, speedOf(name)])),
    },
    columns: ['', 'ms CPU', 'to plain', 'streams per s', 'to plain', 'first word ms', 'to plain'],
    rows,
    void: measured.void,
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
