import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketsFor } from '../../src/cli/buckets.js';
import { allocationCsv, reportJson } from '../../src/cli/export-report.js';
import { formatCost, formatCount, formatDuration, formatShare } from '../../src/cli/format.js';
import { Histogram } from '../../src/cli/histogram.js';
import { openReport } from '../../src/cli/open-report.js';
import { pageReport } from '../../src/cli/page-report.js';
import { reportCommand, UsageError } from '../../src/cli/report-command.js';
import { collectReport } from '../../src/cli/report-data.js';
import type { ReportSource } from '../../src/cli/report-record.js';
import { ticksUpTo } from '../../src/cli/svg.js';
import { displayWidth, fitTo, tableLines } from '../../src/cli/table.js';
import type { LedgerRecord } from '../../src/domain/ledger.js';
import { UNKNOWN_COST } from '../../src/domain/unknown-price.js';
import { SqliteLedger } from '../../src/sqlite.js';
import { seededRandom } from '../../src/testing/seeded-random.js';
import { readPng } from './png.js';

const START = Date.parse('2026-10-23T00:00:00Z');
const DAY_MS = 86_400_000;
const PROJECTS = [
  'search',
  '智能客服',
  '数据分析与报表生成服务',
  '=HYPERLINK("evil")',
  '<img src=x onerror=alert(1)>',
  '',
];
const MODELS = [
  'gpt-5.5',
  'kimi-k3',
  'deepseek-flash',
  'claude-sonnet-5',
  'glm-5.3',
  'gpt-5.4-mini',
  'gemini-3.8-flash',
  'qwen3-max',
  'o3',
];

function records(count: number, days: number): LedgerRecord[] {
  const random = seededRandom(11);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() ** 1.4 * values.length)] as T;
  return Array.from({ length: count }, (_, index): LedgerRecord => {
    const failed = random() < 0.03;
    const project = pick(PROJECTS);
    const nano = Math.floor(random() * 20_000_000);
    return {
      id: `c${index}:1`,
      callId: `c${index}`,
      attempt: 1,
      final: true,
      at: START + Math.floor((index / count) * days * DAY_MS),
      operation: 'chat',
      stream: false,
      endpoint: pick(['treerouter', '硅基流动']),
      model: pick(MODELS),
      tier: 1,
      tags: project === '' ? {} : { project },
      status: failed ? 'failed' : 'ok',
      kind: failed ? 'timeout' : undefined,
      fallback: random() < 0.05,
      durationMs: 200 + random() * 3_000,
      firstEventMs: 100,
      possiblyBilled: !failed,
      usage: { inputTokens: 1_000, cachedInputTokens: 250, outputTokens: 100, source: 'reported' },
      cost:
        random() < 0.01 ? UNKNOWN_COST : { amountNano: nano, currency: 'USD', source: 'table', priceVersion: 'test' },
    };
  });
}

let directory: string;
let file: string;
let source: ReportSource;
const all = records(5_000, 30);
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'report-'));
  file = join(directory, 'calls.db');
  const ledger = new SqliteLedger({ file });
  ledger.write({ records: all, settlements: [] });
  ledger.close();
  source = await openReport(file, {});
});
afterAll(() => {
  source.close();
  rmSync(directory, { recursive: true });
});

/** A stream that keeps what is written. */
function sink(): { readonly stream: NodeJS.WriteStream; text: string } {
  const kept = { text: '', stream: process.stdout };
  const write = (text: string): boolean => {
    kept.text += text;
    return true;
  };
  return Object.assign(kept, { stream: { isTTY: false, write } as unknown as NodeJS.WriteStream });
}

