import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe.each(cases)('types beside $sdk under moduleResolution $resolution', ({ sdk, resolution }) => {
  let consumer: Consumer;
  let program: ts.Program;

  beforeAll(() => {
    consumer = createConsumer(sdk);
    const source = join(projectRoot, 'test/package/consumer/drop-in.ts');
    const files = [join(consumer.folder, 'drop-in.mts'), join(consumer.folder, 'every-door.mts')];
    copyFileSync(source, files[0] as string);
    const doors = subpaths().map(({ subpath }) => `llm-gateway-client${subpath.slice(1)}`);
    writeFileSync(
      files[1] as string,
      doors.map((door, index) => `export * as door${index} from '${door}';\n`).join(''),
    );
    if (resolution !== 'bundler') {
      // A bundler resolves every import as an ES module; only Node's own resolution has a second door.
      files.push(join(consumer.folder, 'drop-in.cts'));
      writeFileSync(files[2] as string, readFileSync(source));
    }
    program = ts.createProgram(files, {
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
  }, 60_000);
  afterAll(() => consumer.remove());

  it('compiles a program written for the SDK, and the declarations themselves without skipLibCheck', () => {
    const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(consumer.folder));
    expect(own.map(({ fileName }) => fileName)).toContain(
      join(consumer.folder, 'node_modules/llm-gateway-client/dist/index.d.ts'),
    );
    const found = [
      ...program.getOptionsDiagnostics(),
      ...own.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
    ];
    expect(
      found.map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`),
    ).toEqual([]);
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
