import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { shortBody } from './payload.ts';
import { type Peer, type PeerMaker, peerMakers } from './peers.ts';
import { refusedURL, startProvider } from './start-provider.ts';
import { differences, median, quantile, rounded } from './statistics.ts';
import { allOn, handWritten, type Place } from './subjects.ts';

const PAIRS = 2_000;

/** Most pairs with another library, and the longest time for them: some wait for seconds after a failure. */
const OTHER_PAIRS = 200;
const OTHER_MS = 20_000;

/** What a refused primary adds to a call: to the first one, and to one that knows already. Against a healthy primary. */
export async function failover({ rounds, quick, peers }: BenchOptions): Promise<BenchReport> {
  const provider = await startProvider();
  const healthy = { primary: provider.primary, fallback: provider.fallback };
  const refused = { primary: await refusedURL(), fallback: provider.fallback };
  const pairs = rounds ?? (quick ? PAIRS / 5 : PAIRS);
  const measured = [await measure(allOn, { healthy, refused }, { pairs, maxMs: Number.POSITIVE_INFINITY })];
  const others: PeerMaker[] = [async (place) => handWritten(place), ...(peers ? await peerMakers() : [])];
  const few = { pairs: Math.min(pairs, OTHER_PAIRS), maxMs: quick || rounds !== undefined ? 0 : OTHER_MS };
  for (const make of others) measured.push(await measure(make, { healthy, refused }, few));
  provider.stop();

  const figures: Record<string, number> = {};
  const rows: BenchRow[] = [];
  for (const { name, first, open } of measured) {
    const prefix = name === 'all_on' ? '' : `${name}_`;
    figures[`${prefix}first_ms`] = rounded(median(differences(first[1], first[0])));
    figures[`${prefix}open_ms`] = rounded(median(differences(open[1], open[0])));
    rows.push(rowOf(`${name}, first call`, first), rowOf(`${name}, later ones`, open));
  }
  return { figures, columns: ['', 'healthy ms', 'refused ms', 'extra ms', 'extra p99 ms', 'pairs'], rows };
}

function rowOf(name: string, [base, with_]: Pairs): BenchRow {
  const extra = differences(with_, base);
  return [name, median(base), median(with_), median(extra), quantile(extra, 0.99), extra.length];
}

type Pairs = readonly [number[], number[]];

interface Measured {
  readonly name: string;
  readonly first: Pairs;
  readonly open: Pairs;
}

/** Pairs of calls, each kind for as long as it may take, but at least three pairs. */
async function measure(
  make: PeerMaker,
  places: { readonly healthy: Place; readonly refused: Place },
  limit: { readonly pairs: number; readonly maxMs: number },
): Promise<Measured> {
  const [calm, hurt] = [await make(places.healthy), await make(places.refused)] as [Peer, Peer];
  const warmUps = Number.isFinite(limit.maxMs) ? Math.min(limit.pairs - 1, 1) : Math.min(limit.pairs, 100);
  const series = async (one: (pair: number) => Promise<[number, number]>): Promise<Pairs> => {
    const into: Pairs = [[], []];
    const began = performance.now();
    for (let pair = -warmUps; pair < limit.pairs; pair++) {
      const times = await one(pair);
      if (pair >= 0) record(into, times);
      if (pair >= 2 && performance.now() - began > limit.maxMs) break;
    }
    return into;
  };
  // Who has failed over once may know: every sample of a first call has clients of its own, made outside the clock.
  const first = await series(async (pair) => {
    const fresh = [await make(places.healthy), await make(places.refused)] as [Peer, Peer];
    const times = await timePair(...fresh, pair);
    for (const client of fresh) await client.close();
    return times;
  });
  const open = await series((pair) => timePair(calm, hurt, pair));
  await calm.close();
  await hurt.close();
  return { name: calm.name, first, open };
}

function record(into: Pairs, [calm, hurt]: readonly [number, number]): void {
  into[0].push(calm);
  into[1].push(hurt);
}

/** Both once, the healthy one first every other time. */
async function timePair(calm: Peer, hurt: Peer, pair: number): Promise<[number, number]> {
  if (pair % 2 === 0) return [await timeOf(calm), await timeOf(hurt)];
  const late = await timeOf(hurt);
  return [await timeOf(calm), late];
}

async function timeOf(subject: Peer): Promise<number> {
  const began = performance.now();
  await subject.call(shortBody);
  return performance.now() - began;
}
