import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { shortBody } from './payload.ts';
import { loadPeers } from './peers.ts';
import { startProvider } from './start-provider.ts';
import { median, ratios, rounded } from './statistics.ts';
import { allOn, handWritten, plain } from './subjects.ts';
import { concurrently, measureWall } from './wall-rounds.ts';

const WIDTH = 64;
const CALLS = 640;

/** Calls per second over loopback at 64 concurrent, against the plain SDK. */
export async function sockets({ rounds, quick, peers }: BenchOptions): Promise<BenchReport> {
  const provider = await startProvider();
  const slow = [handWritten(provider), ...(peers ? await loadPeers(provider) : [])];
  const subjects = [plain(provider), plain(provider, 'control'), await allOn(provider), ...slow];
  const calls = quick ? CALLS / 2 : CALLS;
  const work = (subject: (typeof subjects)[number]) => concurrently(calls, WIDTH, () => subject.call(shortBody));
  for (const subject of subjects) await work(subject);
  const times = await measureWall(subjects, rounds ?? (quick ? 7 : 21), work);
  for (const subject of subjects) await subject.close();
  provider.stop();
  const base = times.get('plain') ?? [];
  const speedOf = (name: string) => rounded(median(ratios(base, times.get(name) ?? [])));
  const rows = subjects.map(
    ({ name }): BenchRow => [name, (calls / median(times.get(name) ?? [])) * 1_000, speedOf(name)],
  );
  const others = slow.map(({ name }) => [name, speedOf(name)] as const);
  return {
    figures: { throughput: speedOf('all_on'), ...Object.fromEntries(others) },
    columns: ['', 'calls per s', 'to plain'],
    rows,
  };
}
