import OpenAI from 'openai';
import { EARLY_STREAM_FAULTS, type FaultReply, faultyReply, JSON_FAULTS, STREAM_FAULTS } from '../faults.ts';
import { atLeast, atMost, beside, type Figure, type Kit, median } from '../kit.ts';
import { promptOf, textFor } from '../marker.ts';
import { virtualTime } from '../virtual-time.ts';

/** How many calls ended how. */
export interface Tally {
  calls: number;
  correct: number;
  /** A value that is not the answer and did not say so. */
  wrong: number;
  failed: number;
  /** Not settled after {@link HANGS_AFTER_MS}. */
  hung: number;
  attempts: number;
  /** Ends by error class and kind of each attempt, for those that failed. */
  readonly failures: Map<string, number>;
}

export interface MixOptions {
  readonly kind: 'json' | 'stream';
  readonly faults: Readonly<Record<string, FaultReply>>;
  readonly rate: number;
  readonly calls: number;
  readonly seed: number;
  readonly client: 'gateway' | 'plain';
}

const PER_SECOND = 50;
const HANGS_AFTER_MS = 900_000;

/** Plays a mix of faults to one client in virtual time. The plain SDK has the first endpoint only. */
export async function playMix(kit: Kit, options: MixOptions): Promise<Tally> {
  const { seed, kind, rate, faults } = options;
  const random = kit.seededRandom(seed * 7919);
  const time = virtualTime(kit.seededRandom(seed));
  const tally: Tally = { calls: 0, correct: 0, wrong: 0, failed: 0, hung: 0, attempts: 0, failures: new Map() };
  const farEnd = (offset: number) => {
    const own = kit.seededRandom(seed * 31 + offset);
    const otherwise = faultyReply(kit, faults, rate, own, () => 200 + own() * 400);
    const transport = kit.mockTransport([], { clock: time, keep: 0, otherwise });
    return ((input, init) => {
      tally.attempts++;
      return transport.fetch(input, init);
    }) satisfies typeof fetch as typeof fetch;
  };
  const common = { timeout: 20_000, logLevel: 'off' as const };
  const client =
    options.client === 'plain'
      ? new OpenAI({ ...common, apiKey: 'a', baseURL: 'https://a.test/v1', fetch: farEnd(1) })
      : (kit.createGatewayClient({
          ...common,
          env: false,
          clock: time,
          endpoints: [
            { name: 'a', apiKey: 'a', baseURL: 'https://a.test/v1', fetch: farEnd(1) },
            { name: 'b', apiKey: 'b', baseURL: 'https://b.test/v1', fetch: farEnd(2) },
          ],
        }) as unknown as OpenAI);
  await time.run(async () => {
    const running: Promise<void>[] = [];
    for (let n = 0; n < options.calls; n++) {
      running.push(callOnce(client, kind, n, tally, time));
      await time.sleep((random() * 2 * 1000) / PER_SECOND);
    }
    await Promise.all(running);
  });
  return tally;
}

async function callOnce(
  client: OpenAI,
  kind: 'json' | 'stream',
  n: number,
  tally: Tally,
  time: ReturnType<typeof virtualTime>,
): Promise<void> {
  tally.calls++;
  const controller = new AbortController();
  let hung = false;
  const watch = time.setTimer(() => {
    hung = true;
    controller.abort();
  }, HANGS_AFTER_MS);
  const body = { model: 'm', messages: [{ role: 'user' as const, content: promptOf(n) }] };
  try {
    const text = await (kind === 'json'
      ? readJson(client, body, controller.signal)
      : readStream(client, body, controller.signal));
    if (hung) tally.hung++;
    else if (text === textFor(n)) tally.correct++;
    else tally.wrong++;
  } catch (error) {
    if (hung) tally.hung++;
    else tally.failed++;
    const { attempts = [] } = error as { attempts?: readonly { kind?: string }[] };
    const key = `${(error as Error).constructor.name}: ${attempts.map(({ kind: failed }) => failed).join(' > ')}`;
    tally.failures.set(key, (tally.failures.get(key) ?? 0) + 1);
  } finally {
    time.clearTimer(watch);
  }
}

