/** One scene in a process of its own: `node play.ts <scene> <base URL>`. Prints one JSON object per fact. */
import './sources.ts';
import type OpenAI from 'openai';

const [, , scene = '', baseURL = ''] = process.argv;
const library = await import('../../../src/index.ts');
const PLAIN = await import('openai');

const say = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`);
const CHAT = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
const options = { env: false, apiKey: 'k', baseURL, logLevel: 'off' } as const;
const make = (more: object = {}) => {
  const client = library.createGatewayClient({ ...options, ...more });
  return client as unknown as OpenAI & { readonly gateway: InstanceType<typeof library.GatewayClient>['gateway'] };
};

let unhandled = 0;
if (scene.includes('unawaited') || scene === 'quiet')
  process.on('unhandledRejection', () => say({ unhandled: ++unhandled }));
process.on('exit', () => say({ exitAt: performance.now() }));

const scenes: Readonly<Record<string, () => Promise<void> | void>> = {
  async 'one call'() {
    await make().chat.completions.create(CHAT);
    say({ servedAt: performance.now() });
  },
  async 'one call over HTTP/2'() {
    const client = make({ http2: true });
    await client.gateway.prewarm();
    await client.chat.completions.create(CHAT);
    await client.gateway.prewarm();
    say({ servedAt: performance.now() });
  },
  idle() {
    make({ circuit: {}, limits: { requestsPerMinute: 60, maxConcurrency: 2 }, hedge: {} });
    say({ madeAt: performance.now() });
  },
  // Nothing but a pending wait is left to keep the process alive.
  backoff() {
    void make()
      .chat.completions.create(CHAT)
      .then(() => say({ served: true }));
  },
  async 'close drains'() {
    const client = make();
    const ended = Promise.allSettled(Array.from({ length: 50 }, () => client.chat.completions.create(CHAT)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const startedAt = performance.now();
    const closing = client.gateway.close({ graceMs: 5_000 });
    const late = await client.chat.completions
      .create(CHAT)
      .catch((error: unknown) => (error as { code?: string }).code);
    await closing;
    say({ closedAfterMs: performance.now() - startedAt, late });
    say({ served: (await ended).filter(({ status }) => status === 'fulfilled').length });
  },
  async 'close ends what hangs'() {
    const client = make();
    const calls = Array.from({ length: 50 }, () => client.chat.completions.create(CHAT));
    const ended = Promise.allSettled(calls);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const startedAt = performance.now();
    await client.gateway.close({ graceMs: 100 });
    const codes = (await ended).map((end) => (end.status === 'rejected' ? end.reason.code : 'served'));
    say({ closedAfterMs: performance.now() - startedAt, codes: [...new Set(codes)] });
  },
  unawaited() {
    void make({ maxRetries: 0 }).chat.completions.create(CHAT);
  },
  'plain unawaited'() {
    void new PLAIN.OpenAI({ ...options, maxRetries: 0 }).chat.completions.create(CHAT);
  },
  async quiet() {
    const client = make({ maxRetries: 1, idleTimeoutMs: 50, timeout: 200 });
    const controller = new AbortController();
    const calls = [
      client.chat.completions.create(CHAT),
      client.chat.completions.create(CHAT).asResponse(),
      client.chat.completions.create(CHAT).withResponse(),
      client.chat.completions.create({ ...CHAT, stream: true }),
      client.chat.completions.create(CHAT, { signal: controller.signal }),
    ];
    controller.abort();
    say({ rejected: (await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected').length });
  },
  async 'dropped streams'() {
    const client = make();
    const registry = new FinalizationRegistry<number>(() => collected++);
    let collected = 0;
    const open = async () => {
      for (let n = 0; n < 20; n++)
        registry.register(await client.chat.completions.create({ ...CHAT, stream: true }), n);
    };
    await open();
    const { gc } = globalThis as { gc?: () => void };
    for (let round = 0; round < 40 && collected < 20; round++) {
      gc?.();
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const closed = await client.gateway.close({ graceMs: 1_000 }).then(() => performance.now());
    say({ collected, closed });
  },
  async 'read replies'() {
    const client = make();
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    for (let count = 0; count < 20; count++) {
      const { response } = await client.chat.completions.create(CHAT).withResponse();
      registry.register(response, undefined);
    }
    const { gc } = globalThis as { gc?: () => void };
    for (let round = 0; round < 40 && collected < 20; round++) {
      gc?.();
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    say({ collected });
    await client.gateway.close();
  },
};

await scenes[scene]?.();
