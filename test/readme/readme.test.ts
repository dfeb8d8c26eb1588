import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOOK_NAMES } from '../../src/options/hook-names.js';
import { resolveOptions } from '../../src/options/resolve.js';
import { subpaths } from '../tools/exports-map.ts';
import { sourceFiles } from '../tools/source-files.ts';
import { codeBlocks, README, readReadme, section, tableRows } from './read-readme.ts';
import { placedTables, readmeTables, withTables } from './readme-tables.ts';

const readme = readReadme();
const noFile = () => {
  throw new Error('no file is read here');
};

describe('the tables of the README', () => {
  it('say what the code says (update them with `npx vitest run --config test/vitest.config.ts test/readme -u`)', async () => {
    await expect(withTables(readme)).toMatchFileSnapshot(README);
  });

  it('are all there, once', () => {
    expect(placedTables(readme).sort()).toEqual([...readmeTables().keys()].sort());
  });

  it('name every hook', () => {
    const hooks = tableRows(section(readme, 'Hooks'), 'Hook').map(([name]) => name);
    expect(hooks.sort()).toEqual(Object.keys(HOOK_NAMES).sort());
  });

  it('name every error class with its code', () => {
    const files = sourceFiles().filter(({ path }) => path.endsWith('errors.ts'));
    const classes = files.flatMap(({ text }) => [...text.matchAll(/^export class (\w+) extends/gm)]);
    const rows = tableRows(section(readme, 'Errors'), 'Class');
    expect(rows.map(([name]) => name).sort()).toEqual(classes.map(([, name]) => name).sort());
    // Where a class has a code of its own, its constructor names it.
    for (const [, name, body] of files.flatMap(({ text }) => [
      ...text.matchAll(/^export class (\w+) extends ([\s\S]*?)^}/gm),
    ])) {
      const code = rows.find(([row]) => row === name)?.[2] ?? '';
      for (const [, own] of String(body).matchAll(/super\(\s*'(\w+)'/g)) expect(code, name).toBe(own);
    }
  });
});

describe('the code in the README', () => {
  it('sets only variables that exist, to values that work', () => {
    const blocks = codeBlocks(readme, 'sh').filter(({ text }) => /^LLM_/m.test(text));
    expect(blocks.length).toBeGreaterThan(2);
    for (const { text } of blocks) {
      const env = Object.fromEntries(
        text
          .trim()
          .split('\n')
          .map((line) => line.split(/=(.*)/s).slice(0, 2)),
      );
      const { endpoints, aliases, warnings } = resolveOptions({}, { env, readFile: noFile });
      expect(warnings).toEqual([]);
      expect(endpoints.length).toBeGreaterThan(1);
      const names = endpoints.map(({ name }) => name);
      // Every item names one of the endpoints; a typing error would make `endpoint:model` a model.
      expect(aliases.get('fast')?.steps.map(({ endpoint }) => endpoint)).toEqual(names);
    }
  });

  it('shows JSON that works', () => {
    const blocks = codeBlocks(readme, 'json');
    expect(blocks).toHaveLength(1);
    for (const { text } of blocks) {
      const { aliases, endpoints } = resolveOptions(
        {},
        { env: { LLM_CONFIG: text, LLM_API_KEY_1: 'k' }, readFile: noFile },
      );
      expect(endpoints.map(({ name }) => name)).toEqual(['treerouter', 'local']);
      expect([...aliases.keys()]).toEqual(['fast', 'patient']);
    }
  });

  it('imports only what package.json offers', () => {
    const doors = subpaths().map(({ subpath }) => `llm-gateway-client${subpath.slice(1)}`);
    const imported = codeBlocks(readme, 'ts').flatMap(({ text }) =>
      [...text.matchAll(/from '(llm-gateway-client[^']*)'/g)].map(([, name]) => name),
    );
    expect([...new Set(imported)].filter((name) => !doors.includes(String(name)))).toEqual([]);
  });
});

describe('the links of the README', () => {
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => String(target));

  it('lead to files that exist', () => {
    const files = links.filter((link) => !/^(https?:|#)/.test(link));
    expect(files.length).toBeGreaterThan(8);
    expect(files.filter((link) => !existsSync(join(dirname(README), link)))).toEqual([]);
  });

  it('lead to headings that exist', () => {
    const anchors = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      String(heading)
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trimEnd()
        .replaceAll(' ', '-'),
    );
    const wanted = links.filter((link) => link.startsWith('#')).map((link) => link.slice(1));
    expect(wanted.length).toBeGreaterThan(3);
    // GitHub keeps the blank before a heading's final dots as a hyphen.
    expect(wanted.filter((anchor) => !anchors.includes(anchor.replace(/-$/, '')))).toEqual([]);
  });
});
