import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('spend.ts', import.meta.url));

/** How a spending process ended. */
export interface Spent {
  readonly output: string;
  readonly killed: boolean;
}

/** Runs a spending process, and kills it when it has been ready for `killAfterMs`. */
export function runSpend(task: object, killAfterMs?: number): Promise<Spent> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', SCRIPT, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString();
    });
    child.stdout.on('data', (data: Buffer) => {
      const first = output === '';
      output += data.toString();
      if (first && killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve({ output, killed: signal === 'SIGKILL' });
      else reject(new Error(`the spending process failed (${code}): ${errors}`));
    });
  });
}

/** What was really sent: each call's cost by its id. */
export function readTruth(file: string): ReadonlyMap<string, number> {
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return new Map(lines.map((line) => line.split(' ')).map(([id, nano]) => [id as string, Number(nano)]));
}