async function report(...args: string[]): Promise<{ readonly out: string; readonly err: string }> {
  const [out, err] = [sink(), sink()];
  await reportCommand(args, out.stream, err.stream);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are taken off.
  return { out: out.text.replace(/\u001b\[\d+m/g, ''), err: err.text };
}

describe('what a report adds up', () => {
  it('is every record once', () => {
    const data = collectReport(source, { fx: {} });
    const priced = all.reduce((sum, { cost }) => sum + (cost.amountNano ?? 0), 0);
    expect(data.total).toMatchObject({
      calls: 5_000,
      attempts: 5_000,
      nano: priced,
      failed: all.filter(({ status }) => status === 'failed').length,
    });
    for (const part of [data.byProject, data.byModel, data.byEndpoint]) {
      expect([...part.values()].reduce((sum, { nano }) => sum + nano, 0)).toBe(priced);
    }
    expect(data.over.reduce((sum, { calls }) => sum + calls, 0)).toBe(5_000);
    expect(data.costOverByModel.flatMap((bucket) => [...bucket.values()]).reduce((sum, nano) => sum + nano, 0)).toBe(
      priced,
    );
  });

  it('can be limited to a span of time', async () => {
    const week = await openReport(file, { since: START + 7 * DAY_MS, until: START + 14 * DAY_MS });
    const expected = all.filter(({ at }) => at >= START + 7 * DAY_MS && at < START + 14 * DAY_MS).length;
    expect(week.count).toBe(expected);
    expect(collectReport(week, { fx: {} }).total.calls).toBe(expected);
    week.close();
  });

  it('converts by the rate a record was made with, and keeps apart what it cannot convert', () => {
    const one = { ...all[0], tags: {} } as LedgerRecord;
    const yuan = (fxRate?: number) =>
      ({
        ...one,
        cost: { amountNano: 1_000_000_000, currency: 'CNY', source: 'table', priceVersion: 't' },
        fxRate,
      }) as LedgerRecord;
    const path = join(directory, 'mixed.jsonl');
    const usd = { ...one, cost: { amountNano: 1_000_000_000, currency: 'USD', source: 'table', priceVersion: 't' } };
    writeFileSync(path, [usd, usd, usd, yuan(0.138), yuan()].map((record) => JSON.stringify(record)).join('\n'));
    return openReport(path, {}).then((mixed) => {
      const without = collectReport(mixed, { currency: 'USD', fx: {} });
      expect(without.total.nano).toBe(3_138_000_000);
      expect([...without.otherCurrencies]).toEqual([['CNY', 1_000_000_000]]);
      expect(collectReport(mixed, { currency: 'USD', fx: { CNY: 0.14 } }).total.nano).toBe(3_278_000_000);
      expect(collectReport(mixed, { fx: {} }).currency).toBe('USD');
    });
  });

  it('finds percentiles within 4 %', () => {
    const histogram = new Histogram();
    for (let value = 1; value <= 10_000; value += 1) histogram.add(value);
    for (const share of [0.01, 0.5, 0.95, 0.99]) {
      expect(Math.abs((histogram.percentile(share) as number) / (share * 10_000) - 1)).toBeLessThan(0.04);
    }
    expect(new Histogram().percentile(0.5)).toBeUndefined();
  });

  it.each([
    [2, 'hour'],
    [30, 'day'],
    [200, 'week'],
    [1_000, 'month'],
  ])('is shown over %i days by the %s', (days, unit) => {
    const buckets = bucketsFor(START, START + days * DAY_MS);
    expect(buckets.unit).toBe(unit);
    expect(buckets.starts.length).toBeLessThanOrEqual(76);
    buckets.starts.forEach((start, index) => {
      expect(buckets.indexOf(start)).toBe(index);
      if (index > 0) expect(buckets.indexOf(start - 1)).toBe(index - 1);
    });
  });
});

describe('the summary in a terminal', () => {
  it('aligns Chinese names', () => {
    const lines = tableLines(
      ['Project', 'cost'],
      [
        ['智能客服', '$1.00'],
        ['search', '$22.00'],
      ],
    );
    expect(lines).toEqual(['Project     cost', '智能客服   $1.00', 'search    $22.00']);
    expect(new Set(lines.map(displayWidth)).size).toBe(1);
  });

  it('cuts long names and takes control characters for spaces', () => {
    expect(fitTo('数据分析与报表', 7)).toBe('数据分…');
    expect(fitTo('a\u001b[31mb\n', 20)).toBe('a [31mb ');
    expect(displayWidth('e\u0301')).toBe(1);
  });

  it.each([
    [formatCount(9_999), '9,999'],
    [formatCount(12_345), '12.3k'],
    [formatCount(1_234_567_890), '1.2G'],
    [formatShare(0, 10), '0 %'],
    [formatShare(1, 100_000), '< 0.1 %'],
    [formatShare(1, 0), '–'],
    [formatDuration(850), '850 ms'],
    [formatDuration(2_345), '2.35 s'],
    [formatDuration(undefined), '–'],
    [formatCost(80_000_000, 'USD'), '$0.08'],
    [formatCost(1_234_567_890_000, 'CNY'), '¥1,234.57'],
    [formatCost(1_500, 'USD'), '$0.00000150'],
    [formatCost(0, 'USD'), '$0.00'],
  ])('says %s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('says what it cost and what is not in the sums', async () => {
    const { out, err } = await report(file, '--html', join(directory, 'a.html'));
    expect(out).toMatch(/for 5,000 calls \(5,000 attempts\)/);
    expect(out).toMatch(/attempts have no known price and are in no sum/);
    expect(out).toMatch(/^智能客服 /m);
    expect(err).toContain('a.html');
  });
});

