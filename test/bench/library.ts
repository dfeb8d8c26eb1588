/** The library as users get it: the built files, not the sources. */

/** The main door of the package. */
export type Library = typeof import('../../src/index.ts');

/** The folder of the build to measure; `BENCH_DIST` names another one. */
export const distFolder: URL = new URL(process.env['BENCH_DIST'] ?? '../../dist/', import.meta.url);

/** Loads the build. */
export async function loadLibrary(): Promise<Library> {
  return (await import(new URL('index.js', distFolder).href)) as Library;
}
