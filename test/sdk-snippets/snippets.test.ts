import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, problemsIn } from '../tools/compile.ts';
import { projectRoot } from '../tools/exports-map.ts';
import { type Consumer, createConsumer } from '../tools/staged-package.ts';
import type { SnippetOutcome } from './runner.ts';

const HERE = join(projectRoot, 'test/sdk-snippets');
const names = readdirSync(join(HERE, 'snippets')).sort();
const ROOT_IMPORT = /(\bfrom )'openai'/g;
const run = promisify(execFile);

type Outcomes = Readonly<Record<string, SnippetOutcome>>;

/** The snippets as they are in `plain/`, and with the import of the SDK's root replaced in `gateway/`. */
function writeSnippets(folder: string): void {
  for (const variant of ['plain', 'gateway']) mkdirSync(join(folder, variant));
  copyFileSync(join(HERE, 'runner.ts'), join(folder, 'runner.ts'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const name of names) {
    const source = readFileSync(join(HERE, 'snippets', name), 'utf8');
    writeFileSync(join(folder, 'plain', name), source);
    writeFileSync(join(folder, 'gateway', name), source.replace(ROOT_IMPORT, "$1'llm-gateway-client'"));
  }
}

function compileErrors(folder: string): string[] {
  const files = ['plain', 'gateway'].flatMap((variant) => names.map((name) => join(folder, variant, name)));
  const program = compile(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    strict: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(folder, 'node_modules/@types')],
  });
  return problemsIn(program, folder);
}

describe.each(['openai', 'openai-floor'] as const)('programs written for the SDK, beside %s', (sdk) => {
  let consumer: Consumer;
  let plain: Outcomes;
  let gateway: Outcomes;

  beforeAll(async () => {
    consumer = createConsumer(sdk);
    writeSnippets(consumer.folder);
    const outcomesOf = async (variant: string): Promise<Outcomes> => {
      const { stdout } = await run(process.execPath, [join(consumer.folder, 'runner.ts'), variant]);
      return JSON.parse(stdout) as Outcomes;
    };
    [plain, gateway] = await Promise.all([outcomesOf('plain'), outcomesOf('gateway')]);
  });
  afterAll(() => consumer.remove());

  it('compile with the import changed', () => {
    expect(names.length).toBeGreaterThanOrEqual(30);
    expect(compileErrors(consumer.folder)).toEqual([]);
  });

  it.each(names)('%s prints and sends the same with the import changed', (name) => {
    expect(plain[name]?.threw).toBeUndefined();
    expect(plain[name]?.printed).not.toEqual([]);
    expect(gateway[name]).toEqual(plain[name]);
  });
});
