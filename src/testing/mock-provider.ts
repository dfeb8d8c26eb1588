import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Clock, systemClock } from '../clock.js';
import { loadAtOnce } from './load-at-once.js';
import { type MockRequest, RequestLog } from './mock-request.js';
import { type MockScript, ScriptPlayer } from './script.js';
import type { MockReply } from './scripted-reply.js';
import { type SimulatedProviderOptions, simulatedProvider } from './simulated-provider.js';
import { playOverSocket } from './socket-carrier.js';

/** Settings of {@link startMockProvider}. */
export interface MockProviderOptions extends SimulatedProviderOptions {
  /** Replies and rules; what they do not answer goes to `otherwise`. @default none */
  readonly script?: MockScript;
  /** Answers what the script does not. @default a believable provider; with a `script`, a 400 that names the request */
  readonly otherwise?: MockReply;
  /** @default a free one */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Source of time for latencies, pauses and the `at` of requests. @default the runtime's clock */
  readonly clock?: Clock;
  /** How many of the latest requests are kept. @default all */
  readonly keep?: number;
}

/** A running local provider. */
export interface MockProvider extends AsyncDisposable {
  /** For the client: `http://127.0.0.1:<port>/v1`. */
  readonly baseURL: string;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly port: number;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly MockRequest[];
  /** Requests whose reply is not finished yet. */
  readonly inFlight: number;
  /** The most requests that were ever in flight together. */
  readonly maxInFlight: number;
  /** Open connections. */
  readonly connections: number;
  /** Puts replies or rules at the end of the script. */
  add(...script: MockScript): void;
  /** Forgets the recorded requests and starts over with a new script. */
  reset(...script: MockScript): void;
  /**
   * Checks that the script was played to its end.
   * @throws Error naming a request that had no reply, or the number of replies that nobody fetched.
   */
  assertDone(): void;
  /** Goes down: open connections are reset and new ones refused, until {@link MockProvider.listen}. */
  refuse(): Promise<void>;
  /** Comes back on the same port. */
  listen(): Promise<void>;
  /** Destroys all connections and frees the port; nothing keeps the process alive afterwards. */
  close(): Promise<void>;
}

/**
 * Longer than any test: undici reuses idle connections, and a server that closes them first makes requests fail at random
 * (37 of 300 in a measurement).
 */
const KEEP_ALIVE_MS = 120_000;

/**
 * Starts an HTTP server on this machine that plays an LLM provider: the same script as {@link mockTransport}, over real
 * sockets.
 *
 * @example
 * ```ts
 * await using primary = await startMockProvider({ script: [reply.error(503)] });
 * await using backup = await startMockProvider();
 * const client = createGatewayClient({ endpoints: [{ baseURL: primary.baseURL }, { baseURL: backup.baseURL }] });
 * ```
 */
export async function startMockProvider(options: MockProviderOptions = {}): Promise<MockProvider> {
  loadAtOnce();
  const clock = options.clock ?? systemClock;
  const host = options.host ?? '127.0.0.1';
  const log = new RequestLog(() => clock.now(), options.keep ?? Number.POSITIVE_INFINITY);
  const player = new ScriptPlayer(
    options.script ?? [],
    options.otherwise ?? (options.script === undefined ? simulatedProvider(options) : undefined),
  );
  const sockets = new Set<Socket>();
  let origin = '';

  const server = createServer((incoming, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    // A caller that hangs up is not this server's error; everything it was doing for that caller just stops.
    answer(incoming, response, gone.signal).catch((error: unknown) => {
      if (!gone.signal.aborted) response.socket?.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  const answer = async (incoming: IncomingMessage, response: ServerResponse, signal: AbortSignal) => {
    const bytes = await readAll(incoming);
    const { request, end } = log.add({
      method: incoming.method ?? 'GET',
      url: origin + (incoming.url ?? '/'),
      headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
      bytes,
    });
    response.once('finish', () => end('answered'));
    response.once('close', () => end('aborted'));
    const isOver = await playOverSocket(await player.next(request), { response, clock, signal });
    // A reply that the script ends by cutting the connection is finished too; one sent properly ends with 'finish'.
    if (isOver && !response.writableEnded) end('answered');
  };

  const refuse = async () => {
    if (!server.listening) return;
    const closed = [
      new Promise((resolve) => server.close(resolve)),
      ...[...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    ];
    for (const socket of sockets) socket.resetAndDestroy();
    await Promise.all(closed);
  };

  await listenOn(server, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

  return {
    baseURL: `${origin}/v1`,
    origin,
    port,
    requests: log.requests,
    get inFlight() {
      return log.inFlight;
    },
    get maxInFlight() {
      return log.maxInFlight;
    },
    get connections() {
      return sockets.size;
    },
    add: (...more) => player.add(more),
    reset(...replacement) {
      log.clear();
      player.replace(replacement);
    },
    assertDone: () => player.assertDone(),
    refuse,
    listen: () => listenOn(server, host, port),
    close: refuse,
    [Symbol.asyncDispose]: refuse,
  };
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

async function readAll(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
