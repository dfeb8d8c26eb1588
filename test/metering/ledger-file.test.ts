import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerRecord, UsageQuery } from '../../src/domain/ledger.js';
import { UNKNOWN_COST } from '../../src/domain/unknown-price.js';
import { SqliteLedger } from '../../src/sqlite.js';
import { MemoryLedger } from '../../src/state/memory-ledger.js';
import { seededRandom } from '../../src/testing/seeded-random.js';
import { readTruth, runSpend } from './child/run-spend.js';
import { figure } from './figure.js';

const START = Date.parse('2026-11-22T00:30:00Z');

let directory: string;
let opened: SqliteLedger[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ledger-'));
  opened = [];
});
afterEach(() => {
  for (const store of opened) store.close();
  rmSync(directory, { recursive: true });
});
const path = (name = 'ledger.db') => join(directory, name);
const open = (name?: string) => {
  const store = new SqliteLedger({ file: path(name) });
  opened.push(store);
  return store;
};

function record(fields: Partial<LedgerRecord> = {}): LedgerRecord {
  return {
    id: 'c1:1',
    callId: 'c1',
    attempt: 1,
    final: true,
    at: START,
    operation: 'chat',
    stream: false,
    endpoint: 'openai',
    model: 'gpt-5.5',
    tier: 1,
    tags: { project: 'search' },
    status: 'ok',
    fallback: false,
    durationMs: 812.5,
    possiblyBilled: true,
    usage: { inputTokens: 10, cachedInputTokens: 4, outputTokens: 20, reasoningTokens: 5, source: 'reported' },
    cost: { amountNano: 1_500, currency: 'USD', source: 'table', priceVersion: 'test' },
    ...fields,
  };
}

function randomRecords(count: number, seed: number): LedgerRecord[] {
  const random = seededRandom(seed);
  const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const tagSets = [{}, { project: 'search' }, { project: 'chat', user: 'u"1' }, { project: '搜索', 'a.b': "o'x" }];
  return Array.from({ length: count }, (_, index) => {
    const status = pick('ok', 'ok', 'failed', 'aborted', 'interrupted') as LedgerRecord['status'];
    const nano = Math.floor(random() * 1e9);
    const cost = pick<LedgerRecord['cost']>(
      { amountNano: nano, currency: 'USD', source: 'table', priceVersion: 'a' },
      { amountNano: nano, currency: 'CNY', source: 'estimated', priceVersion: 'b' },
      UNKNOWN_COST,
    );
    return record({
      id: `c${index}:1`,
      callId: `c${index}`,
      at: START + Math.floor(random() * 100 * 3_600_000),
      attempt: pick(0, 1, 2),
      final: random() < 0.8,
      model: pick('gpt-5.5', 'kimi-k3'),
      endpoint: pick('openai', '硅基流动'),
      alias: pick('smart', undefined),
      operation: pick('chat', 'embeddings'),
      tags: pick(...tagSets) as LedgerRecord['tags'],
      status,
      kind: status === 'failed' ? pick('timeout', 'server_error') : undefined,
      fallback: random() < 0.2,
      possiblyBilled: random() < 0.9,
      usage:
        random() < 0.8
          ? { inputTokens: Math.floor(random() * 1e6), outputTokens: Math.floor(random() * 1e5), source: 'reported' }
          : undefined,
      cost,
    });
  });
}

const QUERIES: readonly UsageQuery[] = [
  {},
  { by: ['project', 'model'] },
  { by: ['day'] },
  { by: ['hour', 'status'] },
  { by: ['month', 'endpoint', 'alias', 'kind', 'operation'] },
  { by: ['user', 'a.b'] },
  { by: ['model'], since: START + 10 * 3_600_000, until: new Date(START + 50 * 3_600_000) },
  { by: ['user'], match: { project: 'chat' } },
  { match: { project: '搜索', 'a.b': "o'x" } },
  { match: { project: 'nobody' } },
];

