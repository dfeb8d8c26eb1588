import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MockProvider, startMockProvider } from '../../src/testing.js';
import { projectRoot } from '../tools/exports-map.ts';
import { stagePackage } from '../tools/staged-package.ts';
import { type ExampleRun, runExample, withoutDurations } from './run-example.ts';

const numbered = readdirSync(join(projectRoot, 'examples')).filter((name) => /^\d\d-.+\.ts$/.test(name));
const programs = [...numbered, 'main-job.ts'];

const KEY = 'key-canary-5d1f';

/** What the program printed when somebody last read it and found it right. */
function approved(program: string): string {
  return readFileSync(join(projectRoot, 'test/examples/output', program.replace(/\.ts$/, '.txt')), 'utf8');
}

let root: string;

// Once: the sources may change while this runs.
beforeAll(() => {
  root = stagePackage().root;
});

describe('the examples', () => {
  const runs = new Map<string, Promise<ExampleRun>>();

  beforeAll(async () => {
    // Two at a time: more would only wait for each other.
    for (let index = 0; index < programs.length; index += 2) {
      const pair = programs.slice(index, index + 2);
      for (const program of pair) runs.set(program, runExample(root, program));
      await Promise.all(pair.map((program) => runs.get(program)));
    }
  });

  it('are numbered from 01 without gaps, at least six, and each fits on a screen', () => {
    expect(numbered.map((name) => Number(name.slice(0, 2)))).toEqual(numbered.map((_, index) => index + 1));
    expect(numbered.length).toBeGreaterThanOrEqual(6);
    const lengths = numbered.map(
      (name) => readFileSync(join(projectRoot, 'examples', name), 'utf8').split('\n').length - 1,
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(40);
  });

  it('leave a ledger from which the command draws a monthly report by service', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'allocation-'));
    try {
      const file = join(directory, 'llm.db');
      expect((await runExample(root, '16-cost-allocation.ts', { LEDGER_FILE: file })).exitCode).toBe(0);
      const page = join(directory, 'month.html');
      const since = new Date().toISOString().slice(0, 8).concat('01');
      const { status, stdout } = spawnSync(
        process.execPath,
        [join(root, 'dist/cli.js'), 'report', file, '--since', since, '--html', page, '--json', '-'],
        { encoding: 'utf8' },
      );
      expect(status).toBe(0);
      const { total, byProject } = JSON.parse(stdout) as {
        total: { calls: number; costNano: number };
        byProject: { name: string; calls: number; costNano: number }[];
      };
      // 10,000 tokens in and 1,000 out: 3.5 cents and 0.21 cents at the list price, of which this relay takes 55 %.
      expect(total).toMatchObject({ calls: 6, costNano: 2 * 19_250_000 + 4 * 1_155_000 });
      expect(byProject).toMatchObject([
        { name: 'support', calls: 2, costNano: 19_250_000 + 1_155_000 },
        { name: 'reports', calls: 1, costNano: 19_250_000 },
        { name: 'search', calls: 3, costNano: 3 * 1_155_000 },
      ]);
      expect(readFileSync(page, 'utf8')).toContain('support');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it.each(programs)('%s ends by itself and prints what it should', async (program) => {
    const { exitCode, stdout, stderr } = (await runs.get(program)) as ExampleRun;
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(withoutDurations(stdout)).toBe(approved(program));
  });

  it('print no key', async () => {
    for (const run of runs.values()) expect((await run).stdout).not.toMatch(/sk-|secret-\d/);
  });
});

describe('the main job with a provider in the environment', () => {
  let provider: MockProvider;

  beforeAll(async () => {
    provider = await startMockProvider({ apiKey: KEY, models: ['text-embedding-3-small', 'gpt-5.5-mini'] });
  });
  afterAll(() => provider.close());
  beforeEach(() => provider.reset());

  const mainJob = (variables: Record<string, string>) => runExample(root, 'main-job.ts', variables);
  const ours = () => ({ LLM_BASE_URL: provider.baseURL, LLM_API_KEY: KEY, LLM_NAME: 'ours' });

  it('shows the plan, asks a model the provider lists, and prints what came of it', async () => {
    const { exitCode, stdout } = await mainJob(ours());
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain(KEY);
    const [plan, calls] = withoutDurations(stdout).split(/^ +# +call/m);
    expect(plan).toContain('stream from gpt-5.5-mini');
    expect(calls).toMatch(/ask gpt-5.5-mini +- +- +ours: gpt-5.5-mini +1 # +\d+ \+ \d+ +\S+\n +"You said: Answer/);
    expect(calls).toMatch(
      /stream from gpt-5.5-mini +- +- +ours: gpt-5.5-mini +1 # +\d+ \+ \d+ +\S+\n +"You said: Answer/,
    );
    expect(provider.requests.map(({ path }) => path)).toEqual(['/v1/models', ...Array(2).fill('/v1/chat/completions')]);
  });

  it('sends five requests at most, fallbacks included', async () => {
    const aliases = Object.fromEntries(
      ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => [`LLM_MODEL_${name}`, 'gone-model']),
    );
    const second = { LLM_BASE_URL_2: provider.baseURL, LLM_API_KEY_2: KEY, LLM_NAME_2: 'second' };
    const { exitCode, stdout } = await mainJob({ ...ours(), ...second, ...aliases });
    expect(provider.requests).toHaveLength(5);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('ours: model_missing, then second: model_missing');
  });

  it('says what is wrong with a key the provider refuses', async () => {
    const { exitCode, stderr } = await mainJob({ ...ours(), LLM_API_KEY: 'another-key-5d1f' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('401 Incorrect API key provided.');
    expect(stderr).not.toContain('5d1f');
  });

  it('says what is wrong with the settings, and sends nothing', async () => {
    const { exitCode, stderr } = await mainJob({ LLM_BASE_URL: 'https://llm.example/v1' });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^Invalid configuration: LLM_API_KEY: is missing/);
  });
});
