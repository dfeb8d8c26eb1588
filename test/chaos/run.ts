/**
 * `npm run chaos -- --seconds 45 --seed 1` soaks the built package against local providers that fail at random.
 * `npm run chaos -- --figures [words]` measures what is promised about failures; words choose some of the figures.
 * Both exit with 1 on any violation, and print one JSON object as their last line.
 */
import { parseArgs } from 'node:util';
import * as library from 'llm-gateway-client';
import * as testing from 'llm-gateway-client/testing';
import { FIGURES } from './figures.ts';
import type { Figure, Kit } from './kit.ts';
import { soak } from './soak.ts';

const kit: Kit = { ...library, ...testing };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '45' },
    seed: { type: 'string' },
    figures: { type: 'boolean', default: false },
  },
});

if (values.figures) await measure(positionals);
else await runSoak(Number(values.seconds), Number(values.seed ?? Date.now() % 1_000_000));

async function runSoak(seconds: number, seed: number): Promise<void> {
  console.log(`seed ${seed}: ${seconds} s`);
  const { faults, endings, violations, examples, ...figures } = await soak(kit, { seconds, seed });
  console.table(figures);
  console.table({ ...endings });
  console.table({ ...faults });
  for (const example of examples) console.log(`VIOLATION ${example}`);
  console.log(JSON.stringify({ ...figures, endings, faults, violations }));
  process.exitCode = Object.keys(violations).length === 0 ? 0 : 1;
}

async function measure(words: readonly string[]): Promise<void> {
  const all: Figure[] = [];
  for (const [name, figure] of Object.entries(FIGURES)) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    const startedAt = performance.now();
    const figures = await figure(kit);
    console.log(`${name} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`);
    for (const { name: what, value, target, ok } of figures)
      console.log(`  ${ok ? ' ' : 'X'} ${what}: ${value}${target === '' ? '' : `   (${target})`}`);
    all.push(...figures);
  }
  const missed = all.filter(({ ok }) => !ok).map(({ name }) => name);
  console.log(JSON.stringify({ figures: Object.fromEntries(all.map(({ name, value }) => [name, value])), missed }));
  process.exitCode = missed.length === 0 ? 0 : 1;
}
