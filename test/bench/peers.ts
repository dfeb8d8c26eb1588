/** Other libraries, in a folder of their own so that `npm install` of the project stays light. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Place, Subject } from './subjects.ts';

const FOLDER = new URL('./peers/', import.meta.url);
const MODULES = ['ai.js', 'langchain.js', 'portkey.js'];

/** A peer; not every one can stream. */
type Peer = Omit<Subject, 'stream'> & Partial<Pick<Subject, 'stream'>>;

interface PeerModule {
  /** `undefined` for a peer that cannot be measured at this place. */
  createPeer(place: Place): Peer | undefined | Promise<Peer | undefined>;
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

/** Every peer that can stream at `place`. */
export async function loadStreamingPeers(place: Place): Promise<Subject[]> {
  const peers = await loadPeers(place);
  return peers.filter((peer): peer is Subject => peer.stream !== undefined);
}

/** Every peer that can serve `place`; installs them if need be. */
export async function loadPeers(place: Place): Promise<Peer[]> {
  installPeers();
  const peers: Peer[] = [];
  for (const name of MODULES) {
    const { createPeer } = (await import(new URL(name, FOLDER).href)) as PeerModule;
    const peer = await createPeer(place);
    if (peer !== undefined) peers.push(peer);
  }
  return peers;
}
