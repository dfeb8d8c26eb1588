import type OpenAI from 'openai';
import { atMost, beside, type Figure, type Kit, quantile } from '../kit.ts';
import { CHAT, completion, stubFetch } from '../stub.ts';
import { virtualTime } from '../virtual-time.ts';

interface Run {
  readonly times: readonly number[];
  readonly requests: number;
}

/** Median 1 s, 3 % of answers take 6 to 20 s; from half-time on everything takes `slowdown` times as long. */
async function run(kit: Kit, hedge: boolean, calls: number, slowdown: number): Promise<Run> {
  const time = virtualTime(kit.seededRandom(1));
  const random = kit.seededRandom(5);
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

export async function hedgingFigures(kit: Kit, { calls = 10_000 } = {}): Promise<Figure[]> {
  const without = await run(kit, false, calls, 1);
  const hedged = await run(kit, true, calls, 1);
  const slowed = await run(kit, true, calls, 3);
  const p99 = (from: Run) => quantile(from.times, 0.99);
  return [
    beside('3 % stragglers: 99th percentile without hedging, ms', p99(without)),
    beside('3 % stragglers: 99th percentile with hedging, ms', p99(hedged)),
    atMost('3 % stragglers: 99th percentile with over without', p99(hedged) / p99(without), 0.25),
    atMost('3 % stragglers: extra requests', (100 * (hedged.requests - calls)) / calls, 5.5, ' %'),
    atMost('global slowdown to a third: extra requests', (100 * (slowed.requests - calls)) / calls, 5.5, ' %'),
  ];
}
