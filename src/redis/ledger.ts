import { createHash, randomUUID } from 'node:crypto';
import { BLOCK_SHARE, type BudgetClaim, type BudgetGrant, type BudgetSettlement } from '../domain/budget.js';
import {
  COVER_BUDGET,
  type LedgerBatch,
  type LedgerRecord,
  type LedgerStore,
  type UsageQuery,
  type UsageRow,
} from '../domain/ledger.js';
import { queryRange } from '../domain/ledger-sums.js';
import { answerWithin } from './answer-within.js';
import { CLAIM, type Script, WRITE } from './ledger-scripts.js';
import { incrementsOf, rowsOfHours } from './ledger-sums.js';

/** What is used of an `ioredis` client or cluster. */
export interface RedisLedgerClient {
  evalsha(sha: string, keyCount: number, ...args: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...args: string[]): Promise<unknown>;
  hgetall(key: string): Promise<Record<string, string>>;
  zrangebyscore(key: string, least: string | number, most: string | number): Promise<string[]>;
  xrange(
    key: string,
    start: string,
    end: string,
    count: 'COUNT',
    limit: number,
  ): Promise<[id: string, fields: string[]][]>;
}

/** Options of a ledger in Redis. */
export interface RedisLedgerOptions {
  /** An `ioredis` client. It stays yours: the ledger never closes it. */
  readonly client?: RedisLedgerClient | undefined;
  /** Gives the client to use, in place of `client`; asked before each command. */
  readonly connect?: (() => Promise<RedisLedgerClient>) | undefined;
  /** Lets go of what `connect` gave, when the ledger is closed. */
  readonly disconnect?: (() => Promise<void>) | undefined;
  /** First part of all keys. @default 'llm-gateway' */
  readonly prefix?: string | undefined;
  /** How long a process may be silent before the money it holds counts as spent, in milliseconds. @default 30000 */
  readonly leaseMs?: number | undefined;
  /** Longest wait for an answer, in milliseconds. @default 100 */
  readonly timeoutMs?: number | undefined;
  /** Records kept whole, about; sums are kept longer. @default 1000000 */
  readonly maxRecords?: number | undefined;
  /** How long sums are kept, in days. @default 400 */
  readonly keepDays?: number | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Slots older than this are no budget's any more: the longest calendar window is a month. */
const KEEP_SLOTS_MS = 400 * DAY_MS;
/** A write keeps nobody waiting, and is large: it may take so many times as long as a claim. */
const WRITE_PATIENCE = 20;
/** Records read with one command. */
const PAGE = 1_000;

/**
 * A ledger in Redis, for any number of machines: every claim and every batch is one script, and so one step. What a
 * process held when it died counts as spent once its lease has run out.
 */
export class RedisLedger implements LedgerStore {
  readonly scope = 'shared';
  readonly #connect: () => RedisLedgerClient | Promise<RedisLedgerClient>;
  readonly #disconnect: (() => Promise<void>) | undefined;
  readonly #key: string;
  readonly #owner = randomUUID();
  readonly #timeoutMs: number;
  #clients = 0;
  /** Lease, cover budget, records kept and lifetime of sums: the same with every script. */
  readonly #settings: readonly string[];

  constructor(options: RedisLedgerOptions) {
    const { client, connect } = options;
    if (client === undefined && connect === undefined) throw new TypeError('A ledger in Redis needs a client.');
    this.#connect = connect ?? (() => client as RedisLedgerClient);
    this.#disconnect = options.disconnect;
    this.#key = `{${options.prefix ?? 'llm-gateway'}:ledger}`;
    this.#timeoutMs = options.timeoutMs ?? 100;
    const keepMs = (options.keepDays ?? 400) * DAY_MS;
    const numbers = [options.leaseMs ?? 30_000, hashOf(COVER_BUDGET), options.maxRecords ?? 1_000_000, keepMs];
    this.#settings = [this.#owner, ...numbers.map(String)];
  }

