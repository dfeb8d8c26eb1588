import type { Clock } from '../clock.js';
import type { Intent } from '../domain/call.js';

/** What ends the wait for a caller's decision. */
export interface Decision {
  readonly clock: Clock;
  /** Tells when the gateway closes, so that nobody waits for a caller who is gone. @returns how to stop listening */
  readonly onClosing: (hurry: () => void) => () => void;
}

/** A caller who does nothing with the promise for this long, or until the gateway closes, gets the unread reply, so that the attempt can end. */
const UNDECIDED_MS = 10_000;

/** What the caller does with the promise, or will be taken for doing. */
export function decided(intent: Intent, { clock, onClosing }: Decision): Promise<'body' | 'response'> {
  return new Promise((resolve) => {
    const decide = (known: 'body' | 'response'): void => {
      clock.clearTimer(timer);
      unlisten();
      resolve(known);
    };
    const giveUp = () => decide('response');
    const timer = clock.setTimer(giveUp, UNDECIDED_MS, true);
    const unlisten = onClosing(() => queueMicrotask(giveUp));
    void intent.wait().then(decide);
  });
}
