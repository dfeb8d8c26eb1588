import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { BenchOptions, BenchReport, BenchRow } from './bench.ts';
import { distFolder } from './library.ts';
import { installPeers, PEER_PACKAGES } from './peers.ts';
import { median, orderOf, ratios, rounded } from './statistics.ts';

const ROUNDS = 21;
const ROOT = new URL('../../', import.meta.url);

/** Time to import the package against the SDK alone, each in a fresh process, and the size of the main door. */
export async function startup({ rounds, quick, peers }: BenchOptions): Promise<BenchReport> {
  const door = new URL('index.js', distFolder).href;
  const here = fileURLToPath(ROOT);
  const laneOf = (name: string, specifiers: readonly string[], folder = here) => ({
    name,
    specifiers,
    folder,
    times: [] as number[],
  });
  const lanes = [
    laneOf('plain', ['openai']),
    laneOf('gateway', [door]),
    laneOf('hand_written', ['openai', 'p-retry', 'bottleneck']),
  ];
  if (peers) {
    const folder = installPeers();
    for (const [name, packages] of Object.entries(PEER_PACKAGES)) lanes.push(laneOf(name, packages, folder));
  }
  for (const { specifiers, folder } of lanes) importMs(specifiers, folder);
  for (let round = 0; round < (rounds ?? (quick ? 7 : ROUNDS)); round++) {
    for (const { specifiers, folder, times } of orderOf(lanes, round)) times.push(importMs(specifiers, folder));
  }
  const base = lanes[0]?.times ?? [];
  const ratioOf = (times: readonly number[]) => rounded(median(ratios(times, base)));
  const size = await doorKilobytes();
  return {
    figures: {
      import_ratio: ratioOf(lanes[1]?.times ?? []),
      gzip_kb: rounded(size.gzip),
      ...Object.fromEntries(lanes.slice(2).map(({ name, times }) => [name, ratioOf(times)])),
    },
    columns: ['', 'import ms', 'to plain', 'minified KB', 'gzip KB'],
    rows: lanes.map(
      ({ name, times }): BenchRow => [
        name,
        median(times),
        ratioOf(times),
        ...(name === 'gateway' ? [size.minified, size.gzip] : []),
      ],
    ),
  };
}

/** Milliseconds to import these one after the other in a new process, without the start of the runtime itself. */
function importMs(specifiers: readonly string[], folder: string): number {
  const imports = specifiers.map((specifier) => `await import(${JSON.stringify(specifier)});`).join('');
  const script = `const began = performance.now(); ${imports} console.log(performance.now() - began);`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The import failed:\n${stderr}`);
  return Number(stdout);
}

interface Output {
  readonly path: string;
  readonly contents: Uint8Array;
}

interface Metafile {
  readonly outputs: Record<
    string,
    { readonly entryPoint?: string; readonly imports: readonly { readonly path: string; readonly kind: string }[] }
  >;
}

interface Bundler {
  build(options: object): Promise<{ readonly outputFiles: readonly Output[]; readonly metafile: Metafile }>;
}

/** The bundler that builds the package; it comes with tsup. */
function bundler(): Bundler {
  const here = createRequire(import.meta.url);
  return createRequire(here.resolve('tsup/package.json'))('esbuild') as Bundler;
}

/** Kilobytes of what the main door loads at once, minified: without peers, dependencies and what is loaded when used. */
async function doorKilobytes(): Promise<{ readonly minified: number; readonly gzip: number }> {
  const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const outside = [...Object.keys(manifest['dependencies'] ?? {}), ...Object.keys(manifest['peerDependencies'] ?? {})];
  const { outputFiles, metafile } = await bundler().build({
    entryPoints: [fileURLToPath(new URL('src/index.ts', ROOT))],
    outdir: '/bundle',
    absWorkingDir: '/',
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: outside.flatMap((name) => [name, `${name}/*`]),
    logLevel: 'error',
  });
  const paths = new Set<string>();
  const visit = (path: string) => {
    if (paths.has(path)) return;
    paths.add(path);
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && next in metafile.outputs) visit(next);
    }
  };
  visit(Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint !== undefined) as string);
  const parts = outputFiles.filter(({ path }) => paths.has(path.replace(/^\//, '')));
  const total = (sizeOf: (part: Output) => number) => parts.reduce((sum, part) => sum + sizeOf(part), 0) / 1024;
  return {
    minified: total(({ contents }) => contents.length),
    gzip: total(({ contents }) => gzipSync(contents, { level: 9 }).length),
  };
}
