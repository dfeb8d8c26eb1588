import type OpenAI from 'openai';
import { atLeast, atMost, beside, type Figure, type Kit, median, quantile } from '../kit.ts';
import { CHAT, completion, failing, refused, stubFetch } from '../stub.ts';
import { virtualTime } from '../virtual-time.ts';

type Broken = () => Response | Error;
const OUTAGES: Readonly<Record<string, Broken>> = { 'status 500': () => failing(500), refused };

/** Everything is down: how many attempts a call costs. */
export async function outageFigures(kit: Kit, { calls = 1_000 } = {}): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, broken] of Object.entries(OUTAGES)) {
    for (const whenAllOpen of ['try', 'reject'] as const) {
      const time = virtualTime(kit.seededRandom(1));
      let attempts = 0;
      const fetch = stubFetch(
        () => {
          attempts++;
          return broken();
        },
        time,
        () => 20,
      );
      const client = kit.createGatewayClient({
        env: false,
        clock: time,
        logLevel: 'off',
        whenAllOpen,
        endpoints: [
          { name: 'a', apiKey: 'a', baseURL: 'https://a.test/v1', fetch },
          { name: 'b', apiKey: 'b', baseURL: 'https://b.test/v1', fetch },
        ],
      }) as unknown as OpenAI;
      let served = 0;
      const burst = async (count: number, perSecond: number) => {
        const before = attempts;
        const running: Promise<void>[] = [];
        for (let index = 0; index < count; index++) {
          running.push(
            client.chat.completions.create(CHAT).then(
              () => void served++,
              () => {},
            ),
          );
          await time.sleep(1_000 / perSecond);
        }
        await Promise.all(running);
        return (attempts - before) / count;
      };
      const first = await time.run(() => burst(calls, 100));
      const then = await time.run(() => burst(calls, 100));
      if (whenAllOpen === 'try') {
        figures.push(atMost(`outage (${name}), attempts per call, first ${calls}`, first, 1.1));
        figures.push(atMost(`outage (${name}), attempts per call, both open, 'try'`, then, 1.05));
      } else {
        figures.push(atMost(`outage (${name}), attempts per call, both open, 'reject'`, then, 0.05));
        figures.push(atMost(`outage (${name}), median ms until refused`, median(await refusals(client)), 1));
      }
      figures.push(atMost(`outage (${name}), served`, served, 0));
    }
  }
  return figures;
}

async function refusals(client: OpenAI): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < 1_000; index++) {
    const startedAt = performance.now();
    await client.chat.completions.create(CHAT).catch(() => {});
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** The primary is gone and the other endpoint is well. */
export async function deadPrimaryFigures(kit: Kit, { calls = 5_000, pairs = 3_000 } = {}): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, broken] of Object.entries(OUTAGES)) {
    const time = virtualTime(kit.seededRandom(1));
    const asked: number[] = [];
    const opened: number[] = [];
    const client = kit.createGatewayClient({
      env: false,
      clock: time,
      logLevel: 'off',
      hooks: { onCircuitOpened: () => void opened.push(time.now()) },
      endpoints: [
        {
          name: 'a',
          apiKey: 'a',
          baseURL: 'https://a.test/v1',
          fetch: stubFetch(() => {
            asked.push(time.now());
            return broken();
          }),
        },
        { name: 'b', apiKey: 'b', baseURL: 'https://b.test/v1', fetch: stubFetch(completion, time, () => 20) },
      ],
    }) as unknown as OpenAI;
    let served = 0;
    await time.run(async () => {
      const running: Promise<unknown>[] = [];
      for (let index = 0; index < calls; index++) {
        running.push(client.chat.completions.create(CHAT).then(() => served++));
        await time.sleep(20);
      }
      await Promise.all(running);
    });
    figures.push(atLeast(`primary dead (${name}): served`, (100 * served) / calls, 100, ' %'));
    const [from = Number.POSITIVE_INFINITY] = opened;
    const later = asked.filter((at) => at > from).length;
    const periods = name === 'refused' && opened.length === 0 ? asked.length : opened.length;
    figures.push(atMost(`primary dead (${name}): requests to it per ejection period`, later / Math.max(1, periods), 1));
    figures.push(beside(`primary dead (${name}): requests to it in ${calls / 50} s`, asked.length));
  }
  figures.push(...(await extraTime(kit, pairs)));
  return figures;
}

/** Real time of a call past an open circuit, against one whose first endpoint is well. */
async function extraTime(kit: Kit, pairs: number): Promise<Figure[]> {
  const make = (first: typeof fetch) =>
    kit.createGatewayClient({
      env: false,
      logLevel: 'off',
      circuit: { openMs: 300_000, maxOpenMs: 300_000 },
      endpoints: [
        { name: 'a', apiKey: 'a', baseURL: 'https://a.test/v1', fetch: first },
        { name: 'b', apiKey: 'b', baseURL: 'https://b.test/v1', fetch: stubFetch(completion) },
      ],
    }) as unknown as OpenAI;
  const dead = make(stubFetch(() => failing(500)));
  const well = make(stubFetch(completion));
  const timed = async (client: OpenAI) => {
    const startedAt = performance.now();
    await client.chat.completions.create(CHAT);
    return performance.now() - startedAt;
  };
  for (let index = 0; index < 500; index++) await timed(index % 2 === 0 ? dead : well);
  const differences: number[] = [];
  for (let index = 0; index < pairs; index++) {
    // Whoever goes second finds warm caches: take turns.
    if (index % 2 === 0) differences.push((await timed(dead)) - (await timed(well)));
    else differences.push(-((await timed(well)) - (await timed(dead))));
  }
  return [
    atMost(`primary dead: extra ms once open, median of ${pairs} pairs`, median(differences), 0.1),
    beside('primary dead: extra ms once open, 90th percentile', quantile(differences, 0.9)),
  ];
}
