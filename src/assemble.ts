/** The stack every call walks through, on one page. */
import type { Clock } from './clock.js';
import type { Attempt, Call } from './domain/call.js';
import type { Usage } from './domain/usage.js';
import type { Emitter } from './events.js';
import { attemptRecorder } from './layers/attempt-recorder.js';
import { callRecorder } from './layers/call-recorder.js';
import { circuitBreaker, type HealthGate } from './layers/circuit-breaker.js';
import { deadline } from './layers/deadline.js';
import { type FailoverParts, failover } from './layers/failover.js';
import { type Handler, stack } from './layers/layer.js';
import { send } from './wire/send.js';

/** State and settings the layers work with. */
export interface StackParts extends FailoverParts {
  readonly clock: Clock;
  readonly emitter: Emitter;
  readonly health: HealthGate;
  readonly maxResponseBytes: number | undefined;
  readonly readUsage: (operation: string, body: unknown) => Usage | undefined;
}

/** Builds the handler of all calls of one gateway. Read each list from the outside in. */
export function assemble(parts: StackParts): Handler<Call> {
  let attempt: Handler<Attempt> = send({
    clock: parts.clock,
    maxBytes: parts.maxResponseBytes,
    readUsage: parts.readUsage,
  });
  // Right around the wire: it counts what the provider did, and nothing that happened before.
  attempt = stack(circuitBreaker(parts.health), attempt);
  // Outermost of an attempt: refusals by the layers below are attempts too, and must be seen.
  attempt = stack(attemptRecorder(parts), attempt);

  // Innermost of a call: everything above it happens once, everything below once per attempt.
  let call: Handler<Call> = stack(failover(parts), attempt);
  // Around failover: the deadline covers waits and all attempts together.
  call = stack(deadline(parts), call);
  // Outermost of a call: whatever ends it, even before an attempt, has one record.
  call = stack(callRecorder(parts), call);
  return call;
}
