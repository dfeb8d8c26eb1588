import type { Attempt } from '../domain/call.js';
import type { Permit } from '../domain/circuit.js';
import { type Failure, type Outcome, onSettled } from '../domain/outcome.js';
import { NoTargetAvailableError } from '../errors.js';
import type { Bracket } from './layer.js';

/** The health of targets, as far as an attempt touches it. */
export interface HealthGate {
  enter(attempt: Attempt): Permit | undefined;
  leave(attempt: Attempt, permit: Permit, outcome: Outcome): void;
  interrupted(attempt: Attempt, permit: Permit, failure: Failure): void;
}

/**
 * Keeps attempts away from targets that are out, and counts how attempts end. A call with a single target passes: leaving
 * it alone would help nobody.
 */
export function circuitBreaker(health: HealthGate): Bracket<Attempt, Permit> {
  return {
    enter(attempt) {
      const permit = health.enter(attempt);
      if (permit !== undefined) return permit;
      const error = new NoTargetAvailableError(
        `Endpoint "${attempt.target.endpoint}" is left alone for now: it failed recently.`,
      );
      return { refused: { kind: 'unavailable', error } };
    },
    leave(attempt, outcome, permit) {
      health.leave(attempt, permit, outcome);
      onSettled(outcome, ({ ending, failure }) => {
        if (ending === 'interrupted' && failure !== undefined) health.interrupted(attempt, permit, failure);
      });
    },
  };
}
