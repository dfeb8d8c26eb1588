import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../tools/exports-map.ts';

export const README = join(projectRoot, 'README.md');

/** The README as it is. */
export function readReadme(): string {
  return readFileSync(README, 'utf8');
}

/** A block of code in the README. */
export interface CodeBlock {
  /** What stands behind the fence: `ts`, `sh`, `json`. */
  readonly language: string;
  readonly text: string;
  /** Line in the README on which the code begins, from 1. */
  readonly line: number;
}

export function codeBlocks(readme: string, language: string): CodeBlock[] {
  return [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .map((match) => ({
      language: String(match[1]),
      text: String(match[2]),
      line: readme.slice(0, match.index).split('\n').length + 1,
    }))
    .filter((block) => block.language === language);
}

/** The text under a heading, to the next heading of any level. */
export function section(readme: string, heading: string): string {
  const [, text] = readme.split(new RegExp(`^#+ ${heading.replace(/[.?()]/g, '\\$&')}$`, 'm'));
  if (text === undefined) throw new Error(`The README has no heading "${heading}".`);
  return text.split(/^#+ /m)[0] as string;
}

/** The rows of the first table that has this first heading, without their decoration. */
export function tableRows(text: string, firstHead: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHead} |`));
  if (start < 0) throw new Error(`There is no table that begins with "${firstHead}".`);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end < 0 ? undefined : end).map((line) =>
    line
      .slice(2, -2)
      .split(/ \| /)
      .map((cell) => cell.replaceAll('`', '').trim()),
  );
}
