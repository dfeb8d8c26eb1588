/** Faults a provider can have, by name, for a JSON reply and for a stream. */
import type { MockReply, MockRequest, ScriptedReply } from 'llm-gateway-client/testing';
import type { Kit } from './kit.ts';
import { answerTo } from './marker.ts';

/** Makes a faulty reply to a request. */
export type FaultReply = (kit: Kit, request: MockRequest) => ScriptedReply;

function good(kit: Kit, request: MockRequest, init?: Parameters<Kit['reply']['chat']>[1]): ScriptedReply {
  return kit.reply.chat(answerTo(request), init)(request);
}

/** Faults that a JSON call and a stream can both meet before anything has been delivered. */
const EARLY_FAULTS: Readonly<Record<string, FaultReply>> = {
  reset: ({ reply }) => reply.reset(),
  closed: ({ reply }) => reply.closed(),
  'status 500': ({ reply }) => reply.error(500),
  'status 503': ({ reply }) => reply.error(503),
  'status 529': ({ reply }) => reply.error(529),
  'status 429': ({ reply }) => reply.error(429, {}, { headers: { 'retry-after': '1' } }),
  'web page': ({ reply }) => reply.html(),
  'error body': ({ reply }) => reply.error(200, { message: 'The model is busy.', type: 'server_error' }),
  'empty body': ({ reply }) => reply.empty(),
};

/** Twelve faults of JSON calls: half of them the SDK retries, a quarter it returns as answers, a quarter it throws at once. */
export const JSON_FAULTS: Readonly<Record<string, FaultReply>> = {
  ...EARLY_FAULTS,
  'cut JSON': ({ reply }) => reply.brokenJson(),
  'cut body': (kit, request) => good(kit, request, { deliver: { bytes: 80 }, ending: 'cut' }),
  'reset body': (kit, request) => good(kit, request, { deliver: { bytes: 80 }, ending: 'reset' }),
};

const SSE = { 'content-type': 'text/event-stream' };

/** Twelve faults of streams before their first content. */
export const EARLY_STREAM_FAULTS: Readonly<Record<string, FaultReply>> = {
  ...EARLY_FAULTS,
  'empty stream': ({ reply }) => reply.stream([]),
  'error event first': ({ reply, sse }) => reply.stream([sse.error({ message: 'The model is busy.' })]),
  'role, then nothing': (kit, request) => good(kit, request, { deliver: { events: 1 }, ending: 'end' }),
};

/** Twelve faults of streams, some of them after content. */
export const STREAM_FAULTS: Readonly<Record<string, FaultReply>> = {
  reset: EARLY_FAULTS['reset'] as FaultReply,
  'status 500': EARLY_FAULTS['status 500'] as FaultReply,
  'status 503': EARLY_FAULTS['status 503'] as FaultReply,
  'status 529': EARLY_FAULTS['status 529'] as FaultReply,
  'web page': EARLY_FAULTS['web page'] as FaultReply,
  'error body': EARLY_FAULTS['error body'] as FaultReply,
  'empty body': EARLY_FAULTS['empty body'] as FaultReply,
  'comments only': ({ reply }) => reply.text(': keep-alive\n\n: keep-alive\n\n', { headers: SSE }),
  truncated: (kit, request) => good(kit, request, { deliver: { events: 4 }, ending: 'end' }),
  'cut after content': (kit, request) => good(kit, request, { deliver: { events: 4 }, ending: 'reset' }),
  'stalled after content': (kit, request) => good(kit, request, { deliver: { events: 4 }, ending: 'stall' }),
  'role, then nothing': (kit, request) => good(kit, request, { deliver: { events: 1 }, ending: 'end' }),
};

/** A far end that has one of `faults` in `rate` of its replies, else the right answer, after `latencyMs`. */
export function faultyReply(
  kit: Kit,
  faults: Readonly<Record<string, FaultReply>>,
  rate: number,
  random: () => number,
  latencyMs: () => number,
): MockReply {
  const table = Object.values(faults);
  return (request) => {
    const isFaulty = random() < rate;
    const fault = table[Math.floor(random() * table.length)] as FaultReply;
    const scripted = isFaulty ? fault(kit, request) : good(kit, request);
    return { ...scripted, latencyMs: latencyMs() };
  };
}
