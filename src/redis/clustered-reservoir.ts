import Bottleneck from 'bottleneck';
import type { SharedRate, SharedReservoir } from '../state/quota-source.js';
import { letExit, type RedisClient } from './redis-connection.js';

/** The part of bottleneck's connection that needs a correction. */
interface ScriptConnection {
  __scriptArgs__(name: string, id: string, args: unknown[], callback: Callback): unknown[];
  __removeLimiter__(instance: { channel(): string; channel_client(): string }): void;
  readonly subscriber: RedisClient;
  readonly terminated: boolean;
  readonly limiters: Record<string, unknown>;
}

type Callback = (error: Error | null, replies?: unknown) => void;

/** How a script takes the time it is given; see {@link withServerTime}. */
const CALLER_TIME = 'local now = tonumber(ARGV[1])';
const SERVER_TIME = "local time = redis.call('time')\nlocal now = time[1] * 1000 + math.floor(time[2] / 1000)";

/** Only keeps a client's registration fresh: levels are brought up to date by every request, and nobody is woken by it. */
const HEARTBEAT_MS = 5_000;

/**
 * Opens bottleneck's clustered store on a connection of ours, with three corrections to version 2.19.5:
 *
 * - Redis 7 puts `ERR ` before the errors that tell bottleneck to set itself up again after a flush, a restart or a failover;
 *   it compares without, and every job would fail for ever (issues 205, 212 and 219).
 * - Its scripts take the caller's clock. Two hosts whose clocks differ by an hour would stop each other's refill for an
 *   hour, so the scripts ask the server for the time instead.
 * - A limiter that leaves while the connection is broken is a rejection that nobody can handle, which ends the process.
 */
export function clusteredStore(client: RedisClient): Bottleneck.IORedisConnection {
  withServerTime(client);
  const connection = new Bottleneck.IORedisConnection({ client, Redis: client.constructor });
  const scripts = connection as unknown as ScriptConnection;
  const scriptArgs = scripts.__scriptArgs__.bind(connection);
  scripts.__scriptArgs__ = (name, id, args, callback) =>
    scriptArgs(name, id, args, (error, replies) => {
      if (error?.message.startsWith('ERR ')) error.message = error.message.slice(4);
      callback(error, replies);
    });
  scripts.__removeLimiter__ = (instance) => {
    for (const channel of [instance.channel(), instance.channel_client()]) {
      delete scripts.limiters[channel];
      if (!scripts.terminated) scripts.subscriber.unsubscribe(channel).catch(() => undefined);
    }
  };
  scripts.subscriber.on('error', () => undefined);
  letExit(scripts.subscriber);
  connection.on('error', () => undefined);
  return connection;
}

/** Changes the scripts that bottleneck is about to define on `client`. */
function withServerTime(client: RedisClient): void {
  const define = client.defineCommand.bind(client);
  client.defineCommand = (name, definition) => {
    const { lua } = definition;
    if (!lua.includes(CALLER_TIME)) throw new Error(`bottleneck's script ${name} does not take its time as expected.`);
    define(name, { ...definition, lua: lua.replace(CALLER_TIME, SERVER_TIME) });
  };
}

/** A supply in bottleneck's clustered reservoir. */
export class ClusteredReservoir implements SharedReservoir {
  readonly #open: () => Promise<Bottleneck.IORedisConnection>;
  readonly #id: string;
  readonly #rate: SharedRate;
  #limiter: Promise<Bottleneck> | undefined;

  /** @param id name of its keys, with the hash tag that keeps them on one node of a cluster. */
  constructor(open: () => Promise<Bottleneck.IORedisConnection>, id: string, rate: SharedRate) {
    this.#open = open;
    this.#id = id;
    this.#rate = rate;
  }

  // Redis counts in whole numbers; a fraction would be an error there, and here a job that never ends.
  async take(amount: number): Promise<number> {
    return (await this.#ready()).incrementReservoir(-Math.ceil(amount));
  }

  async giveBack(amount: number): Promise<void> {
    const limiter = await this.#ready();
    const left = await limiter.incrementReservoir(Math.floor(amount));
    // bottleneck lets a refund pass the maximum.
    const { capacity } = this.#rate;
    if (left > capacity) await limiter.incrementReservoir(capacity - left);
  }

  /** Ends the heartbeat and the subscriptions. Waits for nobody: the connection may be the one that does not answer. */
  async close(): Promise<void> {
    const limiter = this.#limiter;
    this.#limiter = undefined;
    void limiter?.then(
      (open) => open.disconnect(false),
      () => undefined,
    );
  }

  #ready(): Promise<Bottleneck> {
    // One that could not be set up stays broken, so the next question tries with a new one.
    this.#limiter ??= this.#setUp().catch((error: unknown) => {
      this.#limiter = undefined;
      throw error;
    });
    return this.#limiter;
  }

  async #setUp(): Promise<Bottleneck> {
    const settings = settingsFor(this.#rate);
    const limiter = new Bottleneck({
      id: this.#id,
      datastore: 'ioredis',
      connection: await this.#open(),
      heartbeatInterval: HEARTBEAT_MS,
      // Keys that nobody uses disappear; whoever comes later finds the supply full.
      timeout: Math.max(600_000, 2 * this.#rate.windowMs),
      reservoir: this.#rate.capacity,
      ...settings,
    });
    limiter.on('error', () => undefined);
    try {
      await limiter.ready();
      // What is there may have been set up with other limits: the newest configuration counts.
      await limiter.updateSettings(settings);
      return limiter;
    } catch (error) {
      await limiter.disconnect(false);
      throw error;
    }
  }
}

/** How a supply comes back. Amounts have to be whole numbers, intervals need not: about every 100 ms, exact in the long run. */
function settingsFor({ capacity, perMs, windowMs }: SharedRate): Bottleneck.ConstructorOptions {
  if (perMs === undefined) return { reservoirRefreshAmount: capacity, reservoirRefreshInterval: windowMs };
  const amount = Math.max(1, Math.round(perMs * 100));
  return {
    reservoirIncreaseAmount: amount,
    reservoirIncreaseInterval: amount / perMs,
    reservoirIncreaseMaximum: capacity,
  };
}
