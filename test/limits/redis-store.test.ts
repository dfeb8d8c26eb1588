import { Cluster, Redis } from 'ioredis';
import { Redis as FloorRedis } from 'ioredis-floor';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { ConfigError } from '../../src/errors.js';
import type { RedisClient } from '../../src/redis/redis-connection.js';
import { type RedisStoreOptions, redisStore } from '../../src/redis/redis-store.js';
import { LocalQuota } from '../../src/state/limiter-local-quota.js';
import type { Permit } from '../../src/state/limiter-permit.js';
import type { QuotaSource, SharedRate } from '../../src/state/quota-source.js';
import { mostInFlight, runShare } from './child/run-share.js';
import { RedisServer } from './redis-server.js';
import { processOf } from './shared-source.js';

let server: RedisServer;
let admin: Redis;
const opened: QuotaSource[] = [];
let prefixes = 0;

beforeAll(async () => {
  server = await RedisServer.start();
  admin = new Redis(server.url);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((source) => source.close()));
});

afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

/** A source of its own; what uses the same prefix shares. */
function open(options: Partial<RedisStoreOptions> = {}): QuotaSource {
  prefixes += 1;
  const address = options.client === undefined ? { url: server.url } : {};
  const { limits } = redisStore({ prefix: `test-${prefixes}`, ...address, ...options });
  opened.push(limits);
  return limits;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const rate = (changes: Partial<SharedRate> = {}): SharedRate => ({
  name: 'account requestsPerMinute',
  capacity: 100,
  perMs: 0.1,
  windowMs: 60_000,
  ...changes,
});

describe('the options', () => {
  it.each([
    {},
    { url: 'redis://localhost', client: {} as RedisClient },
    { url: 'redis://localhost', leaseMs: 5 },
    { url: 'redis://localhost', leaseMs: Number.NaN },
  ])('are refused when they cannot work: %o', (options) => {
    expect(() => redisStore(options)).toThrow(ConfigError);
  });
});

describe('the clustered reservoir', () => {
  it('gives what is there and then lends, says how much is owed, and comes back at its rate', async () => {
    const reservoir = open().reservoir(rate());
    expect(await reservoir.take(60)).toBe(40);
    expect(await reservoir.take(400)).toBeLessThanOrEqual(-350);
    const before = await reservoir.take(0);
    const from = performance.now();
    await sleep(1_500);
    const gained = (await reservoir.take(0)) - before;
    // 0.1 per ms; bottleneck by itself waits for its heartbeat, every 5 s.
    const share = gained / ((performance.now() - from) * 0.1);
    expect(share).toBeGreaterThan(0.8);
    expect(share).toBeLessThan(1.2);
  });

  it('is never filled beyond its capacity by what is given back', async () => {
    const reservoir = open().reservoir(rate());
    await reservoir.take(20);
    await reservoir.giveBack(5_000);
    expect(await reservoir.take(0)).toBe(100);
  });

  it('takes whole units only, where a fraction would be an error (and bottleneck by itself would hang)', async () => {
    const reservoir = open().reservoir(rate({ perMs: 0.000_001 }));
    expect(await reservoir.take(1.5)).toBe(98);
    await reservoir.giveBack(1.5);
    expect(await reservoir.take(0)).toBe(99);
  });

  it('is set up again when it is used after it was closed', async () => {
    const reservoir = open().reservoir(rate({ perMs: 0.000_001 }));
    await reservoir.take(10);
    await reservoir.close();
    expect(await reservoir.take(5)).toBe(85);
  });

  it('closes at once although nobody ever answered', async () => {
    const nowhere = await RedisServer.start();
    await nowhere.stop();
    const source = open({ url: nowhere.url });
    const asked = source.reservoir(rate()).take(1);
    asked.catch(() => undefined);
    const from = performance.now();
    await source.close();
    expect(performance.now() - from).toBeLessThan(200);
  });

  it('says at once what is wrong with the connection, and leaves a broken one in peace', async () => {
    const own = await RedisServer.start();
    const source = open({ url: own.url });
    const reservoir = source.reservoir(rate());
    expect(await reservoir.take(1)).toBe(99);
    await own.stop();
    // bottleneck would leave a rejection behind here that nobody can handle.
    await reservoir.close();
    await expect(open({ url: own.url }).reservoir(rate()).take(1)).rejects.toThrow('ECONNREFUSED');
    await expect(source.probe()).rejects.toThrow(/Redis cannot be reached|writeable|closed/);
  });

  it('starts a day anew', async () => {
    const reservoir = open().reservoir(rate({ perMs: undefined, capacity: 10, windowMs: 300 }));
    expect(await reservoir.take(10)).toBe(0);
    await vi.waitFor(async () => expect(await reservoir.take(0)).toBe(10));
  });

  it('takes over a configuration that has changed', async () => {
    const prefix = 'changed';
    await open({ prefix }).reservoir(rate()).take(90);
    const faster = open({ prefix }).reservoir(rate({ capacity: 1_000, perMs: 5 }));
    await faster.take(0);
    await sleep(300);
    expect(await faster.take(0)).toBeGreaterThan(500);
  });

  it.each([
    ['a flush', () => admin.flushall()],
    ['a flush of its scripts (F149)', () => admin.script('FLUSH')],
    [
      'being forgotten as a client',
      async () => {
        const keys = await admin.keys('*_client_last_seen');
        return admin.del(...keys);
      },
    ],
  ])('goes on after %s', async (_name, happen) => {
    const reservoir = open().reservoir(rate());
    await reservoir.take(1);
    await happen();
    for (let call = 0; call < 5; call += 1) expect(await reservoir.take(1)).toBeLessThanOrEqual(100);
  });

  it('goes by the clock of the server, whatever hosts think the time is (F153)', async () => {
    const prefix = 'skewed';
    const [right, wrong] = [open({ prefix }).reservoir(rate()), open({ prefix }).reservoir(rate())];
    await right.take(0);
    await wrong.take(0);
    await right.take(600);
    for (const skewMs of [3_600_000, -3_600_000]) {
      const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + skewMs);
      const before = await wrong.take(0);
      expect(before).toBeLessThan(-300);
      now.mockRestore();
      await sleep(500);
      // Neither was an hour's refill let in, nor is the refill stopped for an hour.
      expect((await right.take(0)) - before).toBeGreaterThan(40);
      expect((await right.take(0)) - before).toBeLessThan(150);
    }
  });

  it('counts a request once that was sent before the connection broke (F148)', async () => {
    const reservoir = open({ prefix: 'broken' }).reservoir(rate({ perMs: 0.000_001 }));
    expect(await reservoir.take(0)).toBe(100);
    server.freeze();
    const lost = reservoir.take(7).catch((error: Error) => error);
    expect(await lost).toBeInstanceOf(Error);
    server.thaw();
    await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    await vi.waitFor(async () => expect(await reservoir.take(0)).toBe(93), { timeout: 3_000 });
  });
});

