import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Budget } from '../../src/domain/budget.js';
import type { LedgerRecord } from '../../src/domain/ledger.js';
import { UNKNOWN_COST } from '../../src/domain/unknown-price.js';
import { RedisLedger } from '../../src/redis/ledger.js';
import { redisLedger } from '../../src/redis/redis-ledger.js';
import { Budgets } from '../../src/state/budgets.js';
import { Ledger } from '../../src/state/ledger.js';
import { MemoryLedger } from '../../src/state/memory-ledger.js';
import { seededRandom } from '../../src/testing/seeded-random.js';
import { readTruth, runSpend } from './child/run-spend.js';
import { figure } from './figure.js';
import { type RedisServer, startRedis } from './redis-server.js';

let server: RedisServer;
let client: Redis;
let directory: string;
let prefix: string;
let count = 0;
beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.port);
  directory = mkdtempSync(join(tmpdir(), 'ledger-redis-'));
});
afterAll(async () => {
  client.disconnect();
  await server.stop();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  count += 1;
  prefix = `test-${count}`;
});
const open = (options = {}) => new RedisLedger({ client, prefix, timeoutMs: 2_000, ...options });

const START = Date.parse('2026-11-22T00:30:00Z');
function record(index: number, fields: Partial<LedgerRecord> = {}): LedgerRecord {
  const base = {
    operation: 'chat',
    stream: false,
    endpoint: '硅基流动',
    model: 'gpt-5.5',
    tier: 1,
    status: 'ok',
    fallback: false,
  } as const;
  return {
    ...base,
    id: `c${index}:1`,
    callId: `c${index}`,
    attempt: 1,
    final: true,
    at: START + index * 60_000,
    tags: { project: '搜索' },
    durationMs: 5,
    possiblyBilled: true,
    usage: { inputTokens: 10, cachedInputTokens: 4, outputTokens: 20, source: 'reported' },
    cost: { amountNano: 1_500, currency: 'USD', source: 'table', priceVersion: 'test' },
    ...fields,
  };
}
const claim = { budget: 'b', slot: 1_000, since: 1_000, limitNano: 100, needNano: 60, wantNano: 60, calls: 0 };