describe('both ledgers', () => {
  it('give the same answers to the same questions', () => {
    const memory = new MemoryLedger({ maxRecords: 50_000 });
    const file = open();
    const batch = { records: randomRecords(2_000, 1), settlements: [] };
    memory.write(batch);
    file.write(batch);
    for (const query of QUERIES) {
      const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
      expect(sorted(file.usage(query))).toEqual(sorted(memory.usage(query)));
    }
  });

  it('answer with one row of nothing when there is nothing', () => {
    for (const store of [new MemoryLedger(), open()]) {
      expect(store.usage({})).toMatchObject([{ calls: 0, attempts: 0, cost: [] }]);
      expect(store.usage({ by: ['project'] })).toEqual([]);
    }
  });

  it('add up a million calls of 1,500 nano-units exactly', () => {
    const memory = new MemoryLedger({ maxRecords: 10 });
    const one = record();
    for (let call = 0; call < 1_000_000; call += 1) memory.write({ records: [one], settlements: [] });
    const [row] = memory.usage({});
    expect(row?.cost.map(String)).toEqual(['$1.50']);
    expect(row?.cost[0]?.amountNano).toBe(1_500_000_000n);
    expect(row?.calls).toBe(1_000_000);
  });
});

describe('the memory ledger', () => {
  it('stays bounded and keeps its totals when names are made up', () => {
    const memory = new MemoryLedger({ maxRecords: 100, maxGroups: 1_000 });
    for (let call = 0; call < 20_000; call += 1) {
      const tags = { user: `u${call}` };
      memory.write({
        records: [record({ id: `${call}`, tags, model: `m${call}`, endpoint: `e${call % 5_000}` })],
        settlements: [],
      });
    }
    const [all] = memory.usage({});
    expect(all?.calls).toBe(20_000);
    expect(all?.cost[0]?.amountNano).toBe(30_000_000n);
    expect(memory.usage({ by: ['model'] }).length).toBeLessThanOrEqual(1_001);
    expect(memory.records()).toHaveLength(100);
    expect(memory.records().at(-1)?.id).toBe('19999');
  });

  it('is exact over its latest records, and by the hour before', () => {
    const memory = new MemoryLedger({ maxRecords: 10 });
    for (let minute = 0; minute < 120; minute += 1) {
      memory.write({ records: [record({ id: `${minute}`, at: START + minute * 60_000 })], settlements: [] });
    }
    expect(memory.usage({ since: START + 113 * 60_000 })).toMatchObject([{ calls: 7 }]);
    // 00:45 lies in the hour that began at midnight; its thirty records all count.
    expect(memory.usage({ since: START + 15 * 60_000 })).toMatchObject([{ calls: 120 }]);
    expect(memory.usage({ since: START + 30 * 60_000 })).toMatchObject([{ calls: 90 }]);
  });
});

describe('a ledger file', () => {
  it('keeps every field of a record', () => {
    const store = open();
    const records = [
      record({ alias: 'smart', kind: 'timeout', httpStatus: 504, firstEventMs: 12.25, fxRate: 0.138, sends: 3 }),
      record({ id: 'c2:1', usage: undefined, cost: UNKNOWN_COST, stream: true, final: false, at: START + 1 }),
    ];
    store.write({ records, settlements: [] });
    expect([...store.records()]).toEqual(records);
  });

  it('counts a record once, however often it is written', () => {
    const store = open();
    for (let time = 0; time < 3; time += 1) store.write({ records: [record()], settlements: [] });
    expect(store.usage({})).toMatchObject([{ calls: 1 }]);
  });

  it('commits all of a batch or nothing', () => {
    const store = open();
    const torn = {
      records: [record(), record({ id: 'c2:1', model: undefined as unknown as string })],
      settlements: [],
    };
    expect(() => store.write(torn)).toThrow();
    expect(store.usage({})).toMatchObject([{ calls: 0 }]);
    store.write({ records: [record()], settlements: [] });
    expect(store.usage({})).toMatchObject([{ calls: 1 }]);
  });

  it('refuses a file that is something else, and one of a newer version', () => {
    writeFileSync(path('text.db'), 'this is not a database, it only looks long enough to be one'.repeat(20));
    expect(() => open('text.db')).toThrow();
    const other = new DatabaseSync(path('other.db'));
    other.exec('CREATE TABLE mine (id INTEGER)');
    other.close();
    expect(() => open('other.db')).toThrow(/no ledger/);
    open('newer.db').close();
    const newer = new DatabaseSync(path('newer.db'));
    newer.exec('PRAGMA user_version = 9');
    newer.close();
    expect(() => open('newer.db')).toThrow(/newer version/);
  });
});

