import OpenAI from 'openai';
import { Stream } from 'openai/streaming';
import { atLeast, atMost, type Figure, type Kit } from '../kit.ts';
import { CHAT } from '../stub.ts';

const TEXTS = [
  'Hello',
  ' wörld',
  '你好，世界',
  '🙂🚀',
  ' \u2028 ',
  'a\\nb',
  '"quoted"',
  '\uFEFF',
  'é',
  'data: no field',
];

/** A stream with every liberty that the format leaves. */
function writeStream(random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const ends = pick([['\n'], ['\r\n'], ['\r'], ['\n', '\r\n', '\r']]);
  const line = (text: string) => text + pick(ends);
  let out = random() < 0.2 ? '\uFEFF' : '';
  const count = 1 + Math.floor(random() * 8);
  for (let index = 0; index <= count; index++) {
    if (random() < 0.2) out += line(pick([': keep-alive', ':', ': OPENROUTER PROCESSING'])) + line('');
    if (random() < 0.1) out += line(pick(['id: 7', 'retry: 3000', 'unknown: field']));
    const last = index === count;
    const choice = { index: 0, delta: last ? {} : { content: pick(TEXTS) }, finish_reason: last ? 'stop' : null };
    const data = JSON.stringify({ id: 'chatcmpl-x', object: 'chat.completion.chunk', n: index, choices: [choice] });
    // JSON may be spread over several data lines wherever white space is allowed.
    const at = random() < 0.15 ? data.indexOf(',') + 1 : 0;
    const parts = at > 0 ? [data.slice(0, at), data.slice(at)] : [data];
    for (const part of parts) out += line(`data:${random() < 0.8 ? ' ' : ''}${part}`);
    out += line('');
  }
  if (random() < 0.8) out += line('data: [DONE]') + (random() < 0.9 ? line('') : '');
  return out;
}

function cut(bytes: Uint8Array, random: () => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const most = 1 + Math.floor(random() ** 3 * 200);
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * most);
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}

function respond(pieces: readonly Uint8Array[]): Response {
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces[next++];
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

async function collect(open: () => unknown): Promise<string> {
  const seen: unknown[] = [];
  try {
    for await (const item of (await open()) as AsyncIterable<unknown>) seen.push(item);
  } catch {
    // The SDK throws a bare SyntaxError; ours has a class. Both at the same place.
    seen.push('error');
  }
  return JSON.stringify(seen);
}

/** Decoding against the SDK's own, over random streams in random pieces. */
export async function segmentationFigures(kit: Kit, { streams = 2_000, seed = 1 } = {}): Promise<Figure[]> {
  const random = kit.seededRandom(seed);
  let differences = 0;
  let events = 0;
  let first = '';
  let pieces: Uint8Array[] = [];
  const client = kit.createGatewayClient({
    env: false,
    apiKey: 'k',
    baseURL: 'https://a.test/v1',
    maxRetries: 0,
    circuit: false,
    logLevel: 'off',
    fetch: async () => respond(pieces),
  }) as unknown as OpenAI;
  const quiet = new OpenAI({ apiKey: 'k', logLevel: 'off' });
  for (let count = 0; count < streams; count++) {
    const text = writeStream(random);
    pieces = cut(new TextEncoder().encode(text), random);
    const expected = await collect(() => Stream.fromSSEResponse(respond(pieces), new AbortController(), quiet));
    const seen = await collect(() => client.chat.completions.create({ ...CHAT, stream: true }));
    events += (JSON.parse(expected) as unknown[]).length;
    if (seen === expected) continue;
    differences++;
    if (first === '') first = `${JSON.stringify(text)}\n    SDK:     ${expected}\n    gateway: ${seen}`;
  }
  const name = `${streams} random streams in random pieces: differences from the SDK's decoder`;
  const figure = atMost(name, differences, 0);
  return [
    differences === 0 ? figure : { ...figure, value: `${figure.value}; first: ${first}` },
    atLeast('... events compared', events, streams),
  ];
}
