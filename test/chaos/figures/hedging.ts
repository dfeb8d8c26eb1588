import type OpenAI from 'openai';
import { atMost, beside, type Figure, type Kit, median, quantile } from '../kit.ts';
import { CHAT, completion, stubFetch } from '../stub.ts';
import { virtualTime } from '../virtual-time.ts';

interface Run {
  readonly times: readonly number[];
  readonly requests: number;
}

/** Median 1 s, 3 % of answers take 6 to 20 s; from half-time on everything takes `slowdown` times as long. */
async function run(kit: Kit, hedge: boolean, calls: number, slowdown: number, seed = 1): Promise<Run> {
  const time = virtualTime(kit.seededRandom(seed));
  const random = kit.seededRandom(seed + 4);
  let requests = 0;
  let started = 0;
  const latency = () => {
    const usual = random() < 0.03 ? 6_000 + random() * 14_000 : 1_000 * Math.exp(0.35 * normal(random));
    return usual * (started > calls / 2 ? slowdown : 1);
  };
  const fetch = stubFetch(
    () => completion(),
    time,
    () => {
      requests++;
      return latency();
    },
  );
  const client = kit.createGatewayClient({
    env: false,
    clock: time,
    logLevel: 'off',
    hedge: hedge ? {} : false,
    endpoints: [
      { name: 'a', apiKey: 'a', baseURL: 'https://a.test/v1', fetch, tier: 1 },
      { name: 'b', apiKey: 'b', baseURL: 'https://b.test/v1', fetch, tier: 1 },
    ],
  }) as unknown as OpenAI;
  const times: number[] = [];
  await time.run(async () => {
    const running: Promise<void>[] = [];
    for (let index = 0; index < calls; index++) {
      started = index;
      const startedAt = time.now();
      running.push(client.chat.completions.create(CHAT).then(() => void times.push(time.now() - startedAt)));
      await time.sleep(50);
    }
    await Promise.all(running);
  });
  return { times, requests };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export async function hedgingFigures(kit: Kit, { calls = 10_000, seeds = 5 } = {}): Promise<Figure[]> {
  const p99 = (from: Run) => quantile(from.times, 0.99);
  const extra = (from: Run) => (100 * (from.requests - calls)) / calls;
  const [without, hedged, ratios, extras]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let seed = 1; seed <= seeds; seed++) {
    const plain = await run(kit, false, calls, 1, seed);
    const helped = await run(kit, true, calls, 1, seed);
    without.push(p99(plain));
    hedged.push(p99(helped));
    ratios.push(p99(helped) / p99(plain));
    extras.push(extra(helped));
  }
  const slowed = await run(kit, true, calls, 3);
  return [
    beside('3 % stragglers: 99th percentile without hedging, ms', median(without)),
    beside('3 % stragglers: 99th percentile with hedging, ms', median(hedged)),
    atMost(`3 % stragglers: 99th percentile with over without, median of ${seeds} seeds`, median(ratios), 0.25),
    beside('3 % stragglers: 99th percentile with over without, worst seed', Math.max(...ratios)),
    atMost('3 % stragglers: extra requests, worst seed', Math.max(...extras), 5.5, ' %'),
    atMost('everything three times as slow: extra requests', extra(slowed), 5.5, ' %'),
  ];
}
