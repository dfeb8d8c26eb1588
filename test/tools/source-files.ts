/** Reads `src/` with the compiler's parser, for the test of the code's structure. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { projectRoot } from './exports-map.ts';

/** One import, re-export, import type or dynamic import. */
export interface ImportOf {
  /** As written: `./call.js`, `zod`. */
  readonly specifier: string;
  /** The file it means, from the project's root, or `undefined` for a package or a module of Node. */
  readonly file: string | undefined;
  /** The package or `node:` module it means, without a path inside it; `undefined` for a file. */
  readonly dependency: string | undefined;
  /** Whether nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** Whether it is an `import()` that is evaluated only when its line is reached. */
  readonly dynamic: boolean;
}

/** A file of `src/`. */
export interface SourceFile {
  /** From the project's root, with forward slashes: `src/domain/call.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly imports: readonly ImportOf[];
  /** What the code reads or calls, anywhere: `Math.random`, `setTimeout`, `new Date()`. */
  readonly reads: ReadonlySet<string>;
  /** The comments before the first statement. */
  readonly head: string;
  /** Names that it exports. `export *` shows as `*`. */
  readonly exports: readonly string[];
  /** Whether it holds nothing of its own, only imports and re-exports. */
  readonly isBarrel: boolean;
}

/** All files of `src/`, sorted by path. */
export function sourceFiles(): readonly SourceFile[] {
  return readdirSync(`${projectRoot}src`, { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map(parse);
}

function parse(path: string): SourceFile {
  const text = readFileSync(projectRoot + path, 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: ImportOf[] = [];
  const reads = new Set<string>();
  const note = (node: ts.Node | undefined, typeOnly: boolean, dynamic = false) => {
    if (node && ts.isStringLiteral(node)) imports.push(importOf(path, node.text, typeOnly, dynamic));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) note(node.moduleSpecifier, isTypeOnlyImport(node));
    else if (ts.isExportDeclaration(node)) note(node.moduleSpecifier, isTypeOnlyExport(node));
    else if (ts.isImportTypeNode(node))
      note(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      note(node.arguments[0], false, true);
    else if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression))
      reads.add(`${node.expression.text}.${node.name.text}`);
    else if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) reads.add(node.expression.text);
    else if (ts.isNewExpression(node) && node.expression.getText(tree) === 'Date' && !node.arguments?.length)
      reads.add('new Date()');
    ts.forEachChild(node, visit);
  };
  visit(tree);
  const firstCode = tree.statements[0]?.getStart(tree) ?? text.length;
  return {
    path,
    text,
    lineCount: text.split('\n').length - 1,
    imports,
    reads,
    head: text.slice(0, firstCode),
    exports: tree.statements.flatMap(exportedNames),
    isBarrel: tree.statements.every(
      (statement) => ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement),
    ),
  };
}

function importOf(from: string, specifier: string, typeOnly: boolean, dynamic: boolean): ImportOf {
  const common = { specifier, typeOnly, dynamic };
  if (specifier.startsWith('.')) {
    const file = posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
    return { ...common, file, dependency: undefined };
  }
  const parts = specifier.split('/');
  const dependency = specifier.startsWith('node:')
    ? specifier
    : parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  return { ...common, file: undefined, dependency };
}

function isTypeOnlyImport({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = importClause.namedBindings;
  return (
    !importClause.name &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.every((each) => each.isTypeOnly)
  );
}

function isTypeOnlyExport({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true;
  return (
    exportClause !== undefined &&
    ts.isNamedExports(exportClause) &&
    exportClause.elements.every((each) => each.isTypeOnly)
  );
}

function exportedNames(statement: ts.Statement): string[] {
  if (ts.isExportDeclaration(statement)) {
    if (!statement.exportClause) return ['*'];
    return ts.isNamedExports(statement.exportClause)
      ? statement.exportClause.elements.map((element) => element.name.text)
      : [statement.exportClause.name.text];
  }
  if (ts.isExportAssignment(statement)) return ['default'];
  if (!ts.canHaveModifiers(statement)) return [];
  const modifiers = ts.getModifiers(statement) ?? [];
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return ['default'];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
  return name ? [name.text] : [];
}