  async claim(claim: BudgetClaim): Promise<BudgetGrant> {
    const { budget, slot, since, limitNano, needNano, wantNano, calls } = claim;
    const numbers = [slot, since, limitNano ?? '', needNano, wantNano, calls, BLOCK_SHARE, slot - KEEP_SLOTS_MS];
    const answer = this.#run(CLAIM, [hashOf(budget), ...numbers.map(String)]).then(grantOf);
    return answerWithin(this.#timeoutMs, answer, (late) => {
      // Nobody waits for it any more: it goes back.
      const back: BudgetSettlement = { budget, slot, spentNano: 0, freedNano: late.grantedNano, calls };
      this.write({ records: [], settlements: [back] }).catch(ignore);
    });
  }

  /** A batch that was applied although the answer got lost may be written again: it counts once. */
  async write(batch: LedgerBatch): Promise<void> {
    const increments = incrementsOf(batch.records);
    const counts = [batch.settlements.length, increments.length, batch.records.length];
    const settlements = batch.settlements.flatMap(({ budget, slot, spentNano, freedNano, calls }) => [
      hashOf(budget),
      ...[slot, spentNano, freedNano, calls].map(String),
    ]);
    const records = batch.records.map((record) => JSON.stringify(record));
    const id = batch.records.length + batch.settlements.length === 0 ? '' : batchId(batch);
    await answerWithin(
      this.#timeoutMs * WRITE_PATIENCE,
      this.#run(WRITE, [id, ...counts.map(String), ...settlements, ...increments.flat(), ...records]),
      ignore,
    );
  }

  /** `since` and `until` count whole hours. */
  async usage(query: UsageQuery): Promise<readonly UsageRow[]> {
    const client = await this.#connect();
    const { since, until } = queryRange(query);
    const from = since === Number.NEGATIVE_INFINITY ? '-inf' : Math.floor(since / HOUR_MS) * HOUR_MS;
    const hours = await client.zrangebyscore(
      `${this.#key}:hours`,
      from,
      until === Number.POSITIVE_INFINITY ? '+inf' : `(${until}`,
    );
    const sums = await Promise.all(
      hours.map(async (hour) => [Number(hour), await client.hgetall(`${this.#key}:sums:${hour}`)] as const),
    );
    return rowsOfHours(sums, query);
  }

  /** The records that are still kept whole, oldest first. */
  async *records(): AsyncIterableIterator<LedgerRecord> {
    const client = await this.#connect();
    let start = '-';
    for (;;) {
      const page = await client.xrange(`${this.#key}:records`, start, '+', 'COUNT', PAGE);
      for (const [, fields] of page) yield JSON.parse(fields[1] as string) as LedgerRecord;
      const last = page[page.length - 1];
      if (last === undefined || page.length < PAGE) return;
      start = `(${last[0]}`;
    }
  }

  async renew(): Promise<void> {
    await this.write({ records: [], settlements: [] });
  }

  attach(): () => Promise<void> {
    this.#clients += 1;
    return async () => {
      this.#clients -= 1;
      if (this.#clients === 0) await this.close();
    };
  }

  /** Lets go of the connection; the next command opens another one. */
  async close(): Promise<void> {
    await this.#disconnect?.();
  }

  async #run({ script, sha }: Script, args: readonly string[]): Promise<unknown> {
    const client = await this.#connect();
    const all = [this.#key, ...this.#settings, ...args];
    try {
      return await client.evalsha(sha, 1, ...all);
    } catch (error) {
      // After a restart, a failover or SCRIPT FLUSH the server has to be told the script again.
      if (!(error instanceof Error && error.message.includes('NOSCRIPT'))) throw error;
      return client.eval(script, 1, ...all);
    }
  }
}

const batchIds = new WeakMap<LedgerBatch, string>();

function batchId(batch: LedgerBatch): string {
  const id = batchIds.get(batch) ?? randomUUID();
  batchIds.set(batch, id);
  return id;
}

/** Names of budgets say things about a business; keys hold a hash of them. */
function hashOf(budget: string): string {
  return createHash('sha256').update(budget).digest('hex').slice(0, 16);
}

function grantOf(answer: unknown): BudgetGrant {
  const [granted, spent, held, oldest] = answer as string[];
  return {
    grantedNano: Number(granted),
    spentNano: Number(spent),
    heldNano: Number(held),
    oldestSlot: oldest === '' ? undefined : Number(oldest),
  };
}

function ignore(): void {}
