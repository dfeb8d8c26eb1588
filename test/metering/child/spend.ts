/**
 * A process that spends: reserves, notes on a file of its own what it "sends" and what that costs, settles, records. It ends
 * after a number of calls, or is killed. `node spend.ts '{"file":...,"truth":...,"calls":...,"limitNano":...,"seed":...}'`
 */
import { openSync, writeSync } from 'node:fs';
import './sources.ts';
import type { LedgerStore } from '../../../src/domain/ledger.ts';

const { Budgets } = await import('../../../src/state/budgets.ts');
const { Ledger } = await import('../../../src/state/ledger.ts');
const { systemClock } = await import('../../../src/clock.ts');
const { seededRandom } = await import('../../../src/testing/seeded-random.ts');

interface Task {
  readonly file?: string;
  readonly redis?: { readonly port: number; readonly prefix: string };
  readonly truth: string;
  readonly calls: number;
  readonly limitNano: number;
  readonly seed: number;
  /** End without closing anything, as programs do that never heard of `close()`. */
  readonly leave?: boolean;
}

const task = JSON.parse(process.argv[2] as string) as Task;
const random = seededRandom(task.seed);
const truth = openSync(task.truth, 'a');

async function openStore(): Promise<{ store: LedgerStore; done: () => void }> {
  if (task.redis === undefined) {
    const { SqliteLedger } = await import('../../../src/sqlite.ts');
    const store = new SqliteLedger({ file: task.file as string });
    return { store, done: () => store.close() };
  }
  const { Redis } = await import('ioredis');
  const { RedisLedger } = await import('../../../src/redis/ledger.ts');
  const client = new Redis(task.redis.port);
  return {
    store: new RedisLedger({ client, prefix: task.redis.prefix, leaseMs: 1_000, timeoutMs: 10_000 }),
    done: () => client.disconnect(),
  };
}

const { store, done } = await openStore();
const onStoreError = (error: unknown) => {
  throw error;
};
const ledger = new Ledger({ store, clock: systemClock, onStoreError });
const budget = {
  name: 'shared',
  match: {},
  period: 'day',
  timeZone: 'UTC',
  limitNano: task.limitNano,
  currency: 'USD',
  warnAt: 1,
  onExceeded: 'block',
  onStoreError: 'closed',
} as const;
const budgets = new Budgets({
  budgets: [budget],
  ledger,
  fx: {},
  clock: systemClock,
  onThreshold: () => {},
  onStoreError,
});
writeSync(1, 'ready\n');

let refused = 0;
async function callOnce(index: number): Promise<void> {
  const id = `${task.seed}-${index}`;
  const most = 1 + Math.floor(random() * 1_000_000);
  const decision = await budgets.reserve({}, { amountNano: most, currency: 'USD' }, Date.now());
  if (!decision.ok) {
    refused += 1;
    return;
  }
  const actual = Math.floor(random() * most);
  writeSync(truth, `${id} ${actual}\n`);
  for (let turn = random() * 8; turn > 1; turn -= 1) await new Promise((resolve) => setImmediate(resolve));
  const cost = { amountNano: actual, currency: 'USD', source: 'table', priceVersion: 'test' } as const;
  decision.reservation.settle(cost);
  const base = {
    operation: 'chat',
    stream: false,
    endpoint: 'a',
    model: 'm',
    tier: 1,
    tags: {},
    status: 'ok',
    fallback: false,
  } as const;
  ledger.record({
    id,
    callId: id,
    attempt: 1,
    final: true,
    at: Date.now(),
    durationMs: 1,
    possiblyBilled: true,
    cost,
    ...base,
  });
}

const CONCURRENCY = 16;
let next = 0;
await Promise.all(
  Array.from({ length: CONCURRENCY }, async () => {
    while (next < task.calls) {
      const index = next;
      next += 1;
      await callOnce(index);
    }
  }),
);
if (task.leave !== true) {
  await budgets.close();
  await ledger.close();
  done();
}
writeSync(1, `refused ${refused}\n`);
