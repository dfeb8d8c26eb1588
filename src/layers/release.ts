import { BODY_END, tellsItsEnd } from '../domain/body-end.js';
import { type Outcome, onSettled } from '../domain/outcome.js';
import type { Follower } from '../signals.js';

/** What is held while an answer is on its way. */
export interface Held {
  /** Passes on the end of the call; absent when nothing but the gateway can end it. */
  readonly follower: Follower | undefined;
  /** Lets go of everything else. */
  readonly release: () => void;
}

/** A body nobody can read any more needs nobody who ends it. */
const unreachable = new FinalizationRegistry<WeakRef<Follower>>((follower) => follower.deref()?.stop());

/** Lets go when an outcome is over. A caller who took the unread reply may end it as long as its body lasts. */
export function releaseAfter(outcome: Outcome, held: Held): void {
  const letGo = () => {
    held.follower?.stop();
    held.release();
  };
  if (!outcome.ok) {
    letGo();
    return;
  }
  const { settled, response } = outcome.reply;
  if (settled instanceof Promise || settled.ending !== 'unread') onSettled(outcome, letGo);
  else if (tellsItsEnd(response)) response[BODY_END](letGo);
  else if (response.body === null || held.follower === undefined) letGo();
  else {
    // The runtime's own replies tell nothing; that they are gone is all there is to learn.
    held.release();
    unreachable.register(response.body, new WeakRef(held.follower));
  }
}