describe('places for calls in flight', () => {
  /** The same story for the source in memory and for the one in Redis. */
  const sources = [
    ['in memory', () => new LocalQuota(systemClock, 600)],
    ['in Redis', () => open({ leaseMs: 600 })],
  ] as const;

  it.each(sources)('are shared evenly %s, and what is in use is never taken away', async (_name, make) => {
    const shared = make();
    const same = { prefix: `test-${prefixes}`, leaseMs: 600 };
    const others = shared instanceof LocalQuota ? [shared, shared] : [open(same), open(same)];
    const [a, b, c] = [shared, ...others].map((source) => source.places('p', 6)) as [
      ReturnType<QuotaSource['places']>,
      ReturnType<QuotaSource['places']>,
      ReturnType<QuotaSource['places']>,
    ];
    expect(await a.hold({ inUse: 0, wanted: 9 })).toEqual({ places: 6, fairPlaces: 6, contested: true });
    expect(await b.hold({ inUse: 0, wanted: 9 })).toEqual({ places: 0, fairPlaces: 3, contested: true });
    expect(await a.hold({ inUse: 5, wanted: 9 })).toEqual({ places: 5, fairPlaces: 3, contested: true });
    expect(await b.hold({ inUse: 0, wanted: 1 })).toEqual({ places: 1, fairPlaces: 1, contested: true });
    expect(await a.hold({ inUse: 3, wanted: 4 })).toEqual({ places: 4, fairPlaces: 4, contested: false });
    expect(await c.hold({ inUse: 0, wanted: 9 })).toEqual({ places: 1, fairPlaces: 3, contested: true });
    expect(await a.hold({ inUse: 0, wanted: 0 })).toEqual({ places: 0, fairPlaces: 0, contested: true });
    expect(await c.hold({ inUse: 1, wanted: 9 })).toEqual({ places: 5, fairPlaces: 5, contested: true });
    // More than the limit after an outage: what runs, runs.
    expect(await b.hold({ inUse: 4, wanted: 4 })).toEqual({ places: 4, fairPlaces: 3, contested: true });
  });

  it.each(sources)('come free %s when their lease is not renewed', async (_name, make) => {
    const shared = make();
    const other = shared instanceof LocalQuota ? shared : open({ prefix: `test-${prefixes}`, leaseMs: 600 });
    const [dead, alive] = [shared.places('p', 2), other.places('p', 2)];
    expect((await dead.hold({ inUse: 2, wanted: 2 })).places).toBe(2);
    expect((await alive.hold({ inUse: 0, wanted: 2 })).places).toBe(0);
    const from = performance.now();
    await vi.waitFor(async () => expect((await alive.hold({ inUse: 0, wanted: 2 })).places).toBe(2), {
      timeout: 2_000,
    });
    expect(performance.now() - from).toBeLessThan(800);
  });

  it.each(sources)('go round %s when there are more processes than places', async (_name, make) => {
    const shared = make();
    const other = shared instanceof LocalQuota ? shared : open({ prefix: `test-${prefixes}`, leaseMs: 600 });
    const [a, b] = [shared.places('p', 1), other.places('p', 1)];
    expect((await a.hold({ inUse: 0, wanted: 5 })).places).toBe(1);
    expect((await b.hold({ inUse: 0, wanted: 5 })).places).toBe(0);
    expect((await a.hold({ inUse: 1, wanted: 5 })).fairPlaces).toBe(1);
    await sleep(300);
    expect(await a.hold({ inUse: 1, wanted: 5 })).toEqual({ places: 1, fairPlaces: 0, contested: true });
    expect((await a.hold({ inUse: 0, wanted: 5 })).places).toBe(0);
    expect((await b.hold({ inUse: 0, wanted: 5 })).places).toBe(1);
  });

  it('are not lost by a request that was carried out after its sender gave up (F147)', async () => {
    const prefix = 'late';
    const places = open({ prefix, leaseMs: 600 }).places('p', 3);
    await places.hold({ inUse: 0, wanted: 1 });
    server.freeze();
    await expect(places.hold({ inUse: 0, wanted: 3 })).rejects.toThrow();
    server.thaw();
    const other = open({ prefix, leaseMs: 600 }).places('p', 3);
    await vi.waitFor(async () => expect((await other.hold({ inUse: 0, wanted: 3 })).places).toBe(3), {
      timeout: 2_000,
    });
  });
});