describe('several processes at one file', () => {
  it('never overshoot a shared budget, and lose no record', async () => {
    const limitNano = 400_000_000;
    const tasks = [1, 2, 3, 4].map((seed) => ({
      file: path(),
      truth: path(`truth-${seed}`),
      calls: 500,
      limitNano,
      seed,
    }));
    await Promise.all(tasks.map((task) => runSpend(task)));
    const sent = tasks.flatMap(({ truth }) => [...readTruth(truth)]);
    const spent = sent.reduce((sum, [, nano]) => sum + nano, 0);
    expect(spent).toBeLessThanOrEqual(limitNano);
    expect(spent).toBeGreaterThan(limitNano * 0.95);
    const store = open();
    expect(store.usage({})[0]).toMatchObject({ calls: sent.length, attempts: sent.length });
    expect(store.usage({})[0]?.cost[0]?.amountNano).toBe(BigInt(spent));
  });

  it('leave nothing reserved when they just end', async () => {
    const truth = path('truth');
    await runSpend({ file: path(), truth, calls: 5, limitNano: 400_000_000, seed: 1, leave: true });
    const spent = [...readTruth(truth).values()].reduce((sum, nano) => sum + nano, 0);
    const store = open();
    expect(store.usage({})[0]).toMatchObject({ calls: 5, cost: [{ amountNano: BigInt(spent) }] });
    expect([...store.records()].filter(({ status }) => status === 'lost')).toEqual([]);
  });

  it('cover every send by a record or a reservation, whenever they are killed', async () => {
    // LEDGER_KILLS=200 for the long run.
    const kills = Number(process.env['LEDGER_KILLS'] ?? 12);
    const random = seededRandom(99);
    let seed = 0;
    const lane = async (name: string): Promise<void> => {
      const sent = new Map<string, number>();
      let calls = 0;
      let file = '';
      for (let round = 0; seed < kills; round += 1) {
        seed += 1;
        // Several lives of one file, then a new one: files of a whole day would only make reading them slow.
        if (round % 5 === 0) {
          file = path(`${name}-${round}.db`);
          sent.clear();
        }
        const truth = path(`truth-${seed}`);
        await runSpend({ file, truth, calls: 1e9, limitNano: Number.MAX_SAFE_INTEGER, seed }, random() * 60);
        for (const [id, nano] of readTruth(truth)) sent.set(id, nano);
        calls += sent.size;
        const store = new SqliteLedger({ file });
        const records = [...store.records()];
        store.close();
        const known = new Set(records.map(({ id }) => id));
        const unrecorded = [...sent.keys()].filter((id) => !known.has(id)).length;
        const covered = records.reduce((sum, { sends = 0 }) => sum + sends, 0);
        const recorded = records.reduce((sum, { cost }) => sum + (cost.amountNano ?? 0), 0);
        const actual = [...sent.values()].reduce((sum, nano) => sum + nano, 0);
        expect(covered).toBeGreaterThanOrEqual(unrecorded);
        expect(recorded).toBeGreaterThanOrEqual(actual);
        expect(records.filter(({ id, status }) => status !== 'lost' && !sent.has(id))).toEqual([]);
      }
      expect(calls).toBeGreaterThan(0);
    };
    await Promise.all(['a', 'b'].map(lane));
    figure('sqlite_kills_covered', seed, 'all of 200');
  }, 600_000);
});
