import { mkdtempSync, rmSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions, BenchReport } from './bench.ts';

/** What metering costs a call is measured at its own door, which the package does not export: sources are loaded as they are. */
const SOURCES = new URL('../../src/', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const source = specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.startsWith(SOURCES);
    return next(source ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});

const { systemClock } = await import('../../src/clock.ts');
const { createEmitter } = await import('../../src/emitter.ts');
const { operationOf } = await import('../../src/domain/operation.ts');
const { newTrace } = await import('../../src/domain/trace.ts');
const { createMetering } = await import('../../src/create-metering.ts');
const { SqliteLedger } = await import('../../src/sqlite.ts');

const CALLS_PER_ROUND = 10_000;
const ROUNDS = 12;
/** Until the compiler has done with the code that is measured. */
const WARM_UP_ROUNDS = 3;
const RECORDS = 200_000;
const BATCH = 256;

/**
 * What money costs in time: a call's metering (price, cost, budget, record) with the memory ledger and with a file, and how
 * fast a file takes records. Calls are measured in processor time, which a busy machine does not stretch; records in the
 * time of the clock.
 */
export async function ledger({ quick }: BenchOptions): Promise<BenchReport> {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-bench-'));
  try {
    const memory = await microsecondsPerCall(undefined, false);
    const budgeted = await microsecondsPerCall(undefined, true);
    const file = await microsecondsPerCall(new SqliteLedger({ file: join(directory, 'calls.db') }), true);
    const appends = appendsPerSecond(join(directory, 'records.db'), quick ? RECORDS / 5 : RECORDS);
    const sum = sumOfMillion();
    return {
      figures: {
        call_us: round(memory),
        budget_call_us: round(budgeted),
        sqlite_call_us: round(file),
        append_per_s: Math.round(appends),
        million_calls_nano: Number(sum),
      },
      columns: ['', 'figure', 'target'],
      rows: [
        ['metering per call, memory (us)', memory, '<= 3'],
        ['the same under two budgets (us)', budgeted, ''],
        ['metering per call, two budgets, file (us)', file, '<= 20'],
        ['records per second into a file', Math.round(appends), '>= 20,000'],
        ['sum of a million calls of 1,500 nano-units', String(sum), '1500000000'],
      ],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

type Parts = ReturnType<typeof createMetering>;

async function microsecondsPerCall(store: object | undefined, budgets: boolean): Promise<number> {
  const emitter = createEmitter({}, () => {});
  const budget = (name: string, match: object) => ({
    name,
    match,
    per: 'month',
    limit: { amount: 1_000_000, currency: 'USD' },
  });
  const config = {
    clock: systemClock,
    fx: {},
    prices: [],
    endpoints: [{ name: 'openai', sdk: { baseURL: 'https://api.openai.com/v1' } }],
    budgets: budgets ? [budget('all', {}), budget('search', { project: 'search' })] : [],
    store,
  } as unknown as Parameters<typeof createMetering>[0];
  const parts = createMetering(config, emitter, true, () => {});
  await parts.metering.ready();
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = process.cpuUsage();
    for (let call = 0; call < CALLS_PER_ROUND; call += 1) meterOne(parts, `${round}-${call}`);
    await parts.ledger.flush();
    const { user, system } = process.cpuUsage(started);
    rounds.push((user + system) / CALLS_PER_ROUND);
  }
  await parts.close();
  return median(rounds.slice(WARM_UP_ROUNDS));
}

const operation = operationOf('post', '/chat/completions');
const tags = Object.freeze({ project: 'search', user: 'u1' });
const options = {
  method: 'post',
  path: '/chat/completions',
  body: { model: 'gpt-5.5', max_tokens: 500, messages: [{ role: 'user', content: 'How are you today?' }] },
};
const target = { key: 'openai/gpt-5.5', endpoint: 'openai', model: 'gpt-5.5', tier: 1, weight: 1 };
const usage = Object.freeze({
  inputTokens: 1_000,
  cachedInputTokens: 400,
  outputTokens: 200,
  totalTokens: 1_200,
  source: 'reported' as const,
});
const reply = { response: new Response('{}'), value: {}, settled: { ending: 'complete' as const } };

function meterOne({ metering }: Parts, id: string): void {
  const call = {
    id,
    operation,
    options,
    stream: false,
    alias: 'smart',
    tags,
    trace: newTrace(),
    startedAt: 0,
    groups: [[target]],
  };
  const attempt = { call, number: 1, target, startedAt: 0 } as unknown as Parameters<typeof metering.admit>[0];
  const admitted = metering.admit(attempt);
  if (admitted instanceof Promise || 'refused' in admitted) throw new Error('a call had to wait or was refused');
  admitted.settle({ ending: 'complete', usage }, reply);
}

function appendsPerSecond(file: string, records: number): number {
  const store = new SqliteLedger({ file });
  const cost = { amountNano: 1_500, currency: 'USD', source: 'table', priceVersion: 'bench' } as const;
  const started = process.hrtime.bigint();
  for (let first = 0; first < records; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, records - first) }, (_, index) => ({
      id: `gw-bench-${(first + index).toString(36)}:1`,
      callId: `gw-bench-${(first + index).toString(36)}`,
      attempt: 1,
      final: true,
      at: 1_790_000_000_000 + first + index,
      operation: 'chat',
      stream: false,
      endpoint: 'openai',
      model: 'gpt-5.5',
      alias: 'smart',
      tier: 1,
      tags,
      status: 'ok' as const,
      fallback: false,
      durationMs: 800,
      possiblyBilled: true,
      usage,
      cost,
    }));
    store.write({ records: batch, settlements: [] });
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  store.close();
  return records / seconds;
}

function sumOfMillion(): bigint {
  let sum = 0n;
  for (let call = 0; call < 1_000_000; call += 1) sum += 1_500n;
  return sum;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
