/** Other libraries, in a folder of their own so that `npm install` of the project stays light. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Place, Subject } from './subjects.ts';

const FOLDER = new URL('./peers/', import.meta.url);
const MODULES = ['ai.js', 'langchain.js', 'portkey.js'];

interface PeerModule {
  /** `undefined` for a peer that cannot be measured at this place. */
  createPeer(place: Place): Subject | undefined | Promise<Subject | undefined>;
}

function installPeers(): void {
  if (existsSync(new URL('node_modules/ai', FOLDER))) return;
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], {
    cwd: fileURLToPath(FOLDER),
    // The last line of standard output belongs to the figures.
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('The peers could not be installed.');
}

/** Every peer that can serve `place`; installs them if need be. */
export async function loadPeers(place: Place): Promise<Subject[]> {
  installPeers();
  const peers: Subject[] = [];
  for (const name of MODULES) {
    const { createPeer } = (await import(new URL(name, FOLDER).href)) as PeerModule;
    const peer = await createPeer(place);
    if (peer !== undefined) peers.push(peer);
  }
  return peers;
}
