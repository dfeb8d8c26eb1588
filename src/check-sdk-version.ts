import { VERSION } from 'openai/version';
import { ConfigError } from './errors.js';

/** Lowest supported version of `openai`, as in the range of the peer dependency. */
const FLOOR = { major: 7, minor: 17 } as const;

/**
 * npm under a Node that is too old for `openai` 7 installs 6 beside this package and says nothing. That version waits a day if
 * a provider asks for it and has no timeout for bodies, so that it is better to hear of it at once.
 * @throws {ConfigError} when `openai` is older than this package supports
 */
export function checkSdkVersion(version: string = VERSION): void {
  const [major = Number.NaN, minor = Number.NaN] = version.split('.').map(Number);
  if (major > FLOOR.major || (major === FLOOR.major && minor >= FLOOR.minor)) return;
  throw new ConfigError([
    {
      name: 'openai',
      message: `version ${version} is installed, and ${FLOOR.major}.${FLOOR.minor} or newer is needed: npm install openai@${FLOOR.major}, with Node 22.19 or newer`,
    },
  ]);
}
