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
  /** Resolves when the connection has been ready for the first time. */
  readonly ready: Promise<void>;
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

  /** Before the connection is ready for the first time questions wait for it; later they fail at once while it is not. */
  async #open(): Promise<Connected> {
    this.#connected ??= this.#connect();
    const connected = await this.#connected;
    await connected.ready;
    return connected;
  }

  async #connect(): Promise<Connected> {
    const client = await openRedis(this.#options);
    definePlaces(client);
    const ready = new Promise<void>((resolve) => client.once('ready', () => resolve()));
    return { client, store: clusteredStore(client), ready };
  }
}