type Body = { model: string; messages: { role: 'user'; content: string }[] };

async function readJson(client: OpenAI, body: Body, signal: AbortSignal): Promise<string | undefined> {
  const reply = await client.chat.completions.create(body, { signal });
  return reply?.choices?.[0]?.message.content ?? undefined;
}

async function readStream(client: OpenAI, body: Body, signal: AbortSignal): Promise<string> {
  let text = '';
  const stream = await client.chat.completions.create({ ...body, stream: true }, { signal });
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  return text;
}

/** The mix of twelve faults at 10 % and 30 %, beside the plain SDK. */
export async function mixFigures(kit: Kit, { seeds = 20, calls = 3_000 } = {}): Promise<Figure[]> {
  const figures: Figure[] = [];
  let wrong = 0;
  const play = async (given: Omit<MixOptions, 'seed' | 'calls'>, howMany: number) => {
    const shares: number[] = [];
    const attempts: number[] = [];
    let plainWrong = 0;
    for (let seed = 1; seed <= howMany; seed++) {
      const tally = await playMix(kit, { ...given, seed, calls });
      shares.push((100 * tally.correct) / calls);
      attempts.push(tally.attempts / calls);
      if (given.client === 'gateway') wrong += tally.wrong + tally.hung;
      else plainWrong += (100 * (tally.wrong + tally.hung)) / calls / howMany;
    }
    return { share: median(shares), least: Math.min(...shares), perCall: median(attempts), wrong: plainWrong };
  };
  for (const [rate, target] of [
    [0.1, 99.8],
    [0.3, 98.5],
  ] as const) {
    const name = `mix of 12 faults, ${rate * 100} %, JSON`;
    const gateway = await play({ kind: 'json', faults: JSON_FAULTS, rate, client: 'gateway' }, seeds);
    figures.push(atLeast(`${name}: correct, median of ${seeds} seeds`, gateway.share, target, ' %'));
    figures.push(beside(`${name}: correct, worst seed`, gateway.least, ' %'));
    figures.push(beside(`${name}: attempts per call`, gateway.perCall));
    const plain = await play({ kind: 'json', faults: JSON_FAULTS, rate, client: 'plain' }, Math.min(3, seeds));
    figures.push(beside(`${name}: plain SDK, correct`, plain.share, ' %'));
    figures.push(beside(`${name}: plain SDK, silently wrong`, plain.wrong, ' %'));
  }
  for (const rate of [0.1, 0.3]) {
    const name = `mix of 12 faults, ${rate * 100} %, streams`;
    const gateway = await play({ kind: 'stream', faults: STREAM_FAULTS, rate, client: 'gateway' }, Math.min(5, seeds));
    figures.push(beside(`${name} (a quarter of the faults after content): correct`, gateway.share, ' %'));
    const plain = await play({ kind: 'stream', faults: STREAM_FAULTS, rate, client: 'plain' }, 1);
    figures.push(beside(`${name}: plain SDK, correct`, plain.share, ' %'));
    figures.push(beside(`${name}: plain SDK, silently wrong or hung`, plain.wrong, ' %'));
  }
  const early = await play(
    { kind: 'stream', faults: EARLY_STREAM_FAULTS, rate: 0.1, client: 'gateway' },
    Math.min(5, seeds),
  );
  figures.push(atLeast('streams with faults before content, 10 %: correct', early.share, 99.7, ' %'));
  const earlyPlain = await play({ kind: 'stream', faults: EARLY_STREAM_FAULTS, rate: 0.1, client: 'plain' }, 1);
  figures.push(beside('streams with faults before content, 10 %: plain SDK, correct', earlyPlain.share, ' %'));
  figures.push(atMost('silently wrong or hung, all mixes and seeds', wrong, 0));
  return figures;
}
