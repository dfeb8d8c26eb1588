import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, readReadme } from '../readme/read-readme.ts';
import { compile, problemsIn } from '../tools/compile.ts';
import { projectRoot, subpaths } from '../tools/exports-map.ts';
import { type Consumer, createConsumer } from '../tools/staged-package.ts';

const RESOLUTIONS = {
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
} as const;

const TYPE_LIKE = ts.SymbolFlags.Type | ts.SymbolFlags.Namespace;

const cases = [
  { sdk: 'openai', resolution: 'node16' },
  { sdk: 'openai', resolution: 'nodenext' },
  { sdk: 'openai', resolution: 'bundler' },
  { sdk: 'openai-floor', resolution: 'nodenext' },
  { sdk: 'openai-floor', resolution: 'bundler' },
] as const;

const consumers = new Map<string, Consumer>();

/** One project for each SDK: what is asked of it under the kinds of resolution does not touch it. */
function consumerOf(sdk: (typeof cases)[number]['sdk']): Consumer {
  const consumer = consumers.get(sdk) ?? createConsumer(sdk);
  consumers.set(sdk, consumer);
  return consumer;
}

afterAll(() => {
  for (const consumer of consumers.values()) consumer.remove();
});

/** The programs to compile, as files of the project. */
function writePrograms(folder: string, resolution: keyof typeof RESOLUTIONS): readonly string[] {
  const dropIn = readFileSync(join(projectRoot, 'test/package/consumer/drop-in.ts'), 'utf8');
  const doors = subpaths().map(({ subpath }) => `llm-gateway-client${subpath.slice(1)}`);
  const texts = new Map([
    ['drop-in.mts', dropIn],
    ['every-door.mts', doors.map((door, index) => `export * as door${index} from '${door}';\n`).join('')],
    ...codeBlocks(readReadme(), 'ts').map(({ line, text }) => [`readme-line-${line}.mts`, text] as const),
  ]);
  // A bundler resolves every import as an ES module; only Node's own resolution has a second door.
  if (resolution !== 'bundler') texts.set('drop-in.cts', dropIn);
  for (const [name, text] of texts) writeFileSync(join(folder, name), text);
  return [...texts.keys()].map((name) => join(folder, name));
}

describe.each(cases)('types beside $sdk under moduleResolution $resolution', ({ sdk, resolution }) => {
  let consumer: Consumer;
  let program: ts.Program;

  beforeAll(() => {
    consumer = consumerOf(sdk);
    program = compile(writePrograms(consumer.folder, resolution), {
      ...RESOLUTIONS[resolution],
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
      strict: true,
      noUncheckedIndexedAccess: true,
      esModuleInterop: true,
      skipLibCheck: false,
      noEmit: true,
      preserveSymlinks: false,
      types: ['node'],
      typeRoots: [join(consumer.folder, 'node_modules/@types')],
    });
  });

  it('compiles a program written for the SDK, the code in the README, and the declarations without skipLibCheck', () => {
    const names = program.getSourceFiles().map(({ fileName }) => fileName);
    expect(names).toContain(join(consumer.folder, 'node_modules/llm-gateway-client/dist/index.d.ts'));
    expect(names.filter((name) => name.includes('readme-line-')).length).toBeGreaterThan(8);
    expect(problemsIn(program, consumer.folder)).toEqual([]);
  });

  it('reaches every type of the namespace, the very same types', () => {
    const checker = program.getTypeChecker();
    const resolve = (symbol: ts.Symbol) =>
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const namespaceOf = (importPath: string) => {
      const source = program.getSourceFile(join(consumer.folder, 'drop-in.mts'));
      const imported = source?.statements.find(
        (statement): statement is ts.ImportDeclaration =>
          ts.isImportDeclaration(statement) &&
          ts.isStringLiteral(statement.moduleSpecifier) &&
          statement.moduleSpecifier.text === importPath,
      );
      const symbol = imported?.importClause?.name && checker.getSymbolAtLocation(imported.importClause.name);
      if (!symbol) throw new Error(`the program imports no default from ${importPath}`);
      return new Map(checker.getExportsOfModule(resolve(symbol)).map((member) => [member.name, resolve(member)]));
    };
    const ours = namespaceOf('llm-gateway-client');
    const theirs = namespaceOf('openai');
    const names = [...theirs].filter(([, symbol]) => symbol.flags & TYPE_LIKE).map(([name]) => name);
    expect(names.length).toBeGreaterThan(200);
    expect(names.filter((name) => !ours.has(name) || ours.get(name) !== theirs.get(name))).toEqual([]);
  });
});
