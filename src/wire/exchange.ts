import type { Clock } from '../clock.js';
import { type Attempt, type EndpointPort, isToolRunner, type RequestShape } from '../domain/call.js';
import type { Failure } from '../domain/outcome.js';
import { raceSignal } from '../signals.js';
import { nameFailure } from './name-failure.js';
import { prepare } from './prepare.js';
import { checkOrigin, isRedirect, locationOf, redirectWithin, refusedRedirect } from './redirects.js';

/** How far a request got: response headers, or a failure with a name. */
export type Sent = { readonly response: Response } | { readonly failure: Failure };

/** One request up to its response headers, and one more if it was redirected inside its own origin. */
export function exchange(attempt: Attempt, port: EndpointPort, options: RequestShape, clock: Clock): Promise<Sent> {
  const misdirected = checkOrigin(options.path, port);
  if (misdirected !== undefined) return Promise.resolve({ failure: misdirected });
  return answer(attempt, port, options, (error) => {
    const failure = nameFailure(error, attempt, clock);
    return isRedirect(failure) ? redirected(failure, attempt, port, options, clock) : { failure };
  });
}

/** What the failure of a request that was sent past the SDK means; a redirect inside its own origin is followed here too. */
export function afterFailure(error: unknown, attempt: Attempt, port: EndpointPort, clock: Clock): Sent | Promise<Sent> {
  const failure = nameFailure(error, attempt, clock);
  return isRedirect(failure) ? redirected(failure, attempt, port, prepare(attempt, port).options, clock) : { failure };
}

function redirected(
  failure: Failure,
  attempt: Attempt,
  port: EndpointPort,
  options: RequestShape,
  clock: Clock,
): Sent | Promise<Sent> {
  const location = locationOf(failure);
  const next = redirectWithin(port.origin, location, failure.status as number, options.method);
  if (next === undefined) return { failure: refusedRedirect(failure, location, port.origin) };
  const again = { ...options, path: next, query: undefined } as RequestShape;
  return answer(attempt, port, again, (error) => ({ failure: nameFailure(error, attempt, clock) }));
}

/**
 * An abort is answered although the SDK is still busy, with a hook for instance. A tool runner wants to keep a turn that is
 * just arriving, as with the SDK.
 */
function answer(
  attempt: Attempt,
  port: EndpointPort,
  options: RequestShape,
  failed: (error: unknown) => Sent | Promise<Sent>,
): Promise<Sent> {
  const work = port.send(options);
  return isToolRunner(attempt.call.options)
    ? work.then(arrived, failed)
    : raceSignal(work, attempt.controller.signal, arrived, failed);
}

function arrived(response: Response): Sent {
  return { response };
}
