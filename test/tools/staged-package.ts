/**
 * Builds and packs the present sources the way a release is made, apart from the working `dist/`, so that tests see the
 * package as a user gets it. Kept under `temp/` until the sources change; two test files at once may both build, the second
 * finds the first one's result.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot } from './exports-map.ts';

const SOURCES = ['src', 'examples', 'package.json', 'tsconfig.json', 'tsup.config.ts', 'README.md', 'LICENSE'];
const KEPT_MS = 3_600_000;

/** The built and packed package. */
export interface StagedPackage {
  /** A folder with `package.json`, `dist/` and `examples/`; `import 'llm-gateway-client'` from inside it finds this build. */
  readonly root: string;
  /** The tarball that `npm pack` made. */
  readonly tarball: string;
  /** Paths inside the tarball. */
  readonly files: readonly string[];
}

interface PackReport {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((name) => filesUnder(join(projectRoot, name)))) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function build(root: string): void {
  for (const name of SOURCES) {
    if (existsSync(join(projectRoot, name))) cpSync(join(projectRoot, name), join(root, name), { recursive: true });
  }
  const tsup = join(projectRoot, 'node_modules/tsup/dist/cli-default.js');
  const built = spawnSync(process.execPath, [tsup], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`The package does not build:\n${built.stdout}${built.stderr}`);
  const report = execFileSync('npm', ['pack', '--json', '--ignore-scripts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(report.toString()) as [PackReport];
  renameSync(join(root, packed.filename), join(root, 'package.tgz'));
}

/** Builds and packs, or returns what an earlier call made from the same sources. Takes about 5 s when it builds. */
export function stagePackage(): StagedPackage {
  const cache = join(projectRoot, 'temp/staged');
  const root = join(cache, fingerprint());
  if (!existsSync(root)) {
    mkdirSync(cache, { recursive: true });
    for (const name of readdirSync(cache)) {
      const old = join(cache, name);
      if (Date.now() - statSync(old).mtimeMs > KEPT_MS) rmSync(old, { recursive: true, force: true });
    }
    const fresh = mkdtempSync(join(cache, 'building-'));
    try {
      build(fresh);
      renameSync(fresh, root);
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true });
      // Another worker may have been quicker.
      if (!existsSync(root)) throw error;
    }
  }
  const tarball = join(root, 'package.tgz');
  const listing = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
  const files = listing.split('\n').filter(Boolean);
  return { root, tarball, files: files.map((path) => path.replace(/^package\//, '')).sort() };
}

/** A project folder far from this one, with the packed package installed. */
export interface Consumer {
  readonly folder: string;
  remove(): void;
}

/**
 * An empty project that has the packed package and its dependencies in `node_modules`, as `npm install` would lay them out.
 * The dependencies are links to the ones installed here, so nothing is downloaded.
 *
 * @param sdk - Which installed copy becomes its `openai`: the newest (`openai`) or the lowest supported (`openai-floor`).
 */
export function createConsumer(sdk: 'openai' | 'openai-floor'): Consumer {
  const { tarball } = stagePackage();
  // The real path, because compilers report real paths and some systems link their temporary folder.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llm-gateway-client-consumer-')));
  const installed = join(folder, 'node_modules/llm-gateway-client');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const links = { openai: sdk, ioredis: 'ioredis', '@types/node': '@types/node', 'undici-types': 'undici-types' };
  for (const name of Object.keys(manifest.dependencies)) Object.assign(links, { [name]: name });
  for (const [name, target] of Object.entries(links)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(projectRoot, 'node_modules', target), link, 'junction');
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
