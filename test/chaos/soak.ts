/** A seeded soak over real sockets: random calls against random faults, with rules that are checked all the while. */
import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import type OpenAI from 'openai';
import { KEY_CANARY, makeCall, PROMPT_CANARY } from './caller.ts';
import { countingClock } from './counting-clock.ts';
import { startFarm } from './farm.ts';
import type { Kit } from './kit.ts';
import { Violations } from './violations.ts';

export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly concurrency?: number;
  readonly faultRate?: number;
}

export interface SoakReport {
  readonly seed: number;
  readonly seconds: number;
  readonly endpoints: number;
  readonly calls: number;
  readonly servedShare: number;
  readonly requests: number;
  readonly mostAttempts: number;
  readonly flaps: number;
  readonly circuitsOpened: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly endings: Readonly<Record<string, number>>;
  readonly violations: Readonly<Record<string, number>>;
  readonly examples: readonly string[];
}

const CIRCUIT = { openMs: 300, maxOpenMs: 1_000, suspectMs: 200 };
/** How long after the last call everything must be at rest, milliseconds. */
const REST_MS = 3_000;

export async function soak(kit: Kit, options: SoakOptions): Promise<SoakReport> {
  const { seconds, seed, concurrency = 100, faultRate = 0.2 } = options;
  const violations = new Violations();
  const unhandled = (reason: unknown) => violations.add('unhandled rejection', inspect(reason));
  process.on('unhandledRejection', unhandled);
  const random = kit.seededRandom(seed);
  const endpoints = 2 + Math.floor(random() * 4);
  const farm = await startFarm(kit, { endpoints, faultRate, random: kit.seededRandom(seed + 1), violations });
  const clock = countingClock(kit.systemClock);
  const resting = new Set<string>();
  let circuitsOpened = 0;
  const watch = (text: string) => {
    if (text.includes(KEY_CANARY) || text.includes(PROMPT_CANARY)) violations.add('secret in an event or log', text);
  };
  const hear = (event: object) => watch(inspect(event, { depth: 8 }));
  const log = (...given: unknown[]) => watch(inspect(given, { depth: 8 }));
  const client = kit.createGatewayClient({
    env: false,
    clock,
    timeout: 3_000,
    firstEventTimeoutMs: 1_500,
    idleTimeoutMs: 1_000,
    circuit: CIRCUIT,
    logLevel: 'info',
    logger: { error: log, warn: log, info: log, debug: log },
    hooks: {
      onCallStarted: hear,
      onAttemptStarted: hear,
      onAttemptFailed: hear,
      onFallback: hear,
      onCallSettled: hear,
      onCircuitClosed: hear,
      onCircuitOpened(event) {
        circuitsOpened++;
        hear(event);
      },
      onEndpointTrouble(event) {
        resting.add(event.endpoint);
        hear(event);
      },
    },
    endpoints: farm.hosts.map(({ name, key, provider }, index) => ({
      name,
      apiKey: key,
      baseURL: provider.baseURL,
      tier: index < 2 ? 1 : 2,
    })),
  });
  const sdk = client as unknown as OpenAI;
  const gateway = (client as unknown as { gateway: InstanceType<Kit['GatewayClient']>['gateway'] }).gateway;
  const lasting = new AbortController();
  const endings = new Map<string, number>();
  const parts = { kit, client: sdk, random, violations, lasting: lasting.signal, endings };
  let calls = 0;
  let active = 0;

  const beat = setInterval(() => {
    const listeners = getEventListeners(lasting.signal, 'abort').length;
    // One call holds at most a few listeners on its caller's signal.
    if (listeners > active * 6) violations.add('listeners on a lasting signal', `${listeners} for ${active} calls`);
    if (clock.pending > active * 8) violations.add('timers', `${clock.pending} for ${active} calls`);
  }, 100);

  const endAt = performance.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() < endAt) {
        active++;
        await makeCall(parts, calls++);
        active--;
      }
    }),
  );
  clearInterval(beat);
  await farm.heal();

  // Whatever has failed before, everything must be in service again once nothing fails.
  const recovered = () => {
    const plan = gateway.explain({ model: 'm' });
    return [...plan.targets, ...plan.skipped].filter(
      ({ endpoint, standing }) => standing !== 'ready' && !resting.has(endpoint),
    );
  };
  const patience = performance.now() + CIRCUIT.maxOpenMs * 1.1 + REST_MS;
  while (recovered().length > 0 && performance.now() < patience) {
    await Promise.all(
      farm.hosts.map(({ name }) =>
        sdk.chat.completions
          .create({
            model: 'm',
            messages: [{ role: 'user', content: `${PROMPT_CANARY} marker#${calls++}#` }],
            gateway: { endpoint: name, fallback: true },
          } as never)
          .catch(() => {}),
      ),
    );
    await sleep(100);
  }
  for (const { endpoint, standing } of recovered())
    violations.add('never back in service', `${endpoint} is ${standing}`);

  const restBy = performance.now() + REST_MS;
  const unrest = () => ({
    listeners: getEventListeners(lasting.signal, 'abort').length,
    timers: clock.pending,
    requests: farm.hosts.reduce((sum, { provider }) => sum + provider.inFlight, 0),
  });
  while (Object.values(unrest()).some((count) => count > 0) && performance.now() < restBy) await sleep(50);
  for (const [what, count] of Object.entries(unrest()))
    if (count > 0) violations.add(`${what} left`, `${count} ${what}`);

  const closing = gateway.close();
  await closing;
  process.off('unhandledRejection', unhandled);
  await farm.close();

  const envelope = Math.max(4, endpoints);
  let mostAttempts = 0;
  let requests = 0;
  for (const [id, count] of farm.attempts) {
    requests += count;
    mostAttempts = Math.max(mostAttempts, count);
    const most = id.includes('/files/') ? 3 : envelope;
    if (count > most) violations.add('attempts over the envelope', `call ${id}: ${count}, allowed ${most}`);
  }
  const served = [...endings].reduce((sum, [ending, count]) => (ending.endsWith('served') ? sum + count : sum), 0);
  const ended = [...endings].reduce(
    (sum, [ending, count]) => (ending === 'aborted' || ending.endsWith('early') ? sum : sum + count),
    0,
  );
  return {
    seed,
    seconds,
    endpoints,
    calls,
    servedShare: served / ended,
    requests,
    mostAttempts,
    flaps: farm.flaps,
    circuitsOpened,
    faults: sorted(farm.faults),
    endings: sorted(endings),
    violations: sorted(violations.counts),
    examples: violations.examples,
  };
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