describe.each([
  ['ioredis 6', (url: string) => new Redis(url) as RedisClient],
  ['ioredis 5', (url: string) => new FloorRedis(url) as unknown as RedisClient],
])('a limiter that shares through %s', (_version, connect) => {
  const limits = { requestsPerMinute: 60_000, tokensPerMinute: 60e6, maxConcurrency: 50, maxQueueMs: 10_000 };

  /** Calls at 100 a second while something happens; how long each waited, and how each ended. */
  async function calls(
    act: (acquire: ReturnType<typeof processOf>['acquire']) => Promise<void>,
    acquire: ReturnType<typeof processOf>['acquire'],
  ) {
    const waits: number[] = [];
    const failures: unknown[] = [];
    let running = true;
    const one = async () => {
      try {
        const permit = await acquire({ tokens: 500 });
        waits.push(permit.waitedMs);
        await sleep(20);
        permit.settle({ tokens: 300 });
        permit.release();
      } catch (error) {
        failures.push(error);
      }
    };
    const pending: Promise<void>[] = [];
    const ticking = (async () => {
      while (running) {
        pending.push(one());
        await sleep(10);
      }
    })();
    await act(acquire);
    running = false;
    await ticking;
    await Promise.all(pending);
    return { waits, failures };
  }

  function start(url: string) {
    const client = connect(url);
    client.on('error', () => undefined);
    const events: { name: string; at: number }[] = [];
    const source = open({ client });
    const made = processOf(systemClock, source, limits, {
      onLost: () => events.push({ name: 'lost', at: performance.now() }),
      onBack: () => events.push({ name: 'back', at: performance.now() }),
    });
    return { ...made, client, events };
  }

  const slowerThan = (waits: readonly number[], ms: number) => waits.filter((wait) => wait > ms);

  it('serves calls when Redis is down at the start (F143)', async () => {
    const nowhere = await RedisServer.start();
    await nowhere.stop();
    const { acquire, events, client } = start(nowhere.url);
    const from = performance.now();
    (await acquire({ tokens: 5 })).release();
    expect(performance.now() - from).toBeLessThan(110);
    for (let call = 0; call < 20; call += 1) {
      const permit = acquire({ tokens: 5 });
      expect(permit).not.toBeInstanceOf(Promise);
      (permit as Permit).release();
    }
    expect(events.map(({ name }) => name)).toEqual(['lost']);
    client.disconnect();
  });

  it.each([
    ['killed (F144)', (own: RedisServer) => own.kill(), (own: RedisServer) => own.start()],
    ['frozen (F146)', async (own: RedisServer) => own.freeze(), async (own: RedisServer) => own.thaw()],
    [
      'read-only (F150)',
      async (own: RedisServer) => void (await command(own, 'replicaof', '127.0.0.1', '1')),
      async (own: RedisServer) => void (await command(own, 'replicaof', 'no', 'one')),
    ],
    [
      'out of memory',
      async (own: RedisServer) => void (await command(own, 'config', 'set', 'maxmemory', '1')),
      async (own: RedisServer) => void (await command(own, 'config', 'set', 'maxmemory', '0')),
    ],
  ])(
    'serves every call while Redis is %s, delays five at most, and shares again within 2 s (F145)',
    async (_name, breakIt, mendIt) => {
      await using own = await RedisServer.start();
      const { acquire, events, client, limiter } = start(own.url);
      let mendedAt = 0;
      const { waits, failures } = await calls(async () => {
        await sleep(400);
        await breakIt(own);
        await sleep(900);
        await mendIt(own);
        mendedAt = performance.now();
        await vi.waitFor(() => expect(events.map(({ name }) => name)).toEqual(['lost', 'back']), { timeout: 4_000 });
        await sleep(200);
      }, acquire);
      expect(failures).toEqual([]);
      const back = events.find(({ name }) => name === 'back')?.at as number;
      expect(back - mendedAt).toBeLessThanOrEqual(2_000);
      const slow = slowerThan(waits.slice(1), 25);
      expect(slow.length).toBeLessThanOrEqual(5);
      expect(Math.max(0, ...slow)).toBeLessThanOrEqual(160);
      expect(limiter.gauge.inFlight).toBe(0);
      client.disconnect();
    },
  );

  it('works through a connection of its own when the client it was given is closed, and never closes one (F158)', async () => {
    const client = connect(server.url);
    await client.ping();
    const prefix = `closed-${_version}`;
    const source = open({ client, prefix });
    expect(await source.reservoir(rate()).take(1)).toBe(99);
    await source.close();
    expect(await client.ping()).toBe('PONG');
    await client.quit();
    expect(await open({ client, prefix }).reservoir(rate()).take(1)).toBeLessThanOrEqual(100);
  });

  it('adds nothing to a call and asks for few of them, at 12 000 a second too (F159)', async () => {
    const { acquire, client } = start(server.url);
    const fast = { ...limits, requestsPerMinute: 2_000_000, tokensPerMinute: 1e9 };
    const { acquire: go } = processOf(systemClock, open({ client }), fast);
    (await acquire({ tokens: 5 })).release();
    const waits: number[] = [];
    await admin.config('RESETSTAT');
    for (let batch = 0; batch < 40; batch += 1) {
      for (let call = 0; call < 300; call += 1) {
        const from = performance.now();
        const permit = await go({ tokens: 10 });
        waits.push(performance.now() - from);
        permit.release();
      }
      await sleep(1);
    }
    waits.sort((a, b) => a - b);
    expect(waits[6_000]).toBeLessThanOrEqual(0.05);
    expect(waits[11_500]).toBeLessThan(1);
    const [, asked] = /cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats')) ?? [];
    expect(Number(asked) / 12_000).toBeLessThan(0.1);
    client.disconnect();
  });
});

