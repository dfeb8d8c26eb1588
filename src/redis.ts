/** Limits shared by several processes or machines through Redis, imported as `llm-gateway-client/redis`. Needs `ioredis`. */
export type { RedisClient, RedisConnectionOptions } from './redis/redis-connection.js';
export type { RedisLimitsOptions } from './redis/redis-limits.js';
export { type RedisStore, type RedisStoreOptions, redisStore } from './redis/redis-store.js';
export type { Held, Holding, QuotaSource, SharedPlaces, SharedRate, SharedReservoir } from './state/quota-source.js';
