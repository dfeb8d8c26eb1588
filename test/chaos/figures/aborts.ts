import { getEventListeners } from 'node:events';
import type OpenAI from 'openai';
import { countingClock } from '../counting-clock.ts';
import { atLeast, atMost, beside, type Figure, type Kit, quantile } from '../kit.ts';
import { CHAT } from '../stub.ts';

/** Aborts at random moments: before the headers, in a body, whoever reads it, between attempts, in a stream. Nothing may stay, everything ends soon. */
export async function abortFigures(kit: Kit, { calls = 10_000, overSockets = 1_000 } = {}): Promise<Figure[]> {
  const random = kit.seededRandom(1);
  const answer = (request: Parameters<ReturnType<Kit['reply']['chat']>>[0]) => {
    const draw = random();
    if (draw < 0.2) return kit.reply.error(500, {}, { latencyMs: random() * 5 });
    if (draw < 0.3) return kit.reply.hang();
    if (draw < 0.4) return kit.reply.error(429, {}, { headers: { 'retry-after-ms': '20' } });
    return kit.reply.chat('one two three four', { latencyMs: random() * 5, gapMs: random() * 3 })(request);
  };
  const transports = [0, 1].map(() => kit.mockTransport([], { keep: 0, otherwise: answer }));
  const stubbed = await abortMany(
    kit,
    calls,
    random,
    transports.map(({ fetch }, index) => ({ baseURL: `https://${index}.test/v1`, fetch })),
    () => transports.reduce((sum, { inFlight }) => sum + inFlight, 0),
  );
  const providers = await Promise.all([0, 1].map(() => kit.startMockProvider({ keep: 0, otherwise: answer })));
  const real = await abortMany(
    kit,
    overSockets,
    random,
    providers.map(({ baseURL }) => ({ baseURL })),
    () => providers.reduce((sum, { inFlight }) => sum + inFlight, 0),
  );
  await Promise.all(providers.map((provider) => provider.close()));
  return [...show(`${calls} aborts`, stubbed), ...show(`${overSockets} aborts over sockets`, real)];
}

interface Aborted {
  readonly times: readonly number[];
  readonly calls: number;
  readonly left: Readonly<Record<string, number>>;
  readonly startedAfter: number;
}

function show(name: string, { times, left, startedAfter }: Aborted): Figure[] {
  return [
    ...Object.entries(left).map(([what, count]) => atMost(`${name}: ${what} left`, count, 0)),
    atMost(`${name}: attempts started afterwards`, startedAfter, 0),
    atMost(`${name}: 99th percentile until the call ends, ms`, quantile(times, 0.99), 20),
    beside(`${name}: median until the call ends, ms`, quantile(times, 0.5)),
    atLeast(`${name}: calls that were under way`, times.length, 1),
  ];
}

async function abortMany(
  kit: Kit,
  calls: number,
  random: () => number,
  hosts: readonly { baseURL: string; fetch?: typeof fetch }[],
  open: () => number,
): Promise<Aborted> {
  const clock = countingClock(kit.systemClock);
  // A `fetch` from elsewhere does not say when a body is over: whoever reads it himself leaves a listener until it is gone.
  const tellsItsEnd = hosts.every(({ fetch }) => fetch === undefined);
  const aborted = new Set<string>();
  let startedAfter = 0;
  const client = kit.createGatewayClient({
    env: false,
    clock,
    logLevel: 'off',
    circuit: false,
    retry: { quota: false },
    hooks: {
      onAttemptStarted: ({ tags }) => {
        if (aborted.has(tags['n'] ?? '')) startedAfter++;
      },
    },
    endpoints: hosts.map((host, index) => ({ name: `e${index}`, apiKey: 'k', tier: index + 1, ...host })),
  }) as unknown as OpenAI;
  const times: number[] = [];
  let listeners = 0;
  let made = 0;
  const one = async (): Promise<void> => {
    const n = String(made++);
    const controller = new AbortController();
    let abortedAt: number | undefined;
    const timer = setTimeout(() => {
      abortedAt = performance.now();
      aborted.add(n);
      controller.abort();
    }, random() * 15);
    const options = { signal: controller.signal };
    const body = { ...CHAT, gateway: { tags: { n } } } as typeof CHAT;
    try {
      const draw = random();
      if (draw < 0.4) await client.chat.completions.create(body, options);
      else if (draw < 0.6 && tellsItsEnd)
        await (await client.chat.completions.create(body, options).asResponse()).text();
      else for await (const _chunk of await client.chat.completions.create({ ...body, stream: true }, options));
    } catch {
      // How it ends is looked at elsewhere.
    }
    if (abortedAt === undefined) clearTimeout(timer);
    else times.push(performance.now() - abortedAt);
    listeners += getEventListeners(controller.signal, 'abort').length;
  };
  while (times.length < calls) await Promise.all(Array.from({ length: 50 }, one));
  for (let waited = 0; waited < 40 && (open() > 0 || clock.pending > 0); waited++)
    await new Promise((resolve) => setTimeout(resolve, 25));
  return { times, calls: made, startedAfter, left: { timers: clock.pending, listeners, 'open requests': open() } };
}
