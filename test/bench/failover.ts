import type { BenchOptions, BenchReport } from './bench.ts';
import { shortBody } from './payload.ts';
import { refusedURL, startProvider } from './start-provider.ts';
import { differences, median, quantile, rounded } from './statistics.ts';
import { allOn, type Subject } from './subjects.ts';

const PAIRS = 2_000;

/** What a refused primary adds to a call: to the first one, and to one that knows already. Against a healthy primary. */
export async function failover({ rounds, quick }: BenchOptions): Promise<BenchReport> {
  const provider = await startProvider();
  const healthy = { primary: provider.primary, fallback: provider.fallback };
  const refused = { primary: await refusedURL(), fallback: provider.fallback };
  const pairs = rounds ?? (quick ? PAIRS / 5 : PAIRS);

  const first: [number[], number[]] = [[], []];
  const open: [number[], number[]] = [[], []];
  // A gateway that has failed over once knows: every sample of a first call has a gateway of its own, made outside the clock.
  for (let pair = -Math.min(pairs, 100); pair < pairs; pair++) {
    const [calm, hurt] = [await allOn(healthy), await allOn(refused)];
    const times = await timePair(calm, hurt, pair);
    if (pair >= 0) record(first, times);
    await calm.close();
    await hurt.close();
  }
  const [calm, hurt] = [await allOn(healthy), await allOn(refused)];
  for (let pair = -Math.min(pairs, 100); pair < pairs; pair++) {
    const times = await timePair(calm, hurt, pair);
    if (pair >= 0) record(open, times);
  }
  await calm.close();
  await hurt.close();
  provider.stop();

  const rowOf = (name: string, [base, with_]: [number[], number[]]) => {
    const extra = differences(with_, base);
    return [name, median(base), median(with_), median(extra), quantile(extra, 0.99)] as const;
  };
  return {
    figures: {
      first_ms: rounded(median(differences(first[1], first[0]))),
      open_ms: rounded(median(differences(open[1], open[0]))),
    },
    columns: ['', 'healthy ms', 'refused ms', 'extra ms', 'extra p99 ms'],
    rows: [rowOf('first call', first), rowOf('circuit open', open)],
  };
}

function record(into: readonly [number[], number[]], [calm, hurt]: readonly [number, number]): void {
  into[0].push(calm);
  into[1].push(hurt);
}

/** Both once, the healthy one first every other time. */
async function timePair(calm: Subject, hurt: Subject, pair: number): Promise<[number, number]> {
  if (pair % 2 === 0) return [await timeOf(calm), await timeOf(hurt)];
  const late = await timeOf(hurt);
  return [await timeOf(calm), late];
}

async function timeOf(subject: Subject): Promise<number> {
  const began = performance.now();
  await subject.call(shortBody);
  return performance.now() - began;
}
