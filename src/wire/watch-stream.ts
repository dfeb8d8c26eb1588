import type { Clock } from '../clock.js';
import type { Attempt, EndpointPort } from '../domain/call.js';
import { AttemptExpired } from './name-failure.js';
import { StreamWatch } from './stream-watch.js';

/** Stream clocks where nothing else is said, milliseconds. */
const FIRST_EVENT_MS = 120_000;
const IDLE_MS = 120_000;
/** The SDK has a timer of the same length for the headers, and its error says more: it goes first, also on a busy machine. */
const AFTER_SDK_MS = 20;

/** Watches the stream of one attempt, and ends the attempt when its stream falls silent. */
export function watchStream(attempt: Attempt, port: EndpointPort, clock: Clock): StreamWatch {
  const { settings, options } = attempt.call;
  const ownTimeout = (options.timeout ?? port.timeoutMs) + AFTER_SDK_MS;
  const watch: StreamWatch = new StreamWatch(
    clock,
    attempt.startedAt,
    {
      firstEventMs: settings.firstEventTimeoutMs ?? (attempt.last ? ownTimeout : Math.min(FIRST_EVENT_MS, ownTimeout)),
      idleMs: settings.idleTimeoutMs ?? IDLE_MS,
    },
    () => {
      const what =
        watch.expired === 'first_event' ? 'No first event of the stream in time.' : 'The stream went silent.';
      attempt.controller.abort(new AttemptExpired(what));
    },
  );
  return watch;
}
