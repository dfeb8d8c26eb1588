/** The built client against a local provider that enforces a sliding minute, in real time; and calls in flight as it sees them. */
import '../metering/child/sources.ts';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { BenchOptions } from './bench.ts';
import { distFolder, loadLibrary } from './library.ts';
import type { LimiterFigure } from './limiter.ts';

const { StrictProvider } = await import('../limits/strict-provider.ts');
const { pieces } = await import('../limits/texts.ts');

type Testing = typeof import('../../src/testing.ts');

const REQUESTS = 500;
const TOKENS = 200_000;
const OUTPUT = 300;
const CALLERS = 80;

export async function live({ quick }: BenchOptions): Promise<LimiterFigure[]> {
  const testing = (await import(new URL('testing.js', distFolder).href)) as Testing;
  const seconds = quick ? 15 : 60;
  const { share, refused } = await saturated(testing, seconds);
  const calls = quick ? 4_000 : 20_000;
  return [
    {
      name: 'share_real',
      what: `share of ${TOKENS.toLocaleString('en')} TPM used in ${seconds} real seconds`,
      value: share,
      target: quick ? '' : '>= 0.98',
    },
    { name: 'refused_real', what: '429s drawn meanwhile', value: refused, target: '0' },
    {
      name: 'in_flight',
      what: `most of ${calls.toLocaleString('en')} mixed calls in flight at concurrency 10`,
      value: await mostInFlight(testing, calls),
      target: '<= 10',
    },
  ];
}

/** Callers that always have work; estimates are learned, replies differ by 10 % in length. */
async function saturated(
  { startMockProvider, reply }: Testing,
  seconds: number,
): Promise<{ share: number; refused: number }> {
  const { createGatewayClient } = await loadLibrary();
  const strict = new StrictProvider(REQUESTS, TOKENS);
  const prompts = pieces('english', 800);
  await using provider = await startMockProvider({
    keep: 1,
    otherwise: (request) => {
      const { messages } = request.body as { messages: { content: string }[] };
      const prompt = countTokens(messages[0]?.content ?? '') + 7;
      const output = Math.round(OUTPUT * (0.9 + 0.1 * Math.random()));
      if (!strict.arrive(performance.now(), prompt + output)) return reply.error(429);
      const usage = { inputTokens: prompt, outputTokens: output };
      return reply.chat({ text: 'done', usage }, { latencyMs: 300 + 1_500 * Math.random() })(request);
    },
  });
  const client = createGatewayClient({
    apiKey: 'bench',
    baseURL: provider.baseURL,
    env: false,
    maxRetries: 0,
    limits: { requestsPerMinute: REQUESTS, tokensPerMinute: TOKENS, maxQueueMs: Number.POSITIVE_INFINITY },
  });
  const until = performance.now() + seconds * 1_000;
  const controller = new AbortController();
  const work = async (caller: number) => {
    for (let call = caller; performance.now() < until; call += 1) {
      const content = prompts[call % prompts.length] as string;
      const body = { model: 'm', messages: [{ role: 'user' as const, content }], max_tokens: OUTPUT };
      await client.chat.completions.create(body, { signal: controller.signal }).catch(() => undefined);
    }
  };
  const stop = setTimeout(() => controller.abort(), seconds * 1_000);
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => work(caller)));
  clearTimeout(stop);
  await client.gateway.close();
  return { share: strict.acceptedTokens / ((TOKENS * seconds) / 60), refused: strict.refused };
}

/** Chat, streams read to the end and left early, aborts and failures, through a client and its clones. */
async function mostInFlight({ mockTransport, reply, simulatedProvider }: Testing, calls: number): Promise<number> {
  const { createGatewayClient } = await loadLibrary();
  const answer = simulatedProvider();
  const transport = mockTransport([], {
    keep: 1,
    otherwise: async (request) => (Math.random() < 0.1 ? reply.error(500) : answer(request)),
  });
  const options = { apiKey: 'bench', baseURL: 'https://llm.example/v1', env: false as const, fetch: transport.fetch };
  const limits = { maxConcurrency: 10, maxQueue: calls, maxQueueMs: Number.POSITIVE_INFINITY };
  const client = createGatewayClient({ ...options, maxRetries: 0, limits, circuit: false });
  const clients = [client, client.withOptions({ timeout: 60_000 }), client.withOptions({ maxRetries: 0 })];
  const body = { model: 'm', messages: [{ role: 'user' as const, content: 'hello' }] };
  const call = async (number: number) => {
    const own = clients[number % clients.length] as typeof client;
    const controller = new AbortController();
    if (number % 10 === 0) setTimeout(() => controller.abort(), Math.random() * 200);
    try {
      if (number % 3 !== 0) return void (await own.chat.completions.create(body, { signal: controller.signal }));
      const stream = await own.chat.completions.create({ ...body, stream: true }, { signal: controller.signal });
      for await (const _chunk of stream) if (Math.random() < 0.1) break;
    } catch {
      // Aborted or failed on purpose.
    }
  };
  await Promise.all(Array.from({ length: calls }, (_, number) => call(number)));
  const [state] = client.gateway.limits();
  if (state?.inFlight !== 0 || state.waiting !== 0) throw new Error('Places or queue entries were left behind.');
  return transport.maxInFlight;
}