async function command(own: RedisServer, name: string, ...args: string[]): Promise<void> {
  const client = new Redis(own.url, { commandTimeout: 1_000 });
  await client.call(name, ...args);
  client.disconnect();
}

describe('what is written to Redis', { timeout: 30_000 }, () => {
  it('carries the prefix, a lifetime and a hash tag, and neither names nor secrets (F156)', async () => {
    await using own = await RedisServer.start();
    const canary = 'sk-canary-1234';
    const { limits: source } = redisStore({ url: own.url, prefix: 'billing' });
    await source.reservoir(rate({ name: `endpoint ${canary}` })).take(1);
    await source.places(`user ${canary}`, 3).hold({ inUse: 1, wanted: 1 });
    await source.probe();
    const client = new Redis(own.url);
    const keys = await client.keys('*');
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys) {
      expect(key).toMatch(/^(b_)?billing:\{[0-9a-f]{24}\}/);
      expect(await client.pttl(key)).toBeGreaterThan(0);
    }
    const dump = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
    expect(Buffer.concat(dump.filter((each) => each !== null)).includes(canary)).toBe(false);
    client.disconnect();
    await source.close();
  });

  it('stays on one node of a cluster for each limit (F157)', async () => {
    await using own = await RedisServer.start('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
    await command(own, 'cluster', 'addslotsrange', '0', '16383');
    const node = new Redis(own.url);
    await vi.waitFor(async () => expect(await node.cluster('INFO')).toContain('cluster_state:ok'), { timeout: 10_000 });
    node.disconnect();
    const cluster = new Cluster([{ host: '127.0.0.1', port: own.port }]);
    const source = open({ client: cluster });
    await vi.waitFor(async () => expect(await source.reservoir(rate()).take(1)).toBeLessThan(100), { timeout: 5_000 });
    expect(await source.places('p', 3).hold({ inUse: 0, wanted: 2 })).toMatchObject({ places: 2 });
    await source.close();
    cluster.disconnect();
  });
});

