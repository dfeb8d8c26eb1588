import { createHash, randomUUID } from 'node:crypto';
import type { QuotaSource, SharedPlaces, SharedRate, SharedReservoir } from '../state/quota-source.js';
import { ClusteredReservoir, clusteredStore } from './clustered-reservoir.js';
import { openRedis, type RedisClient, type RedisConnectionOptions } from './redis-connection.js';
import { definePlaces, RedisPlaces } from './redis-places.js';

/** Settings of limits in Redis. */
export interface RedisLimitsOptions extends RedisConnectionOptions {
  /** First part of the names of all keys; gateways with the same prefix share their limits. @default 'llm-gateway' */
  readonly prefix?: string | undefined;
  /** How long the places of a process that died stay taken, in milliseconds. @default 5000 */
  readonly leaseMs?: number | undefined;
}

type Store = ReturnType<typeof clusteredStore>;

interface Connected {
  readonly client: RedisClient;
  readonly store: Store;
  /** Resolves when the first attempt to connect has succeeded or failed. */
  readonly tried: Promise<void>;
  /** Why the last attempt failed. */
  readonly trouble: () => Error | undefined;
}

/** Limits that are kept in Redis. Connects with the first question. */
export class RedisLimits implements QuotaSource {
  readonly #options: RedisLimitsOptions;
  readonly #prefix: string;
  readonly #holder = randomUUID();
  #connected: Promise<Connected> | undefined;

  constructor(options: RedisLimitsOptions) {
    this.#options = options;
    this.#prefix = options.prefix ?? 'llm-gateway';
  }

  reservoir(rate: SharedRate): SharedReservoir {
    return new ClusteredReservoir(async () => (await this.#open()).store, this.#key(rate.name), rate);
  }

  places(name: string, limit: number): SharedPlaces {
    const { leaseMs = 5_000 } = this.#options;
    return new RedisPlaces(
      async () => (await this.#open()).client,
      this.#key(`${name} places`),
      this.#holder,
      limit,
      leaseMs,
    );
  }

  /** Writes, because a replica and a server without memory can be read. */
  async probe(): Promise<void> {
    const { client } = await this.#open();
    await client.set(this.#key('probe'), '1', 'PX', 1_000);
  }

  async close(): Promise<void> {
    const connected = this.#connected;
    this.#connected = Promise.reject(new Error('The connection was closed.'));
    this.#connected.catch(() => undefined);
    await (await connected?.catch(() => undefined))?.store.disconnect(false);
  }

  /**
   * Names come from endpoints, models and tags, which may say more than an operator of Redis should read: keys hold a digest.
   * Its braces are the hash tag that keeps the keys of one limit on one node of a cluster.
   */
  #key(name: string): string {
    const digest = createHash('sha256').update(name).digest('hex').slice(0, 24);
    return `${this.#prefix}:{${digest}}`;
  }

  /** While the first attempt to connect lasts questions wait for it; later they fail at once while there is no connection. */
  async #open(): Promise<Connected> {
    this.#connected ??= this.#connect();
    const connected = await this.#connected;
    await connected.tried;
    if (connected.client.status === 'ready') return connected;
    const cause = connected.trouble();
    throw new Error(`Redis cannot be reached: ${cause?.message ?? 'the connection was closed'}.`, { cause });
  }

  async #connect(): Promise<Connected> {
    const client = await openRedis(this.#options);
    definePlaces(client);
    let trouble: Error | undefined;
    client.on('error', (error: Error) => {
      trouble = error;
    });
    const tried = new Promise<void>((resolve) => {
      for (const event of ['ready', 'error', 'close']) client.once(event, () => resolve());
    });
    return { client, store: clusteredStore(client), tried, trouble: () => trouble };
  }
}
