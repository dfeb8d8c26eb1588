import { VERSION } from 'openai/version';
import { ConfigError } from './errors.js';

/** The SDK's major version that this package is built on. */
const MAJOR = 7;

/**
 * npm under a Node that is too old for `openai` 7 installs 6 beside this package and says nothing. That version waits a day if
 * a provider asks for it and has no timeout for bodies, so that it is better to hear of it at once. Within the major version
 * the range of the peer dependency is npm's to keep.
 * @throws {ConfigError} when `openai` is older than this package can work with
 */
export function checkSdkVersion(version: string = VERSION): void {
  if (Number.parseInt(version, 10) >= MAJOR) return;
  throw new ConfigError([
    {
      name: 'openai',
      message: `version ${version} is installed, and ${MAJOR}.17 or newer is needed: npm install openai@${MAJOR}, with Node 22.19 or newer`,
    },
  ]);
}
