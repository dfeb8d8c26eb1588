import { APIUserAbortError } from 'openai';
import { describe, expect, it } from 'vitest';
import { needOf } from '../../src/domain/need-of.js';
import { ShuttingDownError } from '../../src/errors.js';
import { QueueFullError, QueueTimeoutError } from '../../src/state/limit-errors.js';
import { Limiter, type LimiterOptions } from '../../src/state/limiter.js';
import { gateOf } from '../../src/state/limiter-gate.js';
import type { Permit } from '../../src/state/limiter-permit.js';
import { LimiterQueue } from '../../src/state/limiter-queue.js';
import { type AcquireOptions, LimiterSet } from '../../src/state/limiter-set.js';
import { seededRandom } from '../../src/testing/seeded-random.js';
import { limiterOf } from './limiter-of.js';
import { VirtualClock } from './virtual-clock.js';

/** Lets promises run. */
const settle = (clock: VirtualClock) => clock.run(clock.now());

async function rejection(promise: unknown): Promise<Error> {
  return Promise.resolve(promise).then(
    () => new Error('it was admitted'),
    (error: Error) => error,
  );
}

describe('the order of those who wait', () => {
  it('is the order of arrival for ten thousand calls, and newcomers never go before them (F096)', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, { maxConcurrency: 3 });
    const random = seededRandom(1);
    const order: number[] = [];
    const held: Permit[] = [];
    let arrived = 0;
    const arrive = () => {
      const number = arrived++;
      void Promise.resolve(acquire()).then((permit) => {
        order.push(number);
        held.push(permit);
      });
    };
    for (let call = 0; call < 5_000; call += 1) arrive();
    while (order.length < 10_000) {
      await settle(clock);
      // A newcomer arrives in the very step in which a place becomes free.
      held.splice(Math.floor(random() * held.length), 1)[0]?.release();
      if (arrived < 10_000) arrive();
    }
    expect(order).toEqual(Array.from({ length: 10_000 }, (_, number) => number));
  });

  it('puts a higher priority first and keeps order of arrival within one', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, { maxConcurrency: 1 });
    let running = acquire() as Permit;
    const order: string[] = [];
    for (const [name, priority] of [
      ['b1', -1],
      ['n1', 0],
      ['i1', 1],
      ['b2', -1],
      ['n2', 0],
      ['i2', 1],
    ] as const) {
      void Promise.resolve(acquire({}, { priority })).then((permit) => {
        order.push(name);
        running = permit;
      });
    }
    for (let turn = 0; turn < 6; turn += 1) {
      running.release();
      await settle(clock);
    }
    expect(order).toEqual(['i1', 'i2', 'n1', 'n2', 'b1', 'b2']);
  });

  it('lets a call of low priority wait no longer than the aging of its steps behind a stream of higher ones (F097)', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, {
      requestsPerMinute: 60,
      burst: 1,
      agingMs: 5_000,
      maxQueueMs: Number.POSITIVE_INFINITY,
    });
    void acquire();
    let batchAt = -1;
    void Promise.resolve(acquire({}, { priority: -1 })).then(() => {
      batchAt = clock.now();
    });
    // Interactive calls arrive twice as fast as the limit lets them go.
    for (let at = 0; at < 60_000; at += 500) clock.setTimer(() => void acquire({}, { priority: 1 }), at);
    await clock.run(60_000);
    // Ahead of it: those that arrived within two steps of aging, at one call a second.
    expect(batchAt).toBeGreaterThan(10_000);
    expect(batchAt).toBeLessThanOrEqual(2 * 10_000 + 2_000);
  });

  it('does not let light calls starve a heavy one', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, { tokensPerMinute: 60_000, maxQueueMs: Number.POSITIVE_INFINITY });
    void acquire({ tokens: 10_000 });
    const order: string[] = [];
    void Promise.resolve(acquire({ tokens: 10_000 })).then(() => order.push('heavy'));
    for (let call = 0; call < 20; call += 1)
      void Promise.resolve(acquire({ tokens: 10 })).then(() => order.push('light'));
    await clock.run(30_000);
    expect(order[0]).toBe('heavy');
    expect(order).toHaveLength(21);
  });

  it('shares a limiter evenly among projects, if told so, however many calls one of them piles up', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, {
      requestsPerMinute: 60,
      burst: 1,
      fairShare: true,
      maxQueueMs: Number.POSITIVE_INFINITY,
    });
    const order: string[] = [];
    const call = (project: string) => void Promise.resolve(acquire({}, { project })).then(() => order.push(project));
    for (let count = 0; count < 200; count += 1) call('a');
    await clock.run(20_000);
    for (let count = 0; count < 20; count += 1) call('b');
    await clock.run(30_000);
    call('c');
    await clock.run(40_000);
    expect(order.slice(0, 21)).toEqual(Array(21).fill('a'));
    const shared = order.slice(21, 31);
    expect(shared.filter((project) => project === 'b')).toHaveLength(5);
    // One that has not been served at all is next, although the others have waited longer.
    expect(order.slice(31, 34)).toContain('c');
  });

  it('keeps priorities within a project when projects share', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, { maxConcurrency: 1, fairShare: true });
    let running = acquire({}, { project: 'a' }) as Permit;
    const order: string[] = [];
    const call = (project: string, priority: number) =>
      void Promise.resolve(acquire({}, { project, priority })).then((permit) => {
        order.push(`${project}${priority}`);
        running = permit;
      });
    call('a', 0);
    call('a', 5);
    call('b', 0);
    call('b', 5);
    for (let turn = 0; turn < 4; turn += 1) {
      running.release();
      await settle(clock);
    }
    expect(order).toEqual(['b5', 'a5', 'b0', 'a0']);
  });
});

