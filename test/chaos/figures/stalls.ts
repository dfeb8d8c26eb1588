import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type OpenAI from 'openai';
import { atMost, type Figure, type Kit } from '../kit.ts';
import { CHAT } from '../stub.ts';
import { virtualTime } from '../virtual-time.ts';

/** A stream of an event every 50 ms for a while, from another process, so that this one may be blocked. */
const TICKING = `
const { createServer } = require('node:http');
createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let n = 0;
  const timer = setInterval(() => {
    const finish = ++n === 60 ? 'stop' : null;
    response.write('data: ' + JSON.stringify({ choices: [{ index: 0, delta: { content: n + ' ' }, finish_reason: finish }] }) + '\\n\\n');
    if (finish) { clearInterval(timer); response.end('data: [DONE]\\n\\n'); }
  }, 50);
  response.on('close', () => clearInterval(timer));
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

function connect(kit: Kit, baseURL: string, idleTimeoutMs: number, options: object = {}): OpenAI {
  return kit.createGatewayClient({
    env: false,
    apiKey: 'k',
    baseURL,
    maxRetries: 0,
    idleTimeoutMs,
    logLevel: 'off',
    ...options,
  }) as unknown as OpenAI;
}

const IDLE_MS = 2_000;

function stalledStreams({ reply, sse }: Kit) {
  const first = sse.data({ choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null }] });
  const comments = Array.from({ length: 200 }, () => [{ waitMs: 50 }, sse.comment('keep-alive')]).flat();
  return {
    'a silent stream': reply.stream([first], { ending: 'stall' }),
    'a stream with keep-alive comments': reply.stream([first, ...comments], { ending: 'stall' }),
  };
}

/** From the last event to the error, over the limit, in percent; infinite if it ends in another way. */
async function offBy(client: OpenAI, now: () => number): Promise<number> {
  let lastAt = 0;
  try {
    for await (const _chunk of await client.chat.completions.create({ ...CHAT, stream: true })) lastAt = now();
  } catch (error) {
    if ((error as { reason?: unknown }).reason === 'stalled')
      return (Math.abs(now() - lastAt - IDLE_MS) / IDLE_MS) * 100;
  }
  return Number.POSITIVE_INFINITY;
}

/** How long a stall takes to be noticed, in virtual time. */
export async function detectionFigures(kit: Kit): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, stalled] of Object.entries(stalledStreams(kit))) {
    const time = virtualTime(kit.seededRandom(1));
    const { fetch } = kit.mockTransport([stalled], { clock: time });
    const client = connect(kit, 'https://a.test/v1', IDLE_MS, { clock: time, fetch });
    const off = await time.run(() => offBy(client, () => time.now()));
    figures.push(atMost(`${name}, virtual time: noticed after ${IDLE_MS} ms, off by`, off, 10, ' %'));
  }
  return figures;
}

/** The same over sockets, and whether anything else is taken for a stall. */
export async function stallFigures(kit: Kit, { rounds = 3 } = {}): Promise<Figure[]> {
  const figures = await detectionFigures(kit);
  for (const [name, stalled] of Object.entries(stalledStreams(kit))) {
    await using provider = await kit.startMockProvider({ otherwise: stalled });
    const client = connect(kit, provider.baseURL, IDLE_MS);
    let worst = 0;
    for (let round = 0; round < rounds; round++) worst = Math.max(worst, await offBy(client, () => performance.now()));
    figures.push(atMost(`${name}: noticed after ${IDLE_MS} ms, off by at most`, worst, 10, ' %'));
  }

  const child = spawn(process.execPath, ['-e', TICKING], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const client = connect(kit, `http://127.0.0.1:${String(port).trim()}/v1`, 500);
  const read = async (between: (count: number) => Promise<void> | void): Promise<number> => {
    let text = '';
    let count = 0;
    try {
      for await (const chunk of await client.chat.completions.create({ ...CHAT, stream: true })) {
        text += chunk.choices[0]?.delta.content ?? '';
        await between(++count);
      }
    } catch {
      return 1;
    }
    return text.split(' ').length === 61 ? 0 : 1;
  };
  const block = () => {
    const until = performance.now() + 1_500;
    while (performance.now() < until);
  };
  let alarms = 0;
  // Blocked while an event is being handled, and while the next one is awaited.
  alarms += await read((count) => (count === 5 ? block() : undefined));
  alarms += await read((count) => (count === 5 ? void setTimeout(block, 20) : undefined));
  figures.push(atMost('event loop blocked for 1.5 s, idle limit 0.5 s: false alarms', alarms, 0));
  const slow = await read((count) =>
    count % 20 === 0 ? new Promise((resolve) => setTimeout(resolve, 1_000)) : undefined,
  );
  figures.push(atMost('consumer that takes 1 s, idle limit 0.5 s: false alarms', slow, 0));
  child.kill();
  return figures;
}
