/**
 * Writes the generated half of `src/openai.ts`: the `OpenAI` namespace, name by name, so that every type of the SDK's
 * namespace is reachable through our class. A class that merely extends the SDK's would lose them all.
 *
 * Run `npm run generate` after moving to a newer `openai`; `npm run generate -- --check` fails when the file is stale.
 *
 * `export import` is the only form that keeps all meanings of a name (type, class, nested namespace such as
 * `OpenAI.ChatCompletionChunk.Choice`), and TypeScript resolves it through `export { type X }` too, yet reports TS1379 there.
 * That report, and the one for names that the lowest supported SDK (`openai-floor`) lacks, is switched off line by line, in a
 * form that survives into the declarations, so that projects compile without `skipLibCheck`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type SdkSurface, sdkSurface } from './sdk-surface.ts';

const TARGET = fileURLToPath(new URL('../../src/openai.ts', import.meta.url));
const START = '// Generated from the types of `openai` by `npm run generate`; do not edit below this line.';
/** A directive in a doc comment is the only kind that declaration files keep. */
const DIRECTIVE = '/** @ts-ignore */';

function namespaceLines(newest: SdkSurface, floor: SdkSurface): string[] {
  const onFloor = new Set(floor.namespaceTypes.map(({ name }) => name));
  return newest.namespaceTypes.flatMap(({ name, typeOnly }) => [
    ...(typeOnly || !onFloor.has(name) ? [`  ${DIRECTIVE}`] : []),
    `  export import ${name} = SDK.${name};`,
  ]);
}

/** Root exports that only newer SDKs have. A missing member of a namespace object is `undefined`; a missing named import is a link error. */
function newerRootLines(newest: SdkSurface, floor: SdkSurface): string[] {
  return newest.root
    .filter(({ name }) => !floor.root.some((known) => known.name === name))
    .flatMap(({ name, isValue, isType }) => [
      ...(isValue ? [DIRECTIVE, `export const ${name}: typeof sdk.${name} = sdk.${name};`] : []),
      ...(isType ? [DIRECTIVE, `export type ${name} = sdk.${name};`] : []),
    ]);
}

const newest = sdkSurface('openai');
const floor = sdkSurface('openai-floor');
const generated = [
  START,
  '',
  "/** Every type of the SDK's namespace, e.g. `OpenAI.Chat.Completions.ChatCompletionMessageParam`. */",
  'export declare namespace OpenAI {',
  ...namespaceLines(newest, floor),
  '}',
  '',
  ...newerRootLines(newest, floor),
  '',
].join('\n');

const current = readFileSync(TARGET, 'utf8');
const start = current.indexOf(START);
if (start === -1) throw new Error(`${TARGET} has lost its marker line: ${START}`);
const wanted = current.slice(0, start) + generated;

if (process.argv.includes('--check')) {
  if (wanted !== current) {
    process.stderr.write('src/openai.ts is stale: run `npm run generate`.\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(TARGET, wanted);
  process.stdout.write(
    `${newest.namespaceTypes.length} types from openai ${newest.version} (floor ${floor.version}: ${floor.namespaceTypes.length})\n`,
  );
}