describe('leaving the queue', () => {
  it('rejects an aborted call at once, takes nothing for it and lets the next one go (F087)', async () => {
    const clock = new VirtualClock();
    const { acquire, limiter, waiting } = limiterOf(clock, { tokensPerMinute: 6_000, burst: 1_000 });
    void acquire({ tokens: 1_000 });
    const before = limiter.snapshot(clock.now());
    const controller = new AbortController();
    const reason = new Error('the user left');
    const heavy = rejection(acquire({ tokens: 900 }, { signal: controller.signal }));
    let lightAt = -1;
    void Promise.resolve(acquire({ tokens: 100 })).then(() => {
      lightAt = clock.now();
    });
    expect(waiting()).toBe(2);
    controller.abort(reason);
    expect(waiting()).toBe(1);
    const error = await heavy;
    expect(error).toBeInstanceOf(APIUserAbortError);
    expect(error.cause).toBe(reason);
    expect(limiter.snapshot(clock.now())).toEqual(before);
    await clock.run(5_000);
    expect(lightAt).toBe(1_000);
  });

  it('refuses a call whose signal has aborted before, and adds no listener', () => {
    const { acquire, waiting } = limiterOf(new VirtualClock(), { maxConcurrency: 1 });
    expect(() => acquire({}, { signal: AbortSignal.abort('gone') })).toThrow(APIUserAbortError);
    expect(waiting()).toBe(0);
  });

  it('aborts ten thousand waiting calls and leaves neither entry, timer nor token behind (F090)', async () => {
    const clock = new VirtualClock();
    const { acquire, limiter, waiting } = limiterOf(clock, { maxConcurrency: 1, requestsPerMinute: 100 });
    const running = acquire() as Permit;
    const before = limiter.snapshot(clock.now());
    const controllers = Array.from({ length: 10_000 }, () => new AbortController());
    const results = controllers.map(({ signal }) => rejection(acquire({}, { signal })));
    expect(waiting()).toBe(10_000);
    expect(clock.pending).toBe(1);
    for (const controller of controllers) controller.abort();
    expect(waiting()).toBe(0);
    expect(clock.pending).toBe(0);
    expect((await Promise.all(results)).every((error) => error instanceof APIUserAbortError)).toBe(true);
    expect(limiter.snapshot(clock.now())).toEqual(before);
    running.release();
  });

  it('leaks nothing when calls are aborted at any phase', async () => {
    const clock = new VirtualClock();
    const random = seededRandom(11);
    const { acquire, limiter, waiting } = limiterOf(clock, {
      requestsPerMinute: 6_000,
      tokensPerMinute: 600_000,
      maxConcurrency: 20,
      maxQueueMs: 3_000,
    });
    let ended = 0;
    const call = async () => {
      const controller = new AbortController();
      clock.setTimer(() => controller.abort(), random() * 4_000);
      let permit: Permit | undefined;
      try {
        permit = await acquire(
          { tokens: 1 + Math.floor(random() * 400) },
          { signal: controller.signal, priority: Math.floor(random() * 3) },
        );
        if (controller.signal.aborted) permit.cancel();
        else {
          await new Promise<void>((resolve) => void clock.setTimer(resolve, random() * 1_000));
          permit.settle({ tokens: Math.floor(random() * 800) });
        }
      } catch (error) {
        if (!(error instanceof APIUserAbortError) && !(error instanceof QueueTimeoutError)) throw error;
      } finally {
        permit?.release();
        ended += 1;
      }
    };
    for (let count = 0; count < 3_000; count += 1) clock.setTimer(() => void call(), random() * 30_000);
    await clock.run(200_000);
    expect(ended).toBe(3_000);
    expect(waiting()).toBe(0);
    expect(clock.pending).toBe(0);
    expect(limiter.snapshot(clock.now())).toMatchObject({
      inFlight: 0,
      rates: {
        requestsPerMinute: { available: 1_000, reserved: 0 },
        tokensPerMinute: { available: 100_000, reserved: 0 },
      },
    });
  });

  it('gives up after maxQueueMs, once, and says when a new try makes sense (F093)', async () => {
    const clock = new VirtualClock();
    const { acquire, waiting } = limiterOf(clock, { maxConcurrency: 1, maxQueueMs: 250 });
    const running = acquire() as Permit;
    const waited = rejection(acquire());
    const patient = Promise.resolve(acquire({}, { maxQueueMs: 5_000 }));
    await clock.run(249);
    expect(waiting()).toBe(2);
    await clock.run(250);
    const error = (await waited) as QueueTimeoutError;
    expect(error).toBeInstanceOf(QueueTimeoutError);
    expect(error).toMatchObject({
      code: 'queue_timeout',
      dimension: 'maxConcurrency',
      limit: 1,
      weight: 1,
      waitedMs: 250,
    });
    expect(waiting()).toBe(1);
    running.release();
    expect((await patient).waitedMs).toBe(250);
    expect(clock.pending).toBe(0);
  });

  it('refuses at once a call whose turn cannot come in time, instead of letting it wait in vain', () => {
    const clock = new VirtualClock();
    const { acquire, limiter } = limiterOf(clock, { requestsPerDay: 2, requestsPerMinute: 60, maxQueueMs: 10_000 });
    for (let call = 0; call < 2; call += 1) {
      const permit = acquire() as Permit;
      permit.settle({ requests: 1 });
      permit.release();
    }
    expect(() => acquire()).toThrow(QueueTimeoutError);
    try {
      void acquire();
    } catch (error) {
      expect(error).toMatchObject({ dimension: 'requestsPerDay', waitedMs: 0 });
      expect((error as QueueTimeoutError).retryAfterMs).toBeGreaterThan(86_000_000);
    }
    limiter.pauseUntil(30_000, 0);
    expect(() => acquire({}, { maxQueueMs: 20_000 })).toThrow(/cannot come within 20000 ms/);
  });

  it('does not wait at all with maxQueueMs 0', () => {
    const { acquire } = limiterOf(new VirtualClock(), { maxConcurrency: 1 });
    void acquire();
    expect(() => acquire({}, { maxQueueMs: 0 })).toThrow(QueueTimeoutError);
  });

  it('refuses at once when maxQueue calls wait (F092)', () => {
    const { acquire, waiting } = limiterOf(new VirtualClock(), { requestsPerMinute: 60, burst: 1, maxQueue: 3 });
    for (let call = 0; call < 4; call += 1) void acquire();
    expect(() => acquire()).toThrow(QueueFullError);
    try {
      void acquire();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'queue_full',
        dimension: 'maxQueue',
        limit: 3,
        weight: 1,
        retryAfterMs: 4_000,
      });
    }
    expect(waiting()).toBe(3);
  });

  it('tells everybody who waits when it is closed, and admits nobody afterwards', async () => {
    const clock = new VirtualClock();
    const { acquire, queue } = limiterOf(clock, { maxConcurrency: 1 });
    const running = acquire() as Permit;
    const waiting = [rejection(acquire()), rejection(acquire({}, { priority: 3 }))];
    queue.close();
    for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(ShuttingDownError);
    expect(() => acquire()).toThrow(ShuttingDownError);
    running.release();
    expect(clock.pending).toBe(0);
  });
});

