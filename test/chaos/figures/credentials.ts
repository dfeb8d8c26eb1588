import type OpenAI from 'openai';
import { atLeast, atMost, type Figure, type Kit } from '../kit.ts';
import { CHAT, completion, failing, refused, stubFetch } from '../stub.ts';
import { virtualTime } from '../virtual-time.ts';

/** Random fallbacks over five endpoints at once: no key may ever reach another origin. */
export async function credentialFigures(kit: Kit, { calls = 20_000 } = {}): Promise<Figure[]> {
  const time = virtualTime(kit.seededRandom(1));
  const random = kit.seededRandom(3);
  const names = ['a', 'b', 'c', 'd', 'e'];
  let foreign = 0;
  let requests = 0;
  // One far end for all: it sees who comes with which key, whatever the client believes.
  const fetch = stubFetch(
    ({ url, headers }) => {
      requests++;
      const host = new URL(url).hostname.split('.')[0] as string;
      const expected = {
        authorization: `Bearer key-of-${host}`,
        'openai-organization': `org-of-${host}`,
        'x-own': host,
      };
      for (const [name, value] of Object.entries(expected)) if (headers.get(name) !== value) foreign++;
      const draw = random();
      if (draw < 0.5) return failing(draw < 0.2 ? 500 : draw < 0.3 ? 429 : 503, { 'retry-after-ms': '5' });
      return draw < 0.6 ? refused() : completion();
    },
    time,
    () => random() * 20,
  );
  const client = kit.createGatewayClient({
    env: false,
    clock: time,
    logLevel: 'off',
    circuit: { openMs: 20, maxOpenMs: 50, suspectMs: 10 },
    retry: { quota: false },
    endpoints: names.map((name, index) => ({
      name,
      tier: index < 2 ? 1 : index,
      apiKey: `key-of-${name}`,
      organization: `org-of-${name}`,
      baseURL: `https://${name}.test/v1`,
      defaultHeaders: { 'x-own': name },
      fetch,
    })),
  }) as unknown as OpenAI;
  let fallbacks = 0;
  await time.run(async () => {
    for (let started = 0; started < calls; started += 500) {
      await Promise.all(
        Array.from({ length: Math.min(500, calls - started) }, async () => {
          const reply: unknown = await client.chat.completions.create(CHAT).catch((error: unknown) => error);
          if ((kit.gatewayInfo(reply)?.attempts.length ?? 0) > 1) fallbacks++;
        }),
      );
    }
  });
  return [
    atMost(`${calls} calls over five endpoints, ${requests} requests: foreign credentials`, foreign, 0),
    atLeast('... of them with more than one attempt', fallbacks, calls / 5),
  ];
}
