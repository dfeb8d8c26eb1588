import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import { bytesOf, isPause } from './body-steps.js';
import type { Answer, BodyEnding, BodyStep, RawAnswer, ScriptedReply } from './scripted-reply.js';
import type { TransportFault } from './transport-fault.js';
import { wait } from './wait.js';

/** Where a reply is played to, and what ends the play early. */
export interface Exchange {
  readonly response: ServerResponse;
  readonly clock: Clock;
  /** Aborts when the caller has gone or the server closes. */
  readonly signal: AbortSignal;
}

/** How often a dripping head gives another byte: fast enough to look alive, slow enough never to end. */
const DRIP_MS = 50;
/** Node's and undici's limit for a response head is 16 KB. */
const OVERSIZED_HEADER_BYTES = 20_000;

/**
 * Plays a scripted reply over a real connection. Rejects only with `signal.reason`.
 * @returns whether the far end is through with the request; `false`: the caller is left waiting
 */
export async function playOverSocket(scripted: ScriptedReply, exchange: Exchange): Promise<boolean> {
  await wait(exchange.clock, scripted.latencyMs, exchange.signal);
  switch (scripted.kind) {
    case 'answer':
      return playAnswer(scripted, exchange);
    case 'raw':
      return playRaw(scripted, exchange);
    case 'fault':
      return playFault(scripted.fault, exchange);
  }
}

async function playAnswer(answer: Answer, { response, clock, signal }: Exchange): Promise<boolean> {
  // `setHeader` with a list sends one line per value; `writeHead` alone would fold some of them.
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value as string | string[]);
  const [only, ...more] = answer.body;
  const isWhole = more.length === 0 && answer.ending === 'end' && (only === undefined || !isPause(only));
  if (isWhole) {
    response.statusCode = answer.status;
    response.end(only);
    return true;
  }
  response.writeHead(answer.status);
  response.flushHeaders();
  for (const step of answer.body) await playStep(step, (chunk, done) => response.write(chunk, done), clock, signal);
  return end(answer.ending, response.socket, () => response.end());
}

async function playRaw(
  raw: Pick<RawAnswer, 'steps' | 'ending'>,
  { response, clock, signal }: Exchange,
): Promise<boolean> {
  const { socket } = response;
  for (const step of raw.steps) await playStep(step, (chunk, done) => socket?.write(chunk, done), clock, signal);
  return end(raw.ending, socket, () => socket?.end());
}

async function playFault(fault: TransportFault, exchange: Exchange): Promise<boolean> {
  const { socket } = exchange.response;
  switch (fault) {
    case 'hang':
    case 'headers_timeout':
      return false;
    case 'closed':
      return end('cut', socket);
    case 'headers_overflow':
      return playRaw(
        {
          steps: [`HTTP/1.1 200 OK\r\nx-oversized: ${'x'.repeat(OVERSIZED_HEADER_BYTES)}\r\ncontent-length: 0\r\n\r\n`],
          ending: 'end',
        },
        exchange,
      );
    case 'malformed_head':
      return playRaw({ steps: ['220 mail.example ESMTP ready\r\n'], ending: 'end' }, exchange);
    case 'drip_headers':
      await playRaw({ steps: ['HTTP/1.1 200 OK\r\nx-drip: '], ending: 'stall' }, exchange);
      for (;;) await playRaw({ steps: [{ waitMs: DRIP_MS }, '.'], ending: 'stall' }, exchange);
    default:
      // The caller reached us, so it cannot fail at name lookup, connect or TLS any more: a reset is the nearest thing.
      return end('reset', socket);
  }
}

/** One write, awaited until it is handed to the kernel: the next piece travels on its own. */
async function playStep(
  step: BodyStep,
  write: (chunk: Uint8Array, done: () => void) => unknown,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  if (isPause(step)) return wait(clock, step.waitMs, signal);
  const bytes = bytesOf(step);
  if (bytes.length === 0) return;
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    write(bytes, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}

function end(ending: BodyEnding, socket: Socket | null, properly?: () => void): boolean {
  if (ending === 'end') properly?.();
  else if (ending === 'cut') socket?.destroy();
  else if (ending === 'reset') socket?.resetAndDestroy();
  return ending !== 'stall';
}