describe('processes that share', { timeout: 60_000 }, () => {
  const patient = { maxQueue: 10_000, maxQueueMs: 600_000 };

  it('hold limits together: calls in flight at every instant, and the rate (F154)', async () => {
    await using own = await RedisServer.start();
    const limits = { ...patient, requestsPerMinute: 6_000, maxConcurrency: 8 };
    const task = { url: own.url, limits, callers: 30, workMs: 40, forMs: 4_000, assumedProcesses: 4, connected: true };
    const ended = await Promise.all(Array.from({ length: 4 }, () => runShare(task).ended));
    const all = ended.flatMap(({ calls }) => calls).sort((a, b) => a.at - b.at);
    // On a machine so busy that Redis does not answer for 100 ms, a process goes on with its share, which is two.
    const lost = ended.filter((each) => each.lost > 0).length;
    expect(mostInFlight(all)).toBeLessThanOrEqual(8 + 2 * lost);
    const busyMs = (all.at(-1)?.at as number) - (all[0]?.at as number);
    // A hundred a second, and what was saved up and leased at the start.
    const most = 100 * 1.01 + ((6_000 * 0.03 + lost * 250) * 1000) / busyMs;
    expect(all.length / (busyMs / 1000)).toBeLessThanOrEqual(most);
    expect(all.length / (busyMs / 1000)).toBeGreaterThanOrEqual(0.85 * 97.5);
    for (const { calls } of ended) expect(calls.length).toBeGreaterThan(0.1 * all.length);
  });

  it('get back what a killed process held, within its lease (F152)', async () => {
    await using own = await RedisServer.start();
    const limits = { ...patient, maxConcurrency: 4 };
    const dead = runShare({ url: own.url, limits, callers: 10, forMs: 60_000, leaseMs: 1_000 });
    await dead.ready;
    const look = new Redis(own.url);
    await vi.waitFor(async () => expect((await look.keys('*')).length).toBeGreaterThan(0), { timeout: 5_000 });
    await sleep(300);
    dead.child.kill('SIGKILL');
    const killedAt = performance.timeOrigin + performance.now();
    const alive = runShare({ url: own.url, limits, callers: 4, workMs: 20, forMs: 3_000, leaseMs: 1_000 });
    const { calls } = await alive.ended;
    await dead.ended;
    look.disconnect();
    expect((calls[0]?.at as number) - killedAt).toBeLessThanOrEqual(1_000 + 1_000);
    expect(calls.length).toBeGreaterThan(50);
  });

  it('exceed a rate by no more than the shares of those who cannot reach Redis (F155)', async () => {
    await using own = await RedisServer.start();
    const gone = await RedisServer.start();
    await gone.stop();
    const limits = { ...patient, requestsPerMinute: 6_000 };
    const task = { limits, callers: 20, workMs: 10, forMs: 3_000, assumedProcesses: 4 };
    const urls = [own.url, own.url, gone.url, gone.url];
    const ended = await Promise.all(urls.map((url) => runShare({ ...task, url }).ended));
    const all = ended.flatMap(({ calls }) => calls);
    const busyMs = Math.max(...all.map(({ at }) => at)) - Math.min(...all.map(({ at }) => at));
    // All of it, half of it again for the two that work on their own, and bursts of a sixth of a quarter; whoever finds Redis
    // too slow for a moment has one of those too.
    expect(all.length).toBeLessThanOrEqual((100 * 1.01 * 1.5 * busyMs) / 1000 + 4 * 250 + 180);
    expect(all.length).toBeGreaterThan((100 * 1.2 * busyMs) / 1000);
  });

  it.each([
    ['running', 0],
    ['gone', 1],
  ])('exit by themselves when they have nothing to do, with Redis %s (F189, F190)', async (_name, offset) => {
    const limits = { ...patient, requestsPerMinute: 6_000, maxConcurrency: 4 };
    const url = offset === 0 ? server.url : 'redis://127.0.0.1:1';
    const { ended, ready } = runShare({ url, limits, callers: 1, workMs: 5, forMs: 400, idle: true });
    await ready;
    const from = performance.now();
    const { calls, code } = await ended;
    expect(code).toBe(0);
    expect(calls.length).toBeGreaterThan(3);
    expect(performance.now() - from).toBeLessThan(2_500);
  });
});
