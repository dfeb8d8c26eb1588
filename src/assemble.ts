/** The stack every call walks through, on one page. */
import type { Clock } from './clock.js';
import type { Attempt, Call } from './domain/call.js';
import type { Usage } from './domain/usage.js';
import type { Emitter } from './events.js';
import { attemptRecorder } from './layers/attempt-recorder.js';
import { budget, type MeteringGate } from './layers/budget.js';
import { type CallMetering, callBudget } from './layers/call-budget.js';
import { type CallLedger, callLedger } from './layers/call-ledger.js';
import { callRecorder } from './layers/call-recorder.js';
import { circuitBreaker, type HealthGate } from './layers/circuit-breaker.js';
import { deadline } from './layers/deadline.js';
import { type FailoverParts, failover } from './layers/failover.js';
import { type Handler, stack, surround } from './layers/layer.js';
import { type RateLimitGate, rateLimit } from './layers/rate-limit.js';
import { send } from './wire/send.js';

/** State and settings the layers work with. */
export interface StackParts extends FailoverParts {
  readonly clock: Clock;
  readonly emitter: Emitter;
  readonly health: HealthGate;
  /** `undefined` when nothing is limited. */
  readonly limits: RateLimitGate | undefined;
  readonly metering: MeteringGate & CallMetering & CallLedger;
  readonly maxPriceRatio: number | undefined;
  readonly reroute: (call: Call, alias: string) => Call;
  readonly maxResponseBytes: number | undefined;
  readonly onClosing: (hurry: () => void) => () => void;
  readonly readUsage: (operation: string, body: unknown, endpoint: string) => Usage | undefined;
}

/** Builds the handler of all calls of one gateway. Read each list from the outside in. */
export function assemble(parts: StackParts): Handler<Call> {
  const wire = send({
    clock: parts.clock,
    maxBytes: parts.maxResponseBytes,
    readUsage: parts.readUsage,
    onClosing: parts.onClosing,
  });
  const attempt: Handler<Attempt> = surround(
    [
      // Outermost of an attempt: refusals by the layers below are attempts too, and must be seen.
      attemptRecorder(parts),
      // Around the limits: no turn is taken for an attempt that nobody may pay for.
      budget(parts.metering),
      // Around the circuit: time in a queue is not held against the target.
      ...(parts.limits === undefined ? [] : [rateLimit(parts.limits, () => parts.clock.now())]),
      // Right around the wire: it counts what the provider did, and nothing that happened before.
      circuitBreaker(parts.health),
    ],
    wire,
  );

  // Innermost of a call: everything above it happens once, everything below once per attempt.
  let call: Handler<Call> = stack(failover(parts), attempt);
  // Around failover: where a call may go is settled before the first target is chosen.
  call = stack(
    callBudget({ metering: parts.metering, maxPriceRatio: parts.maxPriceRatio, reroute: parts.reroute }),
    call,
  );
  // Around failover: the deadline covers waits and all attempts together.
  call = stack(deadline(parts), call);
  // Outermost of a call: whatever ends it, even before an attempt, has one record, in the ledger as well.
  call = surround([callRecorder(parts), callLedger(parts.metering)], call);
  return call;
}
