/**
 * `npm run bench -- [name ...] [--rounds N] [--quick] [--peers] [--write]`: runs benches one after the other, each in a process
 * of its own, so that none inherits another's heap or compiled code. Each prints a table and, as its last line, one JSON object
 * `{ "bench": ..., "figures": { ... } }`. All together print the README's table as well, and `--write` puts it there. Exit code 1: a run broke; 3: a run was void, because the machine was too unsteady; 2: asked for something that does not exist.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BENCHES, type BenchEntry } from './bench.ts';
import { readmeTable, writeReadme } from './readme-table.ts';

const HOW = 'npm run bench -- [name ...] [--rounds N] [--quick] [--peers] [--write]';
const ONE = fileURLToPath(new URL('./run-one.ts', import.meta.url));

interface Wanted {
  readonly names: readonly string[];
  readonly write: boolean;
  readonly passedOn: readonly string[];
}

function refuse(problem: string): never {
  console.error(`${problem}\nBenches: ${Object.keys(BENCHES).join(', ')}\nUse: ${HOW}`);
  process.exit(2);
}

function readArguments(args: string[]): Wanted {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        quick: { type: 'boolean' },
        peers: { type: 'boolean' },
        write: { type: 'boolean' },
      },
    });
    const unknown = positionals.filter((name) => !Object.hasOwn(BENCHES, name));
    if (unknown.length > 0) refuse(`There is no bench ${unknown.map((name) => JSON.stringify(name)).join(', ')}.`);
    if (values.rounds !== undefined && !/^[1-9]\d{0,6}$/.test(values.rounds)) {
      refuse(`--rounds takes a positive whole number, not ${JSON.stringify(values.rounds)}.`);
    }
    if (values.write && positionals.length > 0)
      refuse('--write puts the figures of all benches into the README, so name none.');
    return {
      names: positionals.length > 0 ? positionals : Object.keys(BENCHES),
      write: values.write === true,
      passedOn: args.filter((arg) => arg !== '--write' && (!positionals.includes(arg) || arg === values.rounds)),
    };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const { names, passedOn, write } = readArguments(process.argv.slice(2));
const isWhole = Object.keys(BENCHES).every((name) => names.includes(name));
const all = new Map<string, Record<string, number>>();
let failed = false;
let isVoid = false;
for (const name of names) {
  const { flags } = BENCHES[name] as BenchEntry;
  const { status, stdout } = spawnSync(process.execPath, [...flags, ONE, name, ...passedOn], {
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  isVoid ||= status === 3;
  failed ||= status !== 0 && status !== 3;
  const lines = stdout.trimEnd().split('\n');
  const figures =
    status === 0 ? (JSON.parse(lines.at(-1) as string) as { figures: Record<string, number> }) : undefined;
  if (figures !== undefined) all.set(name, figures.figures);
  if (isWhole && name === names.at(-1)) {
    // Before the last line, which belongs to the figures.
    console.log(lines.slice(0, figures === undefined ? undefined : -1).join('\n'));
    const table = readmeTable(all);
    console.log(`${table}\n`);
    if (write && !failed && !isVoid) writeReadme(table, new Date().toISOString().slice(0, 10), passedOn);
    if (figures !== undefined) console.log(lines.at(-1));
  } else process.stdout.write(stdout);
}
process.exit(failed ? 1 : isVoid ? 3 : 0);
