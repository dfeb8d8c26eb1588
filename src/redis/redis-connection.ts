import type { Cluster, Redis, RedisOptions } from 'ioredis';

/** A client of the user's: of one server, of sentinels, or of a cluster. */
export type RedisClient = Redis | Cluster;

/** What can be said about a connection. */
export interface RedisConnectionOptions {
  /** A client of yours. It is only copied, so its queues and timeouts stay as they are, and it is never closed. */
  readonly client?: RedisClient | undefined;
  /** Address of the server, e.g. `redis://localhost:6379` or `rediss://user:password@host:6380/0`. */
  readonly url?: string | undefined;
}

/**
 * Longest wait for one answer; a server that is frozen with its connections open would otherwise keep commands for ever.
 * Whoever asks gives up sooner.
 */
const COMMAND_TIMEOUT_MS = 1_000;

/**
 * Nothing waits inside the connection: what cannot be sent now fails now, and what was sent before a connection broke is
 * not sent again, because it may have been carried out.
 */
const OVERRIDES = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: 1_000,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  lazyConnect: false,
  retryStrategy: (times: number) => Math.min(50 * times, 500),
  // After a failover the old address may belong to a replica; connecting anew finds the new master.
  reconnectOnError: (error: Error) => error.message.includes('READONLY'),
} satisfies RedisOptions;

/** What is reached into, to let a process exit: the socket, and the timer until the next attempt. */
interface Internals {
  readonly stream?: { unref?: () => void };
  readonly reconnectTimeout?: { unref?: () => void };
}

/** Opens a connection of our own, with settings under which nothing can hang. */
export async function openRedis({ client, url }: RedisConnectionOptions): Promise<RedisClient> {
  const own = client === undefined ? await connectTo(url as string) : copyOf(client);
  letExit(own);
  // Errors are those of the commands, and of attempts to connect, which go on by themselves.
  own.on('error', () => undefined);
  return own;
}

async function connectTo(url: string): Promise<RedisClient> {
  const { Redis: Client } = await import('ioredis');
  return new Client(url, OVERRIDES);
}

function copyOf(client: RedisClient): RedisClient {
  if (!client.isCluster) return (client as Redis).duplicate(OVERRIDES);
  const { enableOfflineQueue, lazyConnect, retryStrategy, ...redisOptions } = OVERRIDES;
  return (client as Cluster).duplicate([], {
    enableOfflineQueue,
    lazyConnect,
    clusterRetryStrategy: retryStrategy,
    maxRedirections: 3,
    redisOptions: { ...(client as Cluster).options.redisOptions, ...redisOptions },
  } as Parameters<Cluster['duplicate']>[1]);
}

/** An idle connection must not keep a process alive; whoever waits for an answer has a timer of its own. */
export function letExit(client: RedisClient): void {
  if (client.isCluster) {
    (client as Cluster).on('+node', (node: Redis) => letExit(node));
    for (const node of (client as Cluster).nodes()) letExit(node);
    return;
  }
  const unref = () => (client as unknown as Internals).stream?.unref?.();
  client.on('connect', unref);
  client.on('ready', unref);
  client.on('reconnecting', () => (client as unknown as Internals).reconnectTimeout?.unref?.());
  unref();
}
