import type OpenAI from 'openai';
import { atLeast, atMost, type Figure, type Kit } from '../kit.ts';
import { CHAT, completion, failing, stubFetch } from '../stub.ts';
import { virtualTime } from '../virtual-time.ts';

/** What callers do wrong or give up says nothing about an endpoint. */
export async function neutralFigures(kit: Kit, { calls = 10_000 } = {}): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const what of [400, 401, 422, 'abort'] as const) {
    const time = virtualTime(kit.seededRandom(1));
    const random = kit.seededRandom(2);
    let transitions = 0;
    let ended = 0;
    const fetch = stubFetch(
      () => (what === 'abort' ? completion() : failing(what)),
      time,
      () => (what === 'abort' ? 10 : 0) + random() * 10,
    );
    const client = kit.createGatewayClient({
      env: false,
      clock: time,
      logLevel: 'off',
      hooks: { onCircuitOpened: () => void transitions++, onCircuitClosed: () => void transitions++ },
      endpoints: [
        { name: 'a', apiKey: 'a', baseURL: 'https://a.test/v1', fetch },
        { name: 'b', apiKey: 'b', baseURL: 'https://b.test/v1', fetch },
      ],
    }) as unknown as OpenAI;
    await time.run(async () => {
      for (let round = 0; round < calls / 100; round++) {
        await Promise.all(
          Array.from({ length: 100 }, async () => {
            const controller = new AbortController();
            const call = client.chat.completions.create(CHAT, { signal: controller.signal });
            if (what === 'abort') time.setTimer(() => controller.abort(), random() * 10);
            await call.then(
              () => {},
              () => void ended++,
            );
          }),
        );
      }
    });
    figures.push(atMost(`${calls} x ${what}: circuit transitions`, transitions, 0));
    figures.push(atLeast(`${calls} x ${what}: calls that ended so`, ended, calls));
  }
  return figures;
}
