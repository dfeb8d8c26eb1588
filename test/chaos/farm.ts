/** The far end of the soak: a few local providers that fail in every way they know. */
import type { MockProvider, MockRequest, ScriptedReply } from 'llm-gateway-client/testing';
import type { Kit } from './kit.ts';
import { answerTo, numberOf } from './marker.ts';
import type { Violations } from './violations.ts';

export interface Host {
  readonly name: string;
  readonly key: string;
  readonly provider: MockProvider;
  requests: number;
}

export interface Farm {
  readonly hosts: readonly Host[];
  /** Attempts seen of each call. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Replies by fault. */
  readonly faults: ReadonlyMap<string, number>;
  /** Whole endpoints that went away for a while. */
  readonly flaps: number;
  /** No more faults from now on; endpoints that are away come back. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

type Fault = (kit: Kit, request: MockRequest, random: () => number) => ScriptedReply;

/** Streams and JSON calls get the same table; a fault that needs a stream falls back to a cut body. */
const FAULTS: Readonly<Record<string, Fault>> = {
  reset: ({ reply }) => reply.reset(),
  closed: ({ reply }) => reply.closed(),
  'status 500': ({ reply }) => reply.error(500),
  'status 503': ({ reply }) => reply.error(503),
  'status 529': ({ reply }) => reply.error(529, {}, { headers: { 'retry-after-ms': '80' } }),
  'status 429 with Retry-After': ({ reply }) => reply.error(429, {}, { headers: { 'retry-after-ms': '120' } }),
  'status 429': ({ reply }) => reply.error(429),
  'web page under 200': ({ reply }) => reply.html(),
  'error body under 200': ({ reply }) => reply.error(200, { message: 'The model is busy.', type: 'server_error' }),
  'empty body': ({ reply }) => reply.empty(),
  'cut JSON': ({ reply }) => reply.brokenJson(),
  'reset body': (kit, request, random) => good(kit, request, { ...deliver(random), ending: 'reset' }),
  'truncated stream': (kit, request, random) => good(kit, request, { ...deliver(random), ending: 'end' }),
  'stalled body': (kit, request, random) => good(kit, request, { ...deliver(random), ending: 'stall' }),
  'stall behind keep-alive comments': ({ reply, sse }) =>
    reply.stream(Array.from({ length: 40 }, () => [sse.comment('keep-alive'), { waitMs: 50 }]).flat(), {
      ending: 'stall',
    }),
  'error event': (kit, request, random) =>
    insert(kit, request, random, kit.sse.error({ message: 'The model is busy.' })),
  'malformed event': (kit, request, random) => insert(kit, request, random, 'data: {"choices":[{"del\n\n'),
  'garbled gzip': ({ reply }) => reply.brokenGzip(),
  slow: (kit, request, random) => good(kit, request, { latencyMs: 50 + random() * 250, gapMs: 5 }),
  hang: ({ reply }) => reply.hang(),
};

function deliver(random: () => number): object {
  return { deliver: { events: 1 + Math.floor(random() * 6) } };
}

function good(kit: Kit, request: MockRequest, init: object = {}): ScriptedReply {
  if (request.path.includes('/files/')) return kit.reply.json({ id: request.path.split('/').at(-1), object: 'file' });
  const segments = request.bytes.length % 3 === 0 ? { segments: 17 } : {};
  const isPart = 'deliver' in init && (request.body as { stream?: boolean } | undefined)?.stream !== true;
  const given = isPart ? { ...init, deliver: { bytes: 90 } } : init;
  return kit.reply.chat(answerTo(request), { ...segments, ...given })(request);
}

/** Puts something between two events of the right answer. */
function insert(kit: Kit, request: MockRequest, random: () => number, piece: string): ScriptedReply {
  const whole = good(kit, request);
  if (whole.kind !== 'answer' || (request.body as { stream?: boolean } | undefined)?.stream !== true)
    return kit.reply.brokenJson();
  const text = whole.body.map((step) => (step instanceof Uint8Array ? new TextDecoder().decode(step) : String(step)));
  const events = text.join('').split(/(?<=\n\n)/);
  events.splice(Math.floor(random() * events.length), 0, piece);
  return kit.reply.stream(events);
}

export interface FarmOptions {
  readonly endpoints: number;
  readonly faultRate: number;
  readonly random: () => number;
  readonly violations: Violations;
}

export async function startFarm(kit: Kit, options: FarmOptions): Promise<Farm> {
  const { random, violations } = options;
  const attempts = new Map<string, number>();
  const faults = new Map<string, number>();
  const names = Object.keys(FAULTS);
  const hosts: Host[] = [];
  let healthy = false;
  let flaps = 0;

  const answer = (host: Host, request: MockRequest): ScriptedReply => {
    host.requests++;
    const isFile = request.path.includes('/files/');
    const id = isFile ? request.path : String(numberOf(new TextDecoder().decode(request.bytes)));
    attempts.set(id, (attempts.get(id) ?? 0) + 1);
    const { authorization } = request.headers;
    if (authorization !== `Bearer ${host.key}`) violations.add('foreign credentials', `${host.name} got another key`);
    if (isFile && host !== hosts[0]) violations.add('pinned call moved', `${request.path} arrived at ${host.name}`);
    if (healthy || random() >= options.faultRate) return good(kit, request, { latencyMs: random() * 15, gapMs: 1 });
    // A dead key rests its endpoint for a minute: it must be rare, or nothing else would be seen.
    const name = random() < 0.002 ? 'status 401' : (names[Math.floor(random() * names.length)] as string);
    faults.set(name, (faults.get(name) ?? 0) + 1);
    return FAULTS[name]?.(kit, request, random) ?? kit.reply.error(401);
  };

  for (let index = 0; index < options.endpoints; index++) {
    const name = `host-${index + 1}`;
    const provider = await kit.startMockProvider({
      keep: 0,
      otherwise: (request) => answer(hosts[index] as Host, request),
    });
    hosts.push({ name, key: `sk-canary-${name}-${'x'.repeat(16)}`, provider, requests: 0 });
  }

  const flapping = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const { provider } = hosts[Math.floor(random() * hosts.length)] as Host;
    const down = (async () => {
      flaps++;
      await provider.refuse();
      await new Promise((resolve) => setTimeout(resolve, 200 + random() * 800));
      await provider.listen().catch(() => {});
    })();
    flapping.add(down);
    void down.finally(() => flapping.delete(down));
  }, 1_500);

  return {
    hosts,
    attempts,
    faults,
    get flaps() {
      return flaps;
    },
    async heal() {
      clearInterval(timer);
      healthy = true;
      await Promise.all(flapping);
    },
    async close() {
      await Promise.all(hosts.map(({ provider }) => provider.close()));
    },
  };
}
