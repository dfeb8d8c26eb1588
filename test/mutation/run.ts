/**
 * `npm run mutate` changes what decides about failures (kinds, dispositions, waits, the retry quota, circuits) in one place
 * after the other, and counts how many of the changes the tests notice. Exits with 1 below the share in `stryker.json`.
 * Mutants in tables need every module loaded anew and take an hour; `-- --all` tries them as well.
 * Stryker has a folder of its own so that `npm install` of the project stays light.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('./', import.meta.url);
const STRYKER = new URL('node_modules/@stryker-mutator/core/bin/stryker.js', FOLDER);

function run(command: string, args: readonly string[], cwd: URL): number {
  return spawnSync(command, args, { cwd: fileURLToPath(cwd), stdio: 'inherit' }).status ?? 1;
}

// Without its peers: Vitest is the project's own.
const installed =
  existsSync(STRYKER) ||
  run('npm', ['install', '--legacy-peer-deps', '--no-audit', '--no-fund', '--no-package-lock'], FOLDER) === 0;
const all = process.argv.includes('--all');
const args = [fileURLToPath(STRYKER), 'run', 'test/mutation/stryker.json', ...(all ? [] : ['--ignoreStatic'])];
process.exitCode = installed ? run(process.execPath, args, new URL('../..', FOLDER)) : 1;
