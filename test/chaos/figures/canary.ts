import { inspect } from 'node:util';
import type OpenAI from 'openai';
import { EARLY_STREAM_FAULTS, type FaultReply, JSON_FAULTS, STREAM_FAULTS } from '../faults.ts';
import { atLeast, atMost, type Figure, type Kit } from '../kit.ts';
import { promptOf } from '../marker.ts';
import { virtualTime } from '../virtual-time.ts';

const KEY = 'sk-canary-key-5d1e9c';
const PROMPT = 'canary-prompt-77ab';
const ANSWER = 'canary-answer-31fe';

/** Statuses that name a cause of their own. */
const STATUSES = [301, 307, 400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 451, 500, 501, 502, 503, 504, 529];

function catalogue(kit: Kit): Record<string, FaultReply> {
  const { reply, sse } = kit;
  const echo: Record<string, FaultReply> = {
    'page with the answer in it': () => reply.html(`<html>${ANSWER}</html>`),
    'cut JSON with the answer in it': () =>
      reply.text(`{"choices":[{"message":{"content":"${ANSWER}`, { headers: { 'content-type': 'application/json' } }),
    'malformed event with the answer in it': () => reply.stream([`data: {"x":"${ANSWER}\n\n`]),
    'redirect elsewhere': () => reply.redirect('https://evil.test/'),
    'good answer': () => reply.json({ id: 'x', object: 'x', choices: [{ index: 0, message: { content: ANSWER } }] }),
    'good stream': () =>
      reply.stream([sse.data({ choices: [{ index: 0, delta: { content: ANSWER }, finish_reason: 'stop' }] })]),
    'stream cut after the answer': () =>
      reply.stream([sse.data({ choices: [{ index: 0, delta: { content: ANSWER } }] })], { ending: 'reset' }),
    'name not found': () => reply.dnsFailure(),
    'certificate expired': () => reply.tlsFailure('expired'),
    'connect timeout': () => reply.connectTimeout(),
    hang: () => reply.hang(),
    'head too large': () => reply.fault('headers_overflow'),
    'garbled head': () => reply.fault('malformed_head'),
    'garbled gzip': () => reply.brokenGzip(),
  };
  for (const status of STATUSES)
    echo[`status ${status}`] = () => reply.error(status, {}, { headers: { location: '/v1/x' } });
  return { ...JSON_FAULTS, ...STREAM_FAULTS, ...EARLY_STREAM_FAULTS, ...echo };
}

/** Key, prompt and answer must show up in nothing that the library says by itself. */
export async function canaryFigures(kit: Kit, { calls = 3 } = {}): Promise<Figure[]> {
  const hits: string[] = [];
  let outputs = 0;
  const seek = (where: string, text: string, ...words: readonly string[]) => {
    outputs++;
    for (const word of words) if (text.includes(word)) hits.push(`${word} in ${where}: ${text.slice(0, 200)}`);
  };
  const show = (value: unknown) =>
    `${inspect(value, { depth: 12, showHidden: false })} ${String((value as Error)?.stack)} ${safeJson(value)}`;
  for (const [name, fault] of Object.entries(catalogue(kit))) {
    for (const stream of [false, true]) {
      for (const logLevel of ['warn', 'debug'] as const) {
        const time = virtualTime(kit.seededRandom(1));
        const transport = kit.mockTransport([], { clock: time, keep: 0, otherwise: (request) => fault(kit, request) });
        const event = (what: string) => (payload: unknown) =>
          seek(`${what} of ${name}`, show(payload), KEY, PROMPT, ANSWER);
        // At debug the SDK itself prints request and reply; the key it hides.
        const words = logLevel === 'debug' ? [KEY] : [KEY, PROMPT, ANSWER];
        const log = (...given: unknown[]) => seek(`log of ${name}`, show(given), ...words);
        const client = kit.createGatewayClient({
          env: false,
          clock: time,
          timeout: 5_000,
          idleTimeoutMs: 1_000,
          logLevel,
          logger: { error: log, warn: log, info: log, debug: log },
          hooks: {
            onCallStarted: event('onCallStarted'),
            onAttemptStarted: event('onAttemptStarted'),
            onAttemptFailed: event('onAttemptFailed'),
            onFallback: event('onFallback'),
            onCallSettled: event('onCallSettled'),
            onEndpointTrouble: event('onEndpointTrouble'),
            onCircuitOpened: event('onCircuitOpened'),
            onCircuitClosed: event('onCircuitClosed'),
            onUsage: event('onUsage'),
            onCost: event('onCost'),
          },
          endpoints: ['a', 'b'].map((host) => ({
            name: host,
            apiKey: `${KEY}-${host}`,
            baseURL: `https://${host}.test/v1`,
            fetch: transport.fetch,
          })),
        }) as unknown as OpenAI;
        await time.run(async () => {
          for (let count = 0; count < calls; count++) {
            const body = { model: 'm', messages: [{ role: 'user' as const, content: `${PROMPT} ${promptOf(count)}` }] };
            try {
              const reply: unknown = await client.chat.completions.create({ ...body, stream });
              if (stream) for await (const _chunk of reply as AsyncIterable<unknown>);
              seek(`gatewayInfo of ${name}`, show(kit.gatewayInfo(reply)), KEY, PROMPT, ANSWER);
            } catch (error) {
              seek(`error of ${name}`, show(error), KEY, PROMPT, ANSWER);
              seek(`gatewayInfo of ${name}`, show(kit.gatewayInfo(error)), KEY, PROMPT, ANSWER);
            }
          }
        });
        seek(`client after ${name}`, `${show(client)} ${show({ ...client })}`, KEY, PROMPT, ANSWER);
      }
    }
  }
  const figure = atMost(
    `canary key, prompt and answer, ${Object.keys(catalogue(kit)).length} faults: hits`,
    hits.length,
    0,
  );
  return [
    hits.length === 0 ? figure : { ...figure, value: `${figure.value}; ${[...new Set(hits)].slice(0, 4).join(' | ')}` },
    atLeast('... outputs searched', outputs, calls * 1_000),
  ];
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    return `no JSON: ${(error as Error).message.slice(0, 40)}`;
  }
}
