import { RedisLedger, type RedisLedgerClient, type RedisLedgerOptions } from './ledger.js';
import { openRedis, type RedisClient, type RedisConnectionOptions } from './redis-connection.js';

/** A ledger that connects with the first call, on a connection of its own. */
export function redisLedger(
  options: RedisConnectionOptions & Omit<RedisLedgerOptions, 'client' | 'connect'>,
): RedisLedger {
  const { client, url, ...settings } = options;
  let opened: Promise<RedisClient> | undefined;
  const connect = async (): Promise<RedisLedgerClient> => {
    opened ??= openRedis({ client, url });
    const own = await opened;
    if (own.status !== 'ready') await ready(own);
    return own as unknown as RedisLedgerClient;
  };
  const disconnect = async (): Promise<void> => {
    (await opened)?.disconnect();
    opened = undefined;
  };
  return new RedisLedger({ ...settings, connect, disconnect });
}

/** Commands given before the connection stands would fail at once: nothing queues inside it. */
function ready(client: RedisClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      client.off('ready', onReady);
      client.off('error', onError);
      end();
    };
    const onReady = (): void => settle(resolve);
    const onError = (error: unknown): void => settle(() => reject(error));
    client.on('ready', onReady);
    client.on('error', onError);
  });
}
