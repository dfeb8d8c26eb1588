/** What package.json promises: one entry per subpath. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The project's folder, with a trailing slash. */
export const projectRoot: string = fileURLToPath(new URL('../../', import.meta.url));

/** One JavaScript subpath of the exports map. */
export interface Subpath {
  /** As in package.json: `.` or `./testing`. */
  readonly subpath: string;
  /** The name of its files in `dist/`: `index` or `testing`. */
  readonly entry: string;
}

interface Manifest {
  readonly exports: Record<string, string | { readonly import: { readonly default: string } }>;
}

/** The subpaths that hold code, in the order of package.json. */
export function subpaths(): readonly Subpath[] {
  const manifest = JSON.parse(readFileSync(`${projectRoot}package.json`, 'utf8')) as Manifest;
  return Object.entries(manifest.exports).flatMap(([subpath, target]) =>
    typeof target === 'string'
      ? []
      : [{ subpath, entry: target.import.default.slice('./dist/'.length, -'.js'.length) }],
  );
}