describe('a ledger in Redis', () => {
  it('gives the same answers as the memory ledger, by the hour', async () => {
    const memory = new MemoryLedger({ maxRecords: 1, maxGroups: 50_000 });
    const store = open();
    const random = seededRandom(3);
    const records = Array.from({ length: 600 }, (_, index) =>
      record(index, {
        model: random() < 0.5 ? 'kimi-k3' : 'gpt|5',
        tags: random() < 0.3 ? {} : { project: random() < 0.5 ? '搜索' : 'c"h|at' },
        status: random() < 0.1 ? 'failed' : 'ok',
        cost:
          random() < 0.1
            ? UNKNOWN_COST
            : {
                amountNano: Math.floor(random() * 1e12),
                currency: random() < 0.3 ? 'CNY' : 'USD',
                source: 'table',
                priceVersion: 't',
              },
      }),
    );
    memory.write({ records, settlements: [] });
    for (let first = 0; first < records.length; first += 100)
      await store.write({ records: records.slice(first, first + 100), settlements: [] });
    for (const query of [
      {},
      { by: ['project', 'model'] },
      { by: ['hour'] },
      { by: ['status'], match: { project: 'c"h|at' } },
      { since: START + 3 * 3_600_000, until: START + 6 * 3_600_000 },
    ]) {
      const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
      expect(sorted(await store.usage(query))).toEqual(sorted(memory.usage(query)));
    }
    const kept: LedgerRecord[] = [];
    for await (const one of store.records()) kept.push(one);
    expect(kept).toEqual(JSON.parse(JSON.stringify(records)));
  });

  it('counts a batch once, however often it is written', async () => {
    const store = open();
    const batch = {
      records: [record(1)],
      settlements: [{ budget: 'b', slot: 1_000, spentNano: 7, freedNano: 0, calls: 0 }],
    };
    await store.write(batch);
    await store.write(batch);
    expect(await store.usage({})).toMatchObject([{ calls: 1 }]);
    expect((await store.claim(claim)).spentNano).toBe(7);
  });

  it('grants what is there, to one of two that ask at once', async () => {
    const grants = await Promise.all([open().claim(claim), open().claim(claim)]);
    expect(grants.map(({ grantedNano }) => grantedNano).sort()).toEqual([0, 60]);
  });

  it('takes back what was not spent', async () => {
    const store = open();
    await store.claim(claim);
    await store.write({
      records: [],
      settlements: [{ budget: 'b', slot: 1_000, spentNano: 20, freedNano: 60, calls: 0 }],
    });
    expect(await store.claim(claim)).toMatchObject({ grantedNano: 60, spentNano: 20, heldNano: 60, oldestSlot: 1_000 });
  });

  it('keeps amounts exact beyond what Lua prints', async () => {
    const store = open();
    const large = 9_007_199_254_740_991;
    await store.write({
      records: [record(1, { cost: { amountNano: large, currency: 'CNY', source: 'table', priceVersion: 't' } })],
      settlements: [],
    });
    expect((await store.usage({}))[0]?.cost[0]?.amountNano).toBe(BigInt(large));
    expect(
      await store.claim({
        ...claim,
        limitNano: large,
        needNano: 1_234_567_890_123_456,
        wantNano: 1_234_567_890_123_456,
      }),
    ).toMatchObject({ grantedNano: 1_234_567_890_123_456 });
  });

  it('counts what a silent process held as spent, and its unrecorded sends as lost', async () => {
    const dead = open({ leaseMs: 1 });
    await dead.claim(claim);
    await dead.claim({ ...claim, budget: '', limitNano: null, needNano: 500, wantNano: 500, calls: 64 });
    await client.script('FLUSH');
    const store = open();
    let grant = await store.claim({ ...claim, needNano: 10, wantNano: 10 });
    for (let tries = 0; grant.spentNano === 0 && tries < 100; tries += 1)
      grant = await store.claim({ ...claim, needNano: 0, wantNano: 0 });
    expect(grant.spentNano).toBe(60);
    const kept: LedgerRecord[] = [];
    for await (const one of store.records()) kept.push(one);
    expect(kept).toMatchObject([
      { status: 'lost', sends: 64, cost: { amountNano: 500, currency: 'USD', source: 'estimated' } },
    ]);
    expect((await store.usage({}))[0]).toMatchObject({ estimatedAttempts: 1 });
    // It was frozen, not dead: what it settles now was counted, the excess was not.
    await dead.write({
      records: [],
      settlements: [{ budget: 'b', slot: 1_000, spentNano: 65, freedNano: 60, calls: 0 }],
    });
    expect((await store.claim({ ...claim, needNano: 0, wantNano: 0 })).spentNano).toBe(65);
  });

  it('has no name of a budget in its keys', async () => {
    await open().claim({ ...claim, budget: 'acquisition-of-acme' });
    expect((await client.keys('*')).filter((key) => key.includes('acme'))).toEqual([]);
  });

  it('connects by itself with the first call, and lets go when it is closed', async () => {
    const store = redisLedger({ url: `redis://127.0.0.1:${server.port}`, prefix });
    await store.write({ records: [record(1)], settlements: [] });
    expect(await store.usage({})).toMatchObject([{ calls: 1 }]);
    await store.close();
    const copy = redisLedger({ client, prefix });
    expect((await copy.claim(claim)).grantedNano).toBe(60);
    await copy.close();
    expect(client.status).toBe('ready');
    const nobody = redisLedger({ url: 'redis://127.0.0.1:1', prefix });
    await expect(nobody.claim(claim)).rejects.toThrow();
    await nobody.close();
  });

  it('is disconnected by the last client that used it, and connects again when asked', async () => {
    const store = redisLedger({ url: `redis://127.0.0.1:${server.port}`, prefix });
    const connections = async () =>
      String(await client.client('LIST'))
        .split('\n')
        .filter((line) => line !== '').length;
    const before = await connections();
    const first = store.attach();
    const second = store.attach();
    await store.write({ records: [record(1)], settlements: [] });
    expect(await connections()).toBe(before + 1);
    await first();
    await store.write({ records: [record(2)], settlements: [] });
    expect(await connections()).toBe(before + 1);
    await second();
    await vi.waitFor(async () => expect(await connections()).toBe(before));
    expect(await store.usage({})).toMatchObject([{ calls: 2 }]);
    await store.close();
  });

  it('does not wait for a server that does not answer', async () => {
    const silent = { ...unanswered(), evalsha: () => new Promise<unknown>(() => {}) };
    const store = new RedisLedger({ client: silent, timeoutMs: 2 });
    await expect(store.claim(claim)).rejects.toThrow(/did not answer within 2 ms/);
    await expect(store.write({ records: [record(1)], settlements: [] })).rejects.toThrow(/did not answer/);
  });
});

function unanswered() {
  const never = () => new Promise<never>(() => {});
  return { evalsha: never, eval: never, hgetall: never, zrangebyscore: never, xrange: never };
}

