import type { LedgerStore } from '../domain/ledger.js';
import { ConfigError } from '../errors.js';
import type { QuotaSource } from '../state/quota-source.js';
import { redisLedger } from './redis-ledger.js';
import { RedisLimits, type RedisLimitsOptions } from './redis-limits.js';

/** Settings of {@link redisStore}. Either `client` or `url`. */
export interface RedisStoreOptions extends RedisLimitsOptions {}

/** What several processes share. */
export interface RedisStore {
  readonly limits: QuotaSource;
  /** Records of calls, and what budgets have spent. */
  readonly ledger: LedgerStore;
}

/**
 * Shares limits with every process that uses the same Redis and the same `prefix`:
 * `createGatewayClient({ limits, store: redisStore({ client: new Redis() }) })`.
 * Connects with the first call, on connections of its own. While Redis cannot be reached, each process keeps to its share
 * of the limits (`assumedProcesses`), and no call waits for it longer than 100 ms.
 *
 * @throws ConfigError unless exactly one of `client` and `url` is given.
 */
export function redisStore(options: RedisStoreOptions): RedisStore {
  const given = [options.client, options.url].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw new ConfigError([{ name: 'store', message: 'redisStore() needs either `client` or `url`' }]);
  }
  const { leaseMs = 5_000 } = options;
  if (!(leaseMs >= 500 && leaseMs <= 600_000)) {
    throw new ConfigError([{ name: 'store', message: '`leaseMs` of redisStore() must be from 500 to 600000' }]);
  }
  const { client, url, prefix } = options;
  return { limits: new RedisLimits(options), ledger: redisLedger({ client, url, prefix }) };
}
