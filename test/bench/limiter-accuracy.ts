/** How close estimates of prompts are to what OpenAI's own tokenizer counts, and what they cost. */
import '../metering/child/sources.ts';
import { readFileSync } from 'node:fs';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { BenchOptions } from './bench.ts';
import type { LimiterFigure } from './limiter.ts';

const { Calibration } = await import('../../src/domain/calibration.ts');
const { promptSize } = await import('../../src/domain/prompt-size.ts');
const { pieces } = await import('../limits/texts.ts');

const TEXTS = { en: pieces('english', 400), zh: pieces('chinese', 200), code: pieces('code', 600) };
/** Texts that came with packages: nobody here chose them, and the estimate was not made with them. */
const FOREIGN = {
  en: cut(prose(installed('openai/README.md') + installed('ioredis/README.md')), 1_500),
  zh: cut(
    Object.values(JSON.parse(installed('typescript/lib/zh-cn/diagnosticMessages.generated.json'))).join('\n'),
    700,
  ).slice(0, 100),
  code: cut(installed('openai/client.mjs'), 1_500),
};

function installed(path: string): string {
  return readFileSync(new URL(`../../node_modules/${path}`, import.meta.url), 'utf8');
}

function prose(markdown: string): string {
  return markdown.replace(/```[\s\S]*?```/g, '');
}

function cut(text: string, length: number): string[] {
  return Array.from({ length: Math.floor(text.length / length) }, (_, at) =>
    text.slice(at * length, (at + 1) * length),
  );
}

const CALLS = 1_000;
/** Calls that teach and are not measured. */
const WARM_UP = 50;

/**
 * Mixed traffic that teaches as it goes, as a service's own calls do.
 * @param factors tokens of this vocabulary for one of the tokenizer's, in ASCII and outside.
 */
function calibrated(
  [ascii, nonAscii]: readonly [number, number],
  texts: typeof TEXTS = TEXTS,
): Record<keyof typeof TEXTS, number> {
  const calibration = new Calibration('any');
  const errors = { en: [] as number[], zh: [] as number[], code: [] as number[] };
  const kinds = Object.keys(texts) as (keyof typeof TEXTS)[];
  for (let call = 0; call < CALLS; call += 1) {
    const kind = kinds[call % kinds.length] as keyof typeof TEXTS;
    const text = texts[kind][call % texts[kind].length] as string;
    const size = promptSize({ input: text });
    const counted = countTokens(text) * (kind === 'zh' ? nonAscii : ascii);
    if (call >= WARM_UP) errors[kind].push(Math.abs(calibration.tokens(size) / counted - 1));
    calibration.learn(size, counted);
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { en: mean(errors.en), zh: mean(errors.zh), code: mean(errors.code) };
}

export async function accuracy({ quick }: BenchOptions): Promise<LimiterFigure[]> {
  const own = calibrated([1, 1]);
  // A vocabulary that knows Chinese less well, as Claude's, and one that knows it better, as DeepSeek's.
  const others = [calibrated([1.1, 1.43]), calibrated([0.95, 0.8])];
  const worst = Math.max(...others.flatMap((errors) => Object.values(errors)));
  const foreign = Math.max(...Object.values(calibrated([1, 1], FOREIGN)));
  const costs = [0.5, 4, 32].map((kilobytes): LimiterFigure => {
    const what = `estimate of a prompt of ${kilobytes} KB (us)`;
    return {
      name: `estimate_us_${String(kilobytes).replace('.', '_')}kb`,
      what,
      value: costOf(kilobytes, quick),
      target: '',
    };
  });
  return [
    { name: 'estimate_error_en', what: 'mean error of estimates, English', value: own.en, target: '<= 0.1' },
    { name: 'estimate_error_zh', what: 'mean error of estimates, Chinese', value: own.zh, target: '<= 0.1' },
    { name: 'estimate_error_code', what: 'mean error of estimates, code', value: own.code, target: '<= 0.1' },
    {
      name: 'estimate_error_other',
      what: 'the worst of them for other vocabularies, learned',
      value: worst,
      target: '<= 0.1',
    },
    {
      name: 'estimate_error_foreign',
      what: 'the worst of them for documentation and code of other packages',
      value: foreign,
      target: '<= 0.1',
    },
    ...costs,
  ];
}

function costOf(kilobytes: number, quick: boolean): number {
  const source = TEXTS.en.join('\n');
  const text = source.repeat(Math.ceil((kilobytes * 1024) / source.length)).slice(0, kilobytes * 1024);
  const half = text.length / 2;
  const messages = [
    { role: 'system', content: text.slice(0, half) },
    { role: 'user', content: text.slice(half) },
  ];
  const rounds = quick ? 500 : 3_000;
  const measure = () => {
    const from = process.cpuUsage();
    for (let call = 0; call < rounds; call += 1) promptSize({ model: 'm', messages });
    const { user, system } = process.cpuUsage(from);
    return (user + system) / rounds;
  };
  measure();
  return measure();
}
