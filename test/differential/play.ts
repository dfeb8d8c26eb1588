import type { MockRequest } from '../../src/testing.js';
import { reply } from '../../src/testing.js';
import { type Access, type Contender, chat, makeClient, makePair } from './clients.js';
import { gapsOf, type Observation, observe, type Seen, viewRequest } from './observation.js';
import type { Kind, Row } from './row.js';
import { PENDING } from './virtual-time.js';

/** What plays the far end. */
export interface FarEnd {
  readonly access: Access;
  readonly requests: readonly MockRequest[];
  close(): Promise<void>;
}

/** A place to play rows: who answers, and how long to wait for a call. */
export interface Stage {
  open(script: Row['script'], host: 'a' | 'b'): Promise<FarEnd>;
  settle(seen: Promise<Seen>): Promise<Seen | typeof PENDING>;
}

/** Plays a row to one contender. */
export async function play(stage: Stage, row: Row, kind: Kind, contender: Contender): Promise<Observation> {
  const far = await stage.open(row.script, 'a');
  const client = makeClient(contender, far.access, row.client);
  const beganAt = performance.now();
  const seen = await stage.settle(observe(() => (row.call ?? chat)(client, kind)));
  const tookMs = Math.round(performance.now() - beganAt);
  await far.close();
  return {
    attempts: far.requests.length,
    requests: far.requests.map(viewRequest),
    gapsMs: gapsOf(far.requests),
    ...(seen === PENDING ? { ending: 'pending' as const } : { ...seen, tookMs }),
  };
}

/** What happened with a healthy endpoint in the second tier. */
export interface PairObservation extends Observation {
  readonly first: number;
  readonly second: number;
  /** From the first endpoint's request to the second's, in milliseconds. */
  readonly movedAfterMs: number | undefined;
}

export const FROM_SECOND = 'from the second';

/** Plays a row to a gateway of two endpoints, the second one healthy. */
export async function playPair(stage: Stage, row: Row, kind: Kind): Promise<PairObservation> {
  const first = await stage.open(row.script, 'a');
  const second = await stage.open([{ reply: reply.chat(FROM_SECOND) }], 'b');
  const client = makePair(first.access, second.access, row.client);
  const beganAt = performance.now();
  const seen = await stage.settle(observe(() => (row.call ?? chat)(client, kind)));
  const tookMs = Math.round(performance.now() - beganAt);
  await Promise.all([first.close(), second.close()]);
  const [began] = first.requests;
  const [moved] = second.requests;
  return {
    first: first.requests.length,
    second: second.requests.length,
    movedAfterMs: began && moved && moved.at - began.at,
    attempts: first.requests.length + second.requests.length,
    requests: [...first.requests, ...second.requests].map(viewRequest),
    gapsMs: gapsOf(first.requests),
    ...(seen === PENDING ? { ending: 'pending' as const } : { ...seen, tookMs }),
  };
}

/**
 * Without what the gateway adds to the SDK's own errors, out of sight: `attempts`, and `retryAfterMs` where the provider named
 * a time. They are not enumerable, which `keys` shows.
 */
export function withoutAdditions<Seen extends Partial<Observation>>(seen: Seen): Seen {
  return seen.error === undefined ? seen : { ...seen, error: { ...seen.error, retryAfterMs: undefined } };
}
