/** Packs the project once, lets publint (strict) and Are The Types Wrong look at the tarball, and size-limit at the build. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './exports-map.ts';

const folder = mkdtempSync(join(tmpdir(), 'llm-gateway-client-check-'));

function run(command: string, ...args: string[]): string {
  const done = spawnSync(command, args, { cwd: projectRoot, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;

try {
  // The build has just been made; prepack would make it again.
  const packed = JSON.parse(run('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder)) as [
    { filename: string; size: number; entryCount: number },
  ];
  const tarball = join(folder, packed[0].filename);
  run('publint', 'run', '--strict', tarball);
  run('attw', '--profile', 'node16', tarball);
  console.log(`publint and attw find nothing in ${packed[0].entryCount} files, ${packed[0].size} bytes packed`);
  const sizes = JSON.parse(run('size-limit', '--json')) as { name: string; size: number; sizeLimit: number }[];
  for (const { name, size, sizeLimit } of sizes) console.log(`${name}: ${kibibytes(size)} of ${kibibytes(sizeLimit)}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
