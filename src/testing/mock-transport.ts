import { type Clock, systemClock } from '../clock.js';
import { loadAtOnce } from './load-at-once.js';
import { type MockRequest, type ReceivedRequest, RequestLog } from './mock-request.js';
import { mockResponse } from './mock-response.js';
import { readRequest } from './read-request.js';
import { followRedirect } from './redirect.js';
import { type MockScript, ScriptPlayer } from './script.js';
import type { MockReply } from './scripted-reply.js';
import { simulatedProvider } from './simulated-provider.js';
import { fetchFailure } from './transport-fault.js';
import { untilAborted, wait, waitForAbort } from './wait.js';

/** Settings of {@link mockTransport}. */
export interface MockTransportOptions {
  /** Answers what the script does not. @default a request without a reply gets a 400 that names it */
  readonly otherwise?: MockReply;
  /** Source of time for latencies, pauses and the `at` of requests. @default the runtime's clock, real or faked */
  readonly clock?: Clock;
  /** How many of the latest requests are kept. @default all */
  readonly keep?: number;
}

/** A scripted `fetch` with a memory. */
export interface MockTransport {
  /** Give this to a client: `createGatewayClient({ fetch: transport.fetch })`, or to one endpoint. */
  readonly fetch: typeof globalThis.fetch;
  /** Every request so far, in order. */
  readonly requests: readonly MockRequest[];
  /** Requests whose body is not read to its end yet. */
  readonly inFlight: number;
  /** The most requests that were ever in flight together. */
  readonly maxInFlight: number;
  /** Puts replies or rules at the end of the script. */
  add(...script: MockScript): void;
  /** Forgets the recorded requests and starts over with a new script. */
  reset(...script: MockScript): void;
  /**
   * Checks that the script was played to its end.
   * @throws Error naming a request that had no reply, or the number of replies that nobody fetched.
   */
  assertDone(): void;
}

/**
 * A `fetch` that answers from a script and records what it was asked; nothing touches the network.
 *
 * It behaves as Node's: it gives global `Response` objects with `url` set, follows redirects, fails with the same
 * `TypeError`s and causes, and ends with the signal's reason when aborted. It waits only where the script says so and works
 * under fake timers.
 *
 * @param script replies in order and rules; without one, every request is answered as a small OpenAI-compatible provider would
 *
 * @example
 * ```ts
 * const transport = mockTransport([reply.error(503), reply.chat('Hello')]);
 * const client = createGatewayClient({ apiKey: 'test', baseURL: 'https://llm.example/v1', fetch: transport.fetch });
 * ```
 */
export function mockTransport(script?: MockScript, options: MockTransportOptions = {}): MockTransport {
  loadAtOnce();
  const clock = options.clock ?? systemClock;
  const log = new RequestLog(() => clock.now(), options.keep ?? Number.POSITIVE_INFINITY);
  const player = new ScriptPlayer(
    script ?? [],
    options.otherwise ?? (script === undefined ? simulatedProvider() : undefined),
  );

  const send = async (received: ReceivedRequest, redirects: number): Promise<Response> => {
    const { request, end } = log.add(received);
    const signal = received.init?.signal;
    try {
      const planned = player.next(request);
      const scripted = planned instanceof Promise ? await untilAborted(planned, signal) : planned;
      await wait(clock, scripted.latencyMs, signal);
      if (scripted.kind === 'raw') throw new TypeError('reply.raw() writes to a socket: it needs startMockProvider().');
      if (scripted.kind === 'fault') throw fetchFailure(scripted.fault, received.url) ?? (await waitForAbort(signal));
      const next = followRedirect(received, scripted, redirects);
      if (next !== undefined) {
        end('answered');
        return await send(next, redirects + 1);
      }
      return mockResponse(scripted, { clock, url: received.url, redirected: redirects > 0, signal, onEnd: end });
    } catch (error) {
      end(signal?.aborted ? 'aborted' : 'answered');
      throw error;
    }
  };

  return {
    async fetch(input, init) {
      const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
      if (signal?.aborted) throw signal.reason;
      const url = input instanceof Request ? input.url : String(input);
      // No request leaves for these; the SDK asks for `data:,` before its first upload.
      if (url.startsWith('data:')) return new Response(decodeURIComponent(url.slice(url.indexOf(',') + 1)));
      const received = readRequest(input, init, signal);
      return send(received instanceof Promise ? await received : received, 0);
    },
    requests: log.requests,
    get inFlight() {
      return log.inFlight;
    },
    get maxInFlight() {
      return log.maxInFlight;
    },
    add(...more) {
      player.add(more);
    },
    reset(...replacement) {
      log.clear();
      player.replace(replacement);
    },
    assertDone() {
      player.assertDone();
    },
  };
}
