/**
 * `npm run bench -- [name ...] [--rounds N] [--quick] [--peers]`: runs benches one after the other, each in a process of its
 * own, so that none inherits another's heap or compiled code. Each prints a table and, as its last line, one JSON object
 * `{ "bench": ..., "figures": { ... } }`. Exit code 1: a run broke; 3: a run was void, because the machine was too unsteady; 2: asked for something that does not exist.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BENCHES, type BenchEntry } from './bench.ts';

const HOW = 'npm run bench -- [name ...] [--rounds N] [--quick] [--peers]';
const ONE = fileURLToPath(new URL('./run-one.ts', import.meta.url));

interface Wanted {
  readonly names: readonly string[];
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
      options: { rounds: { type: 'string' }, quick: { type: 'boolean' }, peers: { type: 'boolean' } },
    });
    const unknown = positionals.filter((name) => !Object.hasOwn(BENCHES, name));
    if (unknown.length > 0) refuse(`There is no bench ${unknown.map((name) => JSON.stringify(name)).join(', ')}.`);
    if (values.rounds !== undefined && !/^[1-9]\d{0,6}$/.test(values.rounds)) {
      refuse(`--rounds takes a positive whole number, not ${JSON.stringify(values.rounds)}.`);
    }
    return {
      names: positionals.length > 0 ? positionals : Object.keys(BENCHES),
      passedOn: args.filter((arg) => !positionals.includes(arg) || arg === values.rounds),
    };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const { names, passedOn } = readArguments(process.argv.slice(2));
let failed = false;
let isVoid = false;
for (const name of names) {
  const { flags } = BENCHES[name] as BenchEntry;
  const { status } = spawnSync(process.execPath, [...flags, ONE, name, ...passedOn], { stdio: 'inherit' });
  isVoid ||= status === 3;
  failed ||= status !== 0 && status !== 3;
}
process.exit(failed ? 1 : isVoid ? 3 : 0);