describe('budgets over Redis', () => {
  const limitNano = 300_000_000;

  it('are asked for in blocks: far fewer trips than calls', async () => {
    let trips = 0;
    const counting = {
      ...bound(client),
      evalsha: (sha: string, keys: number, ...args: string[]) => {
        trips += 1;
        return client.evalsha(sha, keys, ...args);
      },
    };
    const store = new RedisLedger({ client: counting, prefix, timeoutMs: 2_000 });
    const fail = (error: unknown) => {
      throw error;
    };
    const ledger = new Ledger({ store, clock: systemClock, onStoreError: fail });
    const budget: Budget = {
      name: 'b',
      match: {},
      period: 'day',
      timeZone: 'UTC',
      limitNano: 1e15,
      currency: 'USD',
      warnAt: 1,
      onExceeded: 'block',
      onStoreError: 'closed',
    };
    const budgets = new Budgets({
      budgets: [budget],
      ledger,
      fx: {},
      clock: systemClock,
      onThreshold: () => {},
      onStoreError: fail,
    });
    for (let call = 0; call < 1_000; call += 1) {
      const decision = await budgets.reserve({}, { amountNano: 1_000, currency: 'USD' }, Date.now());
      if (decision.ok)
        decision.reservation.settle({ amountNano: 1_000, currency: 'USD', source: 'table', priceVersion: 't' });
    }
    await budgets.close();
    expect(trips).toBeLessThan(100);
  });

  it('are not overshot by four processes, 2,000 calls', async () => {
    const tasks = [1, 2, 3, 4].map((seed) => ({
      redis: { port: server.port, prefix },
      truth: join(directory, `${prefix}-${seed}`),
      calls: 500,
      limitNano,
      seed,
    }));
    await Promise.all(tasks.map((task) => runSpend(task)));
    const sent = tasks.flatMap(({ truth }) => [...readTruth(truth).values()]);
    const spent = sent.reduce((sum, nano) => sum + nano, 0);
    figure('redis_overshoot_nano', Math.max(0, spent - limitNano), '0');
    expect(spent).toBeLessThanOrEqual(limitNano);
    expect(spent).toBeGreaterThan(limitNano * 0.95);
    expect(await open().usage({})).toMatchObject([{ calls: sent.length }]);
  }, 60_000);

  it('cover every send by a record or a reservation, whenever a process is killed', async () => {
    // LEDGER_KILLS=200 for the long run.
    const kills = Number(process.env['LEDGER_KILLS'] ?? 8);
    const random = seededRandom(98);
    let seed = 0;
    let calls = 0;
    const lane = async (name: string): Promise<void> => {
      while (seed < kills) {
        seed += 1;
        const redis = { port: server.port, prefix: `${prefix}-${name}-${seed}` };
        const truth = join(directory, `${redis.prefix}.truth`);
        await runSpend({ redis, truth, calls: 1e9, limitNano: 9e15, seed }, random() * 300);
        const sent = readTruth(truth);
        calls += sent.size;
        const store = new RedisLedger({ client, prefix: redis.prefix, timeoutMs: 5_000 });
        const records = await afterLease(store);
        const known = new Set(records.map(({ id }) => id));
        const unrecorded = [...sent.keys()].filter((id) => !known.has(id)).length;
        const recorded = records.reduce((sum, { cost }) => sum + (cost.amountNano ?? 0), 0);
        expect(records.reduce((sum, { sends = 0 }) => sum + sends, 0)).toBeGreaterThanOrEqual(unrecorded);
        expect(recorded).toBeGreaterThanOrEqual([...sent.values()].reduce((sum, nano) => sum + nano, 0));
        expect(records.filter(({ id, status }) => status !== 'lost' && !sent.has(id))).toEqual([]);
      }
    };
    await Promise.all(['a', 'b'].map(lane));
    expect(calls).toBeGreaterThan(0);
    figure('redis_kills_covered', seed, 'all of 200');
  }, 900_000);

  /** The records once the lease of the killed process has run out. */
  async function afterLease(store: RedisLedger): Promise<readonly LedgerRecord[]> {
    const deadline = Date.now() + 1_200;
    do await store.claim({ ...claim, budget: 'probe' });
    while (Date.now() < deadline);
    const kept: LedgerRecord[] = [];
    for await (const one of store.records()) kept.push(one);
    return kept;
  }
});

function bound(redis: Redis) {
  return {
    eval: redis.eval.bind(redis),
    hgetall: redis.hgetall.bind(redis),
    zrangebyscore: redis.zrangebyscore.bind(redis),
    xrange: redis.xrange.bind(redis),
  } as unknown as ReturnType<typeof unanswered>;
}
