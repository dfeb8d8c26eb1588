import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchOptions, BenchReport } from './bench.ts';
import { distFolder } from './library.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The tests that know a figure each, and hand it out. */
const TESTS = ['mixed-calls', 'budgets', 'ledger-file', 'ledger-redis', 'price-list'];
const RECORDS = 1_000_000;
const BATCH = 5_000;

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly target: string;
}

/** Whether money is counted right: calls against the truth, overshoot, killed processes, prices; and a report of a large ledger. */
export async function money({ quick }: BenchOptions): Promise<BenchReport> {
  const directory = mkdtempSync(join(tmpdir(), 'money-bench-'));
  try {
    const figures = [
      ...testFigures(join(directory, 'figures'), quick ? 12 : 200),
      ...(await reportFigures(directory, quick ? RECORDS / 10 : RECORDS)),
    ];
    return {
      figures: Object.fromEntries(figures.map(({ name, value }) => [name, value])),
      columns: ['', 'figure', 'target'],
      rows: figures.map(({ name, value, target }) => [name, value, target]),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function testFigures(file: string, kills: number): readonly Figure[] {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const paths = TESTS.map((name) => `test/metering/${name}.test.ts`);
  const { status, stdout } = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', 'test/vitest.config.ts', ...paths],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, FIGURES: file, LEDGER_KILLS: String(kills) } },
  );
  if (status !== 0) throw new Error(`A test of a figure failed:\n${stdout}`);
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Figure)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function reportFigures(directory: string, count: number): Promise<readonly Figure[]> {
  const file = join(directory, 'calls.db');
  const page = join(directory, 'report.html');
  await fill(file, count);
  const began = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('cli.js', distFolder)), 'report', file, '--html', page],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`The report failed:\n${stderr}`);
  const seconds = (performance.now() - began) / 1_000;
  return [
    { name: 'report_records', value: count, target: '1000000' },
    { name: 'report_s', value: Math.round(seconds * 100) / 100, target: '<= 10' },
    { name: 'report_page_mb', value: Math.round(statSync(page).size / 10_000) / 100, target: '<= 2' },
    ...browserErrors(directory, page),
  ];
}

async function fill(file: string, count: number): Promise<void> {
  const { SqliteLedger } = (await import(
    new URL('sqlite.js', distFolder).href
  )) as typeof import('../../src/sqlite.ts');
  const store = new SqliteLedger({ file });
  const models = ['gpt-5.5', 'gpt-5.4-mini', 'deepseek-flash', 'claude-sonnet-5', 'qwen3-max'];
  const projects = ['search', 'support', '数据分析', 'reports'];
  const days = 45 * 86_400_000;
  for (let first = 0; first < count; first += BATCH) {
    const records = Array.from({ length: Math.min(BATCH, count - first) }, (_, offset) => {
      const index = first + offset;
      const failed = index % 37 === 0;
      return {
        id: `c${index}:1`,
        callId: `c${index}`,
        attempt: 1,
        final: true,
        at: Date.parse('2026-10-01') + Math.floor((index / count) * days),
        operation: 'chat',
        stream: false,
        endpoint: index % 3 === 0 ? 'openrouter' : 'treerouter',
        model: models[index % 5] as string,
        tier: 1,
        tags: { project: projects[index % 4] as string },
        status: failed ? ('failed' as const) : ('ok' as const),
        kind: failed ? ('timeout' as const) : undefined,
        fallback: index % 29 === 0,
        durationMs: 200 + (index % 977) * 5,
        possiblyBilled: true,
        usage: { inputTokens: 1_000, cachedInputTokens: 250, outputTokens: 100, source: 'reported' as const },
        cost: { amountNano: 1_500_000, currency: 'USD', source: 'table' as const, priceVersion: 'bench' },
      };
    });
    store.write({ records, settlements: [] });
  }
  store.close();
}

/** Opens the page in Chromium, where there is one, and counts what it complains of. */
function browserErrors(directory: string, page: string): readonly Figure[] {
  const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (browser === undefined) return [];
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--enable-logging=stderr'];
  const profile = `--user-data-dir=${join(directory, 'profile')}`;
  const { stderr } = spawnSync(browser, [...flags, profile, '--dump-dom', `file://${page}`], {
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 1 << 26,
  });
  return [{ name: 'report_browser_errors', value: stderr.split('CONSOLE').length - 1, target: '0' }];
}
