import { readdirSync, readFileSync } from 'node:fs';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { promptSize } from '../../src/domain/prompt-size.ts';

/** Text for measuring estimates, in pieces of `length` characters: English and Chinese prose, and this library's own code. */
export function pieces(kind: 'english' | 'chinese' | 'code', length: number): string[] {
  const text = kind === 'code' ? code() : readFileSync(new URL(`texts/${kind}.txt`, import.meta.url), 'utf8');
  const all: string[] = [];
  for (let at = 0; at + length <= text.length; at += length) all.push(text.slice(at, at + length));
  return all;
}

/** How far the size is from what OpenAI's tokenizer counts, on average over the pieces, as a share. */
export function meanError(all: readonly string[]): number {
  let sum = 0;
  for (const text of all) {
    const { ascii, nonAscii } = promptSize({ input: text });
    sum += Math.abs((ascii + nonAscii) / countTokens(text) - 1);
  }
  return sum / all.length;
}

function code(): string {
  const folder = new URL('../../src/domain/', import.meta.url);
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  return names.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
}
