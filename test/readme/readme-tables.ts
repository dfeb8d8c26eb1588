/** The README's tables, made of what the code says about itself. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { disposition } from '../../src/domain/disposition.js';
import { DIMENSIONS } from '../../src/domain/limits.js';
import type { FailureKind } from '../../src/domain/outcome.js';
import { PRESETS } from '../../src/options/presets.js';
import { SDK_OPTIONS } from '../../src/options/sdk-options.js';
import { DIFFERENCES } from '../differential/differences.js';
import { documentedOptions } from '../options/documented-options.js';
import { projectRoot } from '../tools/exports-map.ts';
import { ENVIRONMENT_VARIABLES } from './variable-texts.ts';

type Row = readonly string[];

/** `options:<interface>` of every interface of options, and a few more. */
export function readmeTables(): ReadonlyMap<string, string> {
  const options = documentedOptions();
  const interfaces = [...new Set(options.map((option) => option.interface))];
  return new Map([
    ...interfaces.map((name) => [`options:${name}`, optionTable(name)] as const),
    ['sdk-options', sdkOptionTable()],
    ['more-limits', `${DIMENSIONS.map(({ name }) => code(name)).join(', ')}.`],
    ['variables', variableTable()],
    ['presets', presetTable()],
    ['gateway', gatewayTable()],
    ['kinds', kindTable()],
    [
      'differences',
      Object.values(DIFFERENCES)
        .map((difference) => `- ${difference}`)
        .join('\n'),
    ],
  ]);
}

/** The README with every table between `<!-- table:name -->` and `<!-- /table -->` made anew. */
export function withTables(readme: string): string {
  const tables = readmeTables();
  return readme.replace(
    /(<!-- table:(\S+) -->\n)[\s\S]*?(<!-- \/table -->)/g,
    (_all, start: string, name: string, end: string) => {
      const table = tables.get(name);
      if (table === undefined) throw new Error(`The README has a place for a table "${name}", which does not exist.`);
      return `${start}${table}\n${end}`;
    },
  );
}

/** Names of the tables the README has a place for. */
export function placedTables(readme: string): string[] {
  return [...readme.matchAll(/<!-- table:(\S+) -->/g)].map((match) => String(match[1]));
}

function optionTable(name: string): string {
  const rows = documentedOptions()
    .filter((option) => option.interface === name)
    .map((option) => [code(option.name), code(option.type), sentence(option.meaning), standardValue(option.default)]);
  return table(['Option', 'Type', 'Meaning', 'Default'], rows);
}

function sdkOptionTable(): string {
  const rows = Object.entries(SDK_OPTIONS).map(([name, option]) => [
    code(name),
    option.scope === 'endpoint' ? 'one endpoint' : 'the client; an endpoint may have its own',
    'codeOnly' in option ? 'code' : 'code, JSON',
  ]);
  return table(['Option of the SDK', 'Belongs to', 'Can be set in'], rows);
}

function variableTable(): string {
  const rows = ENVIRONMENT_VARIABLES.map(({ name, numbered, option, meaning, default: standard }) => [
    code(`LLM_${name}`) + (numbered ? ` (${code('_2')} ...)` : ''),
    option === '' ? 'any' : code(option),
    sentence(meaning),
    standardValue(standard),
  ]);
  return table(['Variable', 'Option', 'Meaning', 'Default'], rows);
}

function presetTable(): string {
  const rows = [...PRESETS].map(([name, { baseURL, quirks }]) => [
    code(name),
    baseURL === undefined ? 'yours: every customer has another one' : code(baseURL),
    [quirks.keyOptional ? 'needs no key' : '', quirks.streamUsage ? '' : 'is not asked for usage in streams']
      .filter(Boolean)
      .join('; '),
  ]);
  return table(['Preset', 'Base URL', 'Peculiarities'], rows);
}

/** The methods of `client.gateway`, with the first paragraph of their documentation. */
function gatewayTable(): string {
  const source = parse('src/gateway-view.ts');
  const view = source.statements.filter(ts.isClassDeclaration).find((one) => one.name?.text === 'GatewayView');
  const methods = [...(view?.members ?? [])].filter(ts.isMethodDeclaration).filter(({ name }) => ts.isIdentifier(name));
  const rows = methods.map((method) => {
    const [comment] = ts.getJSDocCommentsAndTags(method).filter(ts.isJSDoc);
    const parameters = method.parameters.map((parameter) => parameter.name.getText(source)).join(', ');
    return [
      code(`${method.name.getText(source)}(${parameters})`),
      sentence(ts.getTextOfJSDocComment(comment?.comment) ?? ''),
    ];
  });
  return table(['Method', 'What it does'], rows);
}

function kindTable(): string {
  const rows = failureKinds().map((kind) => {
    const { sameTarget, nextTarget, remark } = disposition(kind);
    return [code(kind), yes(sameTarget), yes(nextTarget), sentence(remark)];
  });
  return table(['`kind`', 'Same endpoint again', 'Another endpoint', 'Why'], rows);
}

/** The closed list of failure kinds, in the order in which the type names them. */
function failureKinds(): FailureKind[] {
  return unionOf('src/domain/outcome.ts', 'FailureKind') as FailureKind[];
}

/** The words of a type that is a union of texts. */
function unionOf(path: string, name: string): string[] {
  const source = parse(path);
  const alias = source.statements.filter(ts.isTypeAliasDeclaration).find((one) => one.name.text === name);
  if (alias === undefined || !ts.isUnionTypeNode(alias.type)) throw new Error(`${path} has no union ${name}.`);
  return alias.type.types.map((type) => type.getText(source).replaceAll("'", ''));
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(projectRoot + path, 'utf8'), ts.ScriptTarget.Latest, true);
}

function table(heads: Row, rows: readonly Row[]): string {
  const line = (cells: Row) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  return [line(heads), `|${' --- |'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

/** A meaning begins with a capital letter and ends without a full stop. */
function sentence(text: string): string {
  const plain = text.trim().replace(/\.$/, '');
  return /^[a-z]+[ ,.;:]/.test(plain) ? plain.charAt(0).toUpperCase() + plain.slice(1) : plain;
}

/** A value of the language as code, anything else as it is. */
function standardValue(text = ''): string {
  return /^('[^']*'|true|false|\d+|process\.env)$/.test(text) ? code(text) : text;
}

function yes(is: boolean): string {
  return is ? 'yes' : 'no';
}
