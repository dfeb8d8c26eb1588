import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectRoot, subpaths } from '../tools/exports-map.ts';
import { sdkVersion } from '../tools/sdk-surface.ts';
import { type StagedPackage, stagePackage } from '../tools/staged-package.ts';

interface Manifest {
  readonly name: string;
  readonly license: string;
  readonly type: string;
  readonly sideEffects: boolean;
  readonly engines: Record<string, string>;
  readonly exports: Record<string, unknown>;
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
}

interface Lock {
  readonly packages: Record<string, { readonly resolved?: string; readonly version?: string }>;
}

const manifest = JSON.parse(readFileSync(`${projectRoot}package.json`, 'utf8')) as Manifest;
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'prepublish'];

describe('the packed package', () => {
  let staged: StagedPackage;

  beforeAll(() => {
    staged = stagePackage();
  });

  const code = (isWanted: (file: string) => boolean) =>
    staged.files.filter(isWanted).map((file) => readFileSync(join(staged.root, file), 'utf8'));

  it('holds the built files, readme and licence, and nothing else', () => {
    const allowed = /^(package\.json|README\.md|LICENSE|dist\/[\w-]+\.(js|cjs|d\.ts|d\.cts))$/;
    expect(staged.files.filter((file) => !allowed.test(file))).toEqual([]);
    expect(staged.files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE']));
  });

  it('has code and types for both module systems behind every subpath', () => {
    const wanted = subpaths().flatMap(({ entry }) =>
      ['js', 'cjs', 'd.ts', 'd.cts'].map((extension) => `dist/${entry}.${extension}`),
    );
    expect(staged.files).toEqual(expect.arrayContaining(wanted));
  });

  it('has bundled what CommonJS could not require', () => {
    const commonJs = code((file) => file.endsWith('.cjs')).join('\n');
    expect(commonJs).toMatch(/require\(['"]openai['"]\)/);
    expect(commonJs).not.toMatch(/require\(['"](p-retry|is-network-error)['"]\)/);
  });

  it('needs no `import()` for its own files in CommonJS, which Jest would refuse', () => {
    const commonJs = code((file) => file.endsWith('.cjs')).join('\n');
    expect(commonJs).toMatch(/then\(\(\) => require\(["']\.\/engine-/);
    expect(commonJs).not.toMatch(/\bimport\(["']\.\//);
  });

  it('loads nothing but the SDK, declared dependencies and modules of Node', () => {
    const everything = code((file) => /\.c?js$/.test(file)).join('\n');
    const loaded = [...everything.matchAll(/(?:\bfrom |\bimport |\bimport\(|\brequire\()['"]([\w@:./-]+)['"]/g)];
    const names = [...new Set(loaded.map((match) => match[1] ?? ''))];
    const declared = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
    const isKnown = (name: string) =>
      /^(\.|node:)/.test(name) || declared.some((own) => name === own || name.startsWith(`${own}/`));
    expect(names).toEqual(expect.arrayContaining(['openai']));
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
  });

  it.each(['.js', '.cjs'])('holds each piece of code once in %s files, so that subpaths share classes', (extension) => {
    const pieces = code((file) => file.endsWith(extension)).flatMap((text) => [
      ...new Set([...text.matchAll(/^\/\/ (src\/.+)$/gm)].map((match) => match[1])),
    ]);
    expect(pieces.length).toBeGreaterThan(50);
    expect(pieces.filter((piece, index) => pieces.indexOf(piece) !== index)).toEqual([]);
  });

  it('runs no script when it is installed', () => {
    expect(Object.keys(manifest.scripts).filter((name) => INSTALL_SCRIPTS.includes(name))).toEqual([]);
  });
});

describe('package.json', () => {
  it('says what the package is', () => {
    expect(manifest).toMatchObject({
      name: 'llm-gateway-client',
      license: 'MIT',
      type: 'module',
      sideEffects: false,
      engines: { node: '>=22.19' },
      peerDependencies: { openai: '^7.17' },
    });
  });

  it('has the commands that the readme and the continuous integration use', () => {
    const wanted = ['start', 'build', 'test', 'typecheck', 'lint', 'bench', 'chaos', 'check', 'check:full'];
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(wanted));
  });

  it('is tested on the lowest SDK of its peer range and on a newer one', () => {
    expect(manifest.devDependencies['openai-floor']).toBe('npm:openai@7.17.0');
    expect(sdkVersion('openai-floor')).toBe('7.17.0');
    // An old Node makes npm choose openai 6 when no version is asked for.
    const [major, minor] = sdkVersion('openai').split('.').map(Number);
    expect(major).toBe(7);
    expect(minor).toBeGreaterThan(17);
  });

  it('runs its scripts on a supported Node, whichever one started npm', () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    expect(major * 1000 + minor).toBeGreaterThanOrEqual(22_019);
  });

  it('names the dependencies whose install scripts may run', () => {
    expect(manifest.allowScripts).toEqual({ esbuild: true, node: true });
  });
});

describe('package-lock.json', () => {
  const lock = JSON.parse(readFileSync(`${projectRoot}package-lock.json`, 'utf8')) as Lock;

  it('records no download addresses', () => {
    expect(Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
  });

  it('lists the builds for other systems, without which npm ci refuses it there', () => {
    const names = Object.keys(lock.packages).join('\n');
    for (const system of ['darwin-arm64', 'win32-x64', 'linux-x64', 'linux-arm64']) expect(names).toContain(system);
  });
});