describe('one timer', () => {
  it('serves all who wait and is gone when nobody does', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, { requestsPerMinute: 600, burst: 1 });
    for (let call = 0; call < 100; call += 1) {
      void acquire();
      expect(clock.pending).toBeLessThanOrEqual(1);
    }
    let most = 0;
    for (let at = 100; at <= 12_000; at += 50) {
      await clock.run(at);
      most = Math.max(most, clock.pending);
    }
    expect(most).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('catches up after a block of the event loop without exceeding the burst', async () => {
    const clock = new VirtualClock();
    const { acquire } = limiterOf(clock, { requestsPerMinute: 600, burst: 5, maxQueueMs: Number.POSITIVE_INFINITY });
    const starts: number[] = [];
    for (let call = 0; call < 100; call += 1) void Promise.resolve(acquire()).then(() => starts.push(clock.now()));
    await clock.run(1_000);
    const before = starts.length;
    clock.block(2_000);
    await clock.run(3_000);
    expect(starts.length - before).toBe(5);
    await clock.run(20_000);
    expect(starts).toHaveLength(100);
  });
});

describe('several limiters at once', () => {
  function sets(clock: VirtualClock, limits: Readonly<Record<string, LimiterOptions>>) {
    const queue = new LimiterQueue(clock);
    const gates = new Map(
      Object.entries(limits).map(([name, each]) => [name, gateOf(new Limiter(name, each, clock.now()))]),
    );
    const limiter = (name: string) => (gates.get(name) as ReturnType<typeof gateOf>).limiter;
    const made = new Map<string, LimiterSet>();
    const acquire = (names: string, need = {}, options: AcquireOptions = {}) => {
      let set = made.get(names);
      if (set === undefined) {
        set = new LimiterSet(
          queue,
          names.split(' ').map((name) => gates.get(name) as ReturnType<typeof gateOf>),
        );
        made.set(names, set);
      }
      return set.acquire(needOf(need), options);
    };
    return { acquire, limiter };
  }

  it('takes from all of them or from none', () => {
    const clock = new VirtualClock();
    const { acquire, limiter } = sets(clock, {
      account: { maxConcurrency: 2 },
      model: { tokensPerMinute: 6_000 },
      tag: { requestsPerMinute: 6 },
    });
    const permit = acquire('tag account model', { tokens: 500 }) as Permit;
    expect(limiter('account').gauge.inFlight).toBe(1);
    const before = ['account', 'model', 'tag'].map((name) => limiter(name).snapshot(clock.now()));
    expect(acquire('tag account model', { tokens: 500 })).toBeInstanceOf(Promise);
    expect(['account', 'model', 'tag'].map((name) => limiter(name).snapshot(clock.now()))).toEqual(before);
    permit.cancel();
    expect(limiter('account').gauge.inFlight).toBe(1);
  });

  it('does not let a model without tokens hold up another model of the same account', async () => {
    const clock = new VirtualClock();
    const { acquire } = sets(clock, {
      account: { maxConcurrency: 1 },
      a: { tokensPerMinute: 600, maxQueueMs: Number.POSITIVE_INFINITY },
      b: {},
    });
    const order: string[] = [];
    const call = (names: string, tokens: number) =>
      void Promise.resolve(acquire(names, { tokens })).then((permit) => {
        order.push(names);
        clock.setTimer(() => permit.release(), 10);
      });
    call('account a', 100);
    for (let count = 0; count < 3; count += 1) call('account a', 100);
    for (let count = 0; count < 3; count += 1) call('account b', 100);
    await clock.run(1_000);
    expect(order).toEqual(['account a', 'account b', 'account b', 'account b']);
    await clock.run(60_000);
    expect(order).toHaveLength(7);
  });

  it('serves the older of two lines first at what they share', async () => {
    const clock = new VirtualClock();
    const { acquire } = sets(clock, {
      account: { requestsPerMinute: 60, burst: 1 },
      a: { maxConcurrency: 50 },
      b: { maxConcurrency: 50 },
    });
    void acquire('account a');
    const order: number[] = [];
    for (let number = 0; number < 10; number += 1) {
      void Promise.resolve(acquire(number % 3 === 0 ? 'account a' : 'account b')).then(() => order.push(number));
      clock.block(1);
    }
    await clock.run(30_000);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('never deadlocks, over-admits or forgets anybody, whatever combination of limiters calls need', async () => {
    const clock = new VirtualClock();
    const random = seededRandom(5);
    const names = ['p', 'q', 'r', 's'];
    const limits = Object.fromEntries(
      names.map((name, index) => [
        name,
        { maxConcurrency: 2 + index, requestsPerMinute: 3_000, maxQueueMs: Number.POSITIVE_INFINITY },
      ]),
    );
    const { acquire, limiter } = sets(clock, limits);
    let served = 0;
    let aborted = 0;
    for (let count = 0; count < 2_000; count += 1) {
      const wanted = names.filter(() => random() < 0.5);
      const controller = new AbortController();
      clock.setTimer(() => {
        if (random() < 0.2) clock.setTimer(() => controller.abort(), random() * 2_000);
        const permit = new Promise<Permit>((resolve) =>
          resolve(
            acquire(wanted.join(' ') || 'p', {}, { signal: controller.signal, priority: Math.floor(random() * 3) }),
          ),
        );
        permit.then(
          (granted) => {
            served += 1;
            for (const name of names) {
              const { limit, inFlight } = limiter(name).gauge;
              expect(inFlight).toBeLessThanOrEqual(limit);
            }
            clock.setTimer(() => granted.release(), random() * 60);
          },
          () => {
            aborted += 1;
          },
        );
      }, random() * 20_000);
    }
    await clock.run(600_000);
    expect(served + aborted).toBe(2_000);
    expect(served).toBeGreaterThan(1_500);
    expect(names.map((name) => limiter(name).gauge.inFlight)).toEqual([0, 0, 0, 0]);
    expect(clock.pending).toBe(0);
  });
});
