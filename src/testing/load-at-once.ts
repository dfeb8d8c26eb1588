import * as engine from '../engine.js';
import { provideEngine } from '../load-engine.js';

/** Has a client ready at once instead of a moment after it was made, so that fake timers cannot get ahead of its first call. */
export function loadAtOnce(): void {
  provideEngine(engine);
}