describe('the command', () => {
  it('writes page, figures, allocation and records, and reads its own export', async () => {
    const path = (name: string) => join(directory, name);
    await report(
      file,
      '--html',
      path('b.html'),
      '--json',
      path('b.json'),
      '--csv',
      path('b.csv'),
      '--jsonl',
      path('b.jsonl'),
    );
    const figures = JSON.parse(readFileSync(path('b.json'), 'utf8')) as { total: { calls: number }; over: unknown[] };
    expect(figures.total.calls).toBe(5_000);
    expect(readFileSync(path('b.jsonl'), 'utf8').trim().split('\n')).toHaveLength(5_000);
    await report(path('b.jsonl'), '--no-html', '--json', path('c.json'));
    expect(JSON.parse(readFileSync(path('c.json'), 'utf8'))).toEqual(figures);
  });

  it('prints figures alone when asked for', async () => {
    const { out } = await report(file, '--no-html', '--json', '-');
    expect(JSON.parse(out)).toMatchObject({ records: 5_000, currency: 'USD' });
  });

  it.each([
    [[], /Which file/],
    [['a', 'b'], /One file/],
    [['--nonsense', 'a'], /nonsense/],
    [['a', '--since', 'soon'], /--since/],
    [['a', '--fx', 'CNY'], /--fx/],
  ])('refuses %j', async (args, message) => {
    await expect(report(...args)).rejects.toThrow(UsageError);
    await expect(report(...args)).rejects.toThrow(message);
  });

  it('says what is wrong with a file', async () => {
    writeFileSync(join(directory, 'notes.txt'), 'hello\n');
    await expect(report(join(directory, 'notes.txt'))).rejects.toThrow(/line 1 is no record/);
    await expect(report(join(directory, 'missing.db'))).rejects.toThrow(/no file/);
    writeFileSync(join(directory, 'empty.jsonl'), '');
    expect((await report(join(directory, 'empty.jsonl'))).out).toMatch(/no records/);
  });
});

describe('the exports', () => {
  it('allocate every cost exactly, and hand no formula to a spreadsheet', () => {
    const lines = allocationCsv(source).trim().split('\r\n');
    const cells = lines.slice(1).map((line) => line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) as string[]);
    const sum = cells.reduce((total, row) => total + Math.round(Number((row[5] as string).replace(',', '')) * 1e9), 0);
    expect(sum).toBe(all.reduce((total, { cost }) => total + (cost.amountNano ?? 0), 0));
    expect(lines.some((line) => line.includes(`'=HYPERLINK`))).toBe(true);
    expect(lines.some((line) => /,"?=/.test(line))).toBe(false);
  });

  it('are JSON through and through', () => {
    const text = JSON.stringify(reportJson(collectReport(source, { fx: {} })));
    expect(JSON.parse(text)).toMatchObject({
      latency: { p50Ms: expect.any(Number) },
      failures: { timeout: expect.any(Number) },
    });
  });
});

describe('the page', () => {
  const page = () => pageReport(collectReport(source, { fx: {} }), 'Calls <of> October');

  it('needs no script and no network, and takes names for names', () => {
    const html = page();
    expect(html).not.toMatch(/<script|<link|https?:|url\(|@import/);
    expect(html).not.toContain('<img');
    expect(html).toContain('&#60;img');
    expect(html).toContain('智能客服');
    expect(html.length).toBeLessThan(2_000_000);
  });

  it.each([
    [0, [0, 1]],
    [7.4, [0, 2, 4, 6, 8]],
    [8, [0, 2, 4, 6, 8]],
    [0.003, [0, 0.001, 0.002, 0.003]],
    [1_000, [0, 500, 1_000]],
  ])('has round ticks up to %d', (most, ticks) => {
    expect(ticksUpTo(most).map((tick) => Number(tick.toPrecision(6)))).toEqual(ticks);
  });

  it('is made of a single record, too', async () => {
    const path = join(directory, 'one.jsonl');
    writeFileSync(path, JSON.stringify(all[0]));
    const one = await openReport(path, {});
    expect(pageReport(collectReport(one, { fx: {} }), 'One')).toContain('</html>');
  });

  const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
  // Where tests must be complete, a missing browser is a failure.
  if (browser !== undefined || process.env['CI'] !== undefined) {
    it.each(['light', 'dark'])(
      'opens in a browser without an error and shows its charts, %s',
      (scheme) => {
        if (browser === undefined) throw new Error('Chromium is not installed');
        const html = join(directory, `${scheme}.html`);
        const png = join(directory, `${scheme}.png`);
        writeFileSync(html, page());
        const flags =
          '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars --enable-logging=stderr';
        const dark =
          scheme === 'dark' ? ['--blink-settings=preferredColorScheme=0'] : ['--blink-settings=preferredColorScheme=1'];
        const profile = `--user-data-dir=${join(directory, `profile-${scheme}`)}`;
        const run = spawnSync(
          browser,
          [...flags.split(' '), ...dark, profile, '--window-size=1240,1400', `--screenshot=${png}`, `file://${html}`],
          { encoding: 'utf8', timeout: 120_000 },
        );
        expect(run.stderr).not.toMatch(/CONSOLE/);
        expect(statSync(png).size).toBeGreaterThan(20_000);
        const picture = readPng(readFileSync(png));
        const seen = new Map<string, number>();
        for (let y = 0; y < picture.height; y += 2)
          for (let x = 0; x < picture.width; x += 2) {
            const colour = picture.colour(x, y);
            seen.set(colour, (seen.get(colour) ?? 0) + 1);
          }
        const colours =
          scheme === 'dark'
            ? ['6a9bf4', 'f0a65a', '4fc29a', 'b98ae6', '11151c', '1a202b']
            : ['2f6fde', 'e58a2b', '2b9e77', '9a5fd0', 'f6f7f9', 'ffffff'];
        for (const colour of colours) expect(seen.get(colour) ?? 0, `${colour} in ${scheme}`).toBeGreaterThan(200);
      },
      150_000,
    );
  }
});
