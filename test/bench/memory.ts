import { setImmediate as turn } from 'node:timers/promises';
import type { BenchOptions, BenchReport } from './bench.ts';
import { collectGarbage } from './cpu-rounds.ts';
import { shortBody } from './payload.ts';
import { loadPeers, type Peer } from './peers.ts';
import { median, orderOf, rounded } from './statistics.ts';
import { HeldFetch, stubFetch } from './stub-fetch.ts';
import { allOn, handWritten, type Place, plain, stubbed } from './subjects.ts';
import { concurrently } from './wall-rounds.ts';

const IN_FLIGHT = 2_000;
/** When the figures themselves do not matter. */
const SOME = 200;
const CALLS = 300_000;
const WIDTH = 8;
const MB = 1024 * 1024;
/** More than there are calls in flight. */
const WIDE = 1e6;

/** What a call holds while it waits for its answer, against the plain SDK; and what is left of calls that are over. */
export async function memory({ rounds, quick, peers }: BenchOptions): Promise<BenchReport> {
  const held = new HeldFetch();
  const othersAt = async (place: Place) => [handWritten(place, 1, WIDE), ...(peers ? await loadPeers(place) : [])];
  const others = await othersAt(stubbed(held.fetch));
  const subjects = [plain(stubbed(held.fetch)), await allOn(stubbed(held.fetch)), ...others];
  const bytes = new Map(subjects.map(({ name }) => [name, [] as number[]]));
  const repeats = rounds ?? (quick ? 5 : 11);
  // The first round fills caches and is not counted.
  for (let round = -1; round < repeats; round++) {
    for (const subject of orderOf(subjects, round + 1)) {
      const each = await bytesInFlight(subject, held, rounds === undefined ? IN_FLIGHT : SOME);
      if (round >= 0) bytes.get(subject.name)?.push(each);
    }
  }
  for (const subject of subjects) await subject.close();

  const calls = rounds === undefined ? (quick ? CALLS / 10 : CALLS) : rounds * 300;
  const growth = new Map<string, number>();
  for (const subject of [await allOn(stubbed(stubFetch)), plain(stubbed(stubFetch))])
    growth.set(subject.name, await growthOf(subject, calls));
  // A tenth of the calls: they take many times as long.
  for (const subject of await othersAt(stubbed(stubFetch)))
    growth.set(subject.name, await growthOf(subject, calls / 10));
  const each = (name: string) => median(bytes.get(name) ?? []);
  const ratioOf = (name: string) => rounded(each(name) / each('plain'));
  return {
    figures: {
      in_flight_ratio: ratioOf('all_on'),
      growth_mb: rounded(growth.get('all_on') ?? Number.NaN),
      ...Object.fromEntries(others.map(({ name }) => [`${name}_in_flight_ratio`, ratioOf(name)])),
    },
    columns: ['', 'bytes in flight', 'to plain', 'MB of growth in the last third', 'of calls'],
    rows: subjects.map(({ name }, index) => [
      name,
      Math.round(each(name)),
      ratioOf(name),
      growth.get(name) ?? '',
      index < 2 ? calls : calls / 10,
    ]),
  };
}

/** Bytes in use, after garbage has gone. Twice, because finalizers run after the first. */
async function bytesInUse(): Promise<number> {
  for (let times = 0; times < 2; times++) {
    collectGarbage();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function bytesInFlight(subject: Peer, held: HeldFetch, count: number): Promise<number> {
  const before = await bytesInUse();
  const calls = Array.from({ length: count }, () => subject.call(shortBody));
  // Promises of the SDK do their work when somebody waits for them.
  const all = Promise.all(calls);
  while (held.count < count) await turn();
  const during = await bytesInUse();
  held.release(count);
  await all;
  return (during - before) / count;
}

/** Megabytes by which the heap grows during the last third of the calls. */
async function growthOf(subject: Peer, calls: number): Promise<number> {
  const third = Math.ceil(calls / 3);
  const go = () => concurrently(third, WIDTH, () => subject.call(shortBody));
  await go();
  await go();
  const before = await bytesInUse();
  await go();
  const after = await bytesInUse();
  await subject.close();
  return (after - before) / MB;
}
