import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { shortBody } from './payload.ts';
import { loadPeers, type Peer } from './peers.ts';
import { startProvider } from './start-provider.ts';
import { quantile, rounded } from './statistics.ts';
import { allOn, handWritten, plain } from './subjects.ts';
import { measureWall, type WallTimes } from './wall-rounds.ts';

const CALLS = 10_000;

/** Time of one call over loopback, one after the other, against the plain SDK: all calls of all lanes interleaved and pooled. */
export async function latency({ rounds, quick, peers }: BenchOptions): Promise<BenchReport> {
  const provider = await startProvider();
  const others = [handWritten(provider), ...(peers ? await loadPeers(provider) : [])];
  const subjects = [plain(provider), plain(provider, 'control'), await allOn(provider)];
  const ask = async (subject: Peer) => {
    await subject.call(shortBody);
  };
  const calls = rounds ?? (quick ? CALLS / 10 : CALLS);
  await measureWall(subjects, Math.min(calls, 500), ask);
  const times = await measureWall(subjects, calls, ask);
  // On their own, and fewer: they wait for timers, and would leave cold caches to whoever comes next.
  const slow = await measureWall([subjects[0] as Peer, ...others], Math.ceil(calls / 20), ask);
  for (const subject of [...subjects, ...others]) await subject.close();
  provider.stop();
  const at = (all: WallTimes, name: string, share: number) => quantile(all.get(name) ?? [], share);
  const toPlain = (name: string, share: number) => {
    const all = times.has(name) ? times : slow;
    return rounded(at(all, name, share) / at(all, 'plain', share));
  };
  const rowOf =
    (all: WallTimes) =>
    ({ name }: Peer): BenchRow => [
      name,
      at(all, name, 0.5),
      at(all, name, 0.99),
      toPlain(name, 0.5),
      toPlain(name, 0.99),
    ];
  const rows = [...subjects.map(rowOf(times)), ...others.map(rowOf(slow))];
  return {
    figures: {
      p50: toPlain('all_on', 0.5),
      p99: toPlain('all_on', 0.99),
      ...Object.fromEntries(
        others.flatMap(({ name }) => [
          [`${name}_p50`, toPlain(name, 0.5)],
          [`${name}_p99`, toPlain(name, 0.99)],
        ]),
      ),
    },
    columns: ['', 'p50 ms', 'p99 ms', 'p50 to plain', 'p99 to plain'],
    rows,
  };
}
