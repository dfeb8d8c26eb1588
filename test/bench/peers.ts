/** Other libraries, in a folder of their own so that `npm install` of the project stays light. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { baseURLs, type Place, type Subject } from './subjects.ts';

const FOLDER = new URL('./peers/', import.meta.url);
const MODULES = ['ai.js', 'langchain.js', 'portkey.js'];

/** A peer; not every one can stream. */
export type Peer = Omit<Subject, 'stream'> & Partial<Pick<Subject, 'stream'>>;

/** Packages that a user of each peer imports. */
export const PEER_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  ai_fallback: ['ai', '@ai-sdk/openai', 'ai-fallback'],
  langchain: ['@langchain/openai'],
};

interface PeerModule {
  /** `undefined` for a peer that cannot be measured at this place. */
  createPeer(place: Place, baseURLs: readonly string[]): Peer | undefined | Promise<Peer | undefined>;
}

/** Installs the peers where that has not been done. Returns their folder. */
export function installPeers(): string {
  const folder = fileURLToPath(FOLDER);
  if (existsSync(new URL('node_modules/ai', FOLDER))) return folder;
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], {
    cwd: folder,
    // The last line of standard output belongs to the figures.
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('The peers could not be installed.');
  return folder;
}

/** Every peer that can stream at `place`. */
export async function loadStreamingPeers(place: Place): Promise<Subject[]> {
  const peers = await loadPeers(place);
  return peers.filter((peer): peer is Subject => peer.stream !== undefined);
}

/**
 * Every peer that can serve `place`; installs them if need be.
 * @param endpoints endpoints that are asked before the last one
 */
export async function loadPeers(place: Place, endpoints = 1): Promise<Peer[]> {
  const peers = await Promise.all((await peerMakers()).map((make) => make(place, endpoints)));
  return peers.filter((peer) => peer !== undefined);
}

/** Makes a peer; `undefined` for one that cannot be measured at this place. */
export type PeerMaker = (place: Place, endpoints?: number) => Promise<Peer | undefined>;

/** What makes each peer; installs them if need be. */
export async function peerMakers(): Promise<PeerMaker[]> {
  installPeers();
  const modules = await Promise.all(MODULES.map((name) => import(new URL(name, FOLDER).href) as Promise<PeerModule>));
  return modules.map(
    ({ createPeer }) =>
      async (place, endpoints = 1) =>
        createPeer(place, baseURLs(place, endpoints)),
  );
}
