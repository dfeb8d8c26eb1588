import type { FailureScope } from './classify-rule.js';
import { coolDownMs, disposition } from './disposition.js';
import type { FailureKind } from './outcome.js';

/** When a target, or a whole endpoint, may be asked again. Changed in place, so that looking at it allocates nothing. */
export interface CoolDown {
  /** On the monotonic clock, milliseconds; in the past when it rests no more. */
  until: number;
  /** Why it rests, or rested last. */
  kind: FailureKind | undefined;
  /** Cool-downs right after each other, for those that double. */
  streak: number;
  /** The call that failed in a way that only counts when another call agrees. */
  witness: string | undefined;
}

/** A failure, as far as cool-downs ask. */
export interface CoolDownEvent {
  readonly kind: FailureKind;
  /** Which call it was: two failures of one call are one witness. */
  readonly callId: string;
  readonly retryAfterMs?: number | undefined;
  readonly scope?: FailureScope | undefined;
}

/** Nothing rests. */
export function createCoolDown(): CoolDown {
  return { until: Number.NEGATIVE_INFINITY, kind: undefined, streak: 0, witness: undefined };
}

/** Whether it rests now. */
export function isCooling(coolDown: CoolDown, now: number): boolean {
  return now < coolDown.until;
}

/**
 * Takes note of a failure and returns for how many milliseconds from now the target rests because of it, 0 if it does not.
 * A longer cool-down wins over a shorter one; failures of calls that were under way when a cool-down began do not double it.
 *
 * @param now monotonic time in milliseconds
 * @param random a draw in [0, 1)
 */
export function coolAfter(coolDown: CoolDown, event: CoolDownEvent, now: number, random: number): number {
  const rule = disposition(event.kind).coolDown;
  if (rule === undefined || event.scope === 'request') return 0;
  if (rule.afterCalls > 1) {
    if (coolDown.witness === undefined) coolDown.witness = event.callId;
    if (coolDown.witness === event.callId) return 0;
  }
  const resting = isCooling(coolDown, now);
  const streak = resting ? Math.max(0, coolDown.streak - 1) : coolDown.streak;
  const ms = coolDownMs(event.kind, { ...event, streak, random });
  if (rule.doubles && !resting) coolDown.streak++;
  coolDown.witness = undefined;
  if (now + ms > coolDown.until) {
    coolDown.until = now + ms;
    coolDown.kind = event.kind;
  }
  return ms;
}

/** A success: what comes next is no longer "right after", and a lone witness was wrong. A cool-down that runs goes on. */
export function coolDownSucceeded(coolDown: CoolDown): void {
  coolDown.streak = 0;
  coolDown.witness = undefined;
}
