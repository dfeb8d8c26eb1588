import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type OpenAI from 'openai';
import { atMost, beside, type Figure, type Kit } from '../kit.ts';
import { CHAT, completion, failing, stubFetch } from '../stub.ts';

/** Heap that stays after collecting garbage, MB. */
function heapMb(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 4; round++) collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Many calls, one in ten of them failing first: the last third must leave nothing behind. */
export async function memoryFigures(kit: Kit, { calls = 300_000 } = {}): Promise<Figure[]> {
  const random = kit.seededRandom(1);
  const lasting = new AbortController();
  const client = kit.createGatewayClient({
    env: false,
    logLevel: 'off',
    hooks: { onCallSettled: () => {}, onAttemptFailed: () => {} },
    endpoints: ['a', 'b'].map((name) => ({
      name,
      apiKey: name,
      baseURL: `https://${name}.test/v1`,
      // Only the first fails, so that no call has to wait.
      fetch: stubFetch(() => (name === 'a' && random() < 0.1 ? failing(500) : completion())),
    })),
  }) as unknown as OpenAI;
  const third = async () => {
    for (let made = 0; made < calls / 3; made += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          client.chat.completions
            .create({ ...CHAT, model: `m${(made + index) % 500}` }, { signal: lasting.signal })
            .catch(() => {}),
        ),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    return heapMb();
  };
  const first = await third();
  const second = await third();
  const last = await third();
  return [
    beside(`${calls} calls: heap after a third, MB`, first),
    beside(`${calls} calls: growth in the second third, MB`, second - first),
    atMost(`${calls} calls: growth in the last third, MB`, last - second, 1),
  ];
}
