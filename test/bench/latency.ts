import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { shortBody } from './payload.ts';
import { loadPeers } from './peers.ts';
import { startProvider } from './start-provider.ts';
import { quantile, rounded } from './statistics.ts';
import { allOn, plain } from './subjects.ts';
import { measureWall } from './wall-rounds.ts';

const CALLS = 10_000;

/** Time of one call over loopback, one after the other, against the plain SDK: all calls of all lanes interleaved and pooled. */
export async function latency({ rounds, quick, peers }: BenchOptions): Promise<BenchReport> {
  const provider = await startProvider();
  const others = peers ? await loadPeers(provider) : [];
  const subjects = [plain(provider), plain(provider, 'control'), await allOn(provider), ...others];
  const ask = async (subject: (typeof subjects)[number]) => {
    await subject.call(shortBody);
  };
  const calls = rounds ?? (quick ? CALLS / 10 : CALLS);
  await measureWall(subjects, Math.min(calls, 500), ask);
  const times = await measureWall(subjects, calls, ask);
  for (const subject of subjects) await subject.close();
  provider.stop();
  const at = (name: string, share: number) => quantile(times.get(name) ?? [], share);
  const toPlain = (name: string, share: number) => rounded(at(name, share) / at('plain', share));
  const rows = subjects.map(
    ({ name }): BenchRow => [name, at(name, 0.5), at(name, 0.99), toPlain(name, 0.5), toPlain(name, 0.99)],
  );
  return {
    figures: {
      p50: toPlain('all_on', 0.5),
      p99: toPlain('all_on', 0.99),
      ...Object.fromEntries(others.map(({ name }) => [`${name}_p50`, toPlain(name, 0.5)])),
    },
    columns: ['', 'p50 ms', 'p99 ms', 'p50 to plain', 'p99 to plain'],
    rows,
  };
}
