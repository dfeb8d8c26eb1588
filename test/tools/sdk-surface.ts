/** Reads what an installed copy of the `openai` package offers, from its declaration files. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** One name exported by the package's root. */
export interface RootExport {
  readonly name: string;
  readonly isValue: boolean;
  readonly isType: boolean;
}

/** One name of the namespace `OpenAI`. */
export interface NamespaceType {
  readonly name: string;
  /** Whether the SDK exports it with `export { type X }`. */
  readonly typeOnly: boolean;
}

/** The public face of one version of the SDK. */
export interface SdkSurface {
  readonly version: string;
  /** Exports of the root, `default` included. */
  readonly root: readonly RootExport[];
  /** Names in the namespace `OpenAI` that can stand where a type or a namespace is expected. */
  readonly namespaceTypes: readonly NamespaceType[];
  /** Names that exist at run time on the class, inherited ones and `prototype` excluded. */
  readonly statics: readonly string[];
}

const TYPE_LIKE = ts.SymbolFlags.Type | ts.SymbolFlags.Namespace;

function isTypeOnly(symbol: ts.Symbol): boolean {
  return Boolean(
    symbol.declarations?.some((declaration) => ts.isExportSpecifier(declaration) && declaration.isTypeOnly),
  );
}

/** The version of an installed SDK, e.g. of `openai` or `openai-floor`. */
export function sdkVersion(folder: string): string {
  const manifest = readFileSync(new URL(`../../node_modules/${folder}/package.json`, import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/**
 * The surface of an installed SDK.
 *
 * @param folder - Its folder in this project's `node_modules`, e.g. `openai` or `openai-floor`.
 */
export function sdkSurface(folder: string): SdkSurface {
  const root = fileURLToPath(new URL(`../../node_modules/${folder}/`, import.meta.url));
  const entry = `${root}index.d.mts`;
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${entry} could not be read`);
  const flagsOf = (symbol: ts.Symbol) => resolve(symbol).flags;
  const resolve = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

  const exported = checker.getExportsOfModule(module);
  const client = exported.find((symbol) => symbol.name === 'OpenAI');
  if (!client) throw new Error(`${entry} exports no OpenAI`);
  const members = checker.getExportsOfModule(resolve(client)).filter((symbol) => symbol.name !== 'prototype');
  return {
    version: sdkVersion(folder),
    root: exported.map((symbol) => ({
      name: symbol.name,
      isValue: Boolean(flagsOf(symbol) & ts.SymbolFlags.Value),
      isType: Boolean(flagsOf(symbol) & TYPE_LIKE),
    })),
    namespaceTypes: members
      .filter((symbol) => flagsOf(symbol) & TYPE_LIKE)
      .map((symbol) => ({ name: symbol.name, typeOnly: isTypeOnly(symbol) })),
    statics: members.filter((symbol) => flagsOf(symbol) & ts.SymbolFlags.Value).map((symbol) => symbol.name),
  };
}
