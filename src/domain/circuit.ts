// Longer than a page because a state machine is read whole: its states and every way from one to another.
import { doublingMs } from './backoff.js';
import { type CircuitSettings, DEFAULT_CIRCUIT } from './circuit-settings.js';
import { type CoolDown, coolDownSucceeded, createCoolDown, isCooling } from './cool-down.js';
import { clearWindow, countAttempt, createFailureWindow, type FailureWindow, sumWindow } from './failure-window.js';

/** Pauses are spread by this share to both sides, so that many processes do not come back together. */
const JITTER = 0.1;

/** The right to find out whether a target works again; one call at a time has it. Compared by identity. */
export interface Trial {
  readonly generation: number;
}

/** Handed out when an attempt starts and given back with its result, so that a late result from before a change counts no more. */
export type Permit = number | Trial;

/** Where a circuit stands. */
export type CircuitPhase =
  | { readonly name: 'closed' }
  | { readonly name: 'open'; readonly until: number }
  | { readonly name: 'half-open'; trial: Trial | undefined; leaseUntil: number };

/** Of a target that gave no answer at all: it stands behind healthy ones until `until`, then one call at a time tries it. */
interface Suspicion {
  until: number;
  level: number;
  trial: Trial | undefined;
  leaseUntil: number;
}

/** Health of one target. Changed in place by the functions below and by nobody else, so that a success allocates nothing. */
export interface Circuit {
  phase: CircuitPhase;
  /** Goes up whenever results of attempts that are under way stop counting. */
  generation: number;
  /** Failures in a row. */
  streak: number;
  /** Times it opened, one soon after the other. */
  openings: number;
  /** When it was closed last, after having been open. */
  closedAt: number;
  suspicion: Suspicion | undefined;
  readonly window: FailureWindow;
  /** Rest that the provider asked for or that a fault of configuration calls for; not a state of the circuit. */
  readonly coolDown: CoolDown;
}

/** A change that is worth telling. */
export type CircuitChange = 'opened' | 'closed';

const CLOSED: CircuitPhase = Object.freeze({ name: 'closed' });

/** A closed circuit without a past. */
export function createCircuit(settings: CircuitSettings = DEFAULT_CIRCUIT): Circuit {
  return {
    phase: CLOSED,
    generation: 1,
    streak: 0,
    openings: 0,
    closedAt: Number.NEGATIVE_INFINITY,
    suspicion: undefined,
    window: createFailureWindow(settings.windowMs),
    coolDown: createCoolDown(),
  };
}

/**
 * Whether the target may be asked now: `ready`; `suspect`, behind healthy ones; `trial`, one call is wanted to find out, and
 * {@link enterCircuit} gives it the right; or out until an instant on the monotonic clock. Changes nothing.
 */
export function admission(circuit: Circuit, now: number): 'ready' | 'suspect' | 'trial' | { readonly until: number } {
  const { phase, suspicion, coolDown } = circuit;
  if (isCooling(coolDown, now)) {
    return { until: phase.name === 'open' ? Math.max(coolDown.until, phase.until) : coolDown.until };
  }
  if (phase.name === 'open') return now < phase.until ? { until: phase.until } : 'trial';
  if (phase.name === 'half-open') return onTrial(phase, now) ? { until: phase.leaseUntil } : 'trial';
  if (suspicion === undefined) return 'ready';
  return now < suspicion.until || onTrial(suspicion, now) ? 'suspect' : 'trial';
}

/**
 * Starts an attempt if {@link admission} allows one; `undefined` if not. A due trial goes to the first who comes.
 *
 * @param asSuspect `false` for a call that was planned when the target was no suspect, or due for a trial: if another call has
 *   taken the trial since, or the target has fallen silent, it is refused instead of following into the silence
 */
export function enterCircuit(
  circuit: Circuit,
  now: number,
  settings: CircuitSettings,
  asSuspect = true,
): Permit | undefined {
  const standing = admission(circuit, now);
  if (typeof standing === 'object' || (standing === 'suspect' && !asSuspect)) return undefined;
  if (standing !== 'trial') return circuit.generation;
  if (circuit.phase.name === 'open') {
    circuit.generation++;
    circuit.phase = { name: 'half-open', trial: undefined, leaseUntil: now };
  }
  const holder = circuit.phase.name === 'half-open' ? circuit.phase : (circuit.suspicion as Suspicion);
  holder.trial = { generation: circuit.generation };
  holder.leaseUntil = now + settings.trialLeaseMs;
  return holder.trial;
}

/** Starts an attempt although the target is out, because all are. Its success closes the circuit, its failure changes nothing. */
export function forceCircuit(circuit: Circuit): Permit {
  return circuit.generation;
}

/** The attempt succeeded. */
export function circuitSucceeded(circuit: Circuit, permit: Permit, now: number): CircuitChange | undefined {
  if (!counts(circuit, permit)) return undefined;
  coolDownSucceeded(circuit.coolDown);
  if (circuit.phase.name === 'closed') {
    circuit.streak = 0;
    circuit.suspicion = undefined;
    countAttempt(circuit.window, false, now);
    return undefined;
  }
  circuit.generation++;
  circuit.phase = CLOSED;
  circuit.closedAt = now;
  circuit.streak = 0;
  clearWindow(circuit.window);
  return 'closed';
}

/**
 * The attempt failed in a way that counts.
 * @param noResponse nothing came back at all: the target becomes a suspect
 * @param random a draw in [0, 1)
 */
export function circuitFailed(
  circuit: Circuit,
  permit: Permit,
  noResponse: boolean,
  now: number,
  random: number,
  settings: CircuitSettings,
): CircuitChange | undefined {
  if (!counts(circuit, permit)) return undefined;
  const { phase } = circuit;
  if (phase.name === 'half-open' && phase.trial === permit) return open(circuit, now, random, settings);
  if (phase.name !== 'closed') return undefined;
  circuit.streak++;
  countAttempt(circuit.window, true, now);
  if (isBroken(circuit, now, settings)) {
    if (now - circuit.closedAt >= settings.windowMs) circuit.openings = 0;
    return open(circuit, now, random, settings);
  }
  if (noResponse) suspect(circuit, now, random, settings);
  else circuit.suspicion = undefined;
  return undefined;
}

/** The attempt ended in a way that says nothing about health, but an answer came (a 4xx, a 429): the target is not silent. */
export function circuitAnswered(circuit: Circuit, permit: Permit): void {
  if (!counts(circuit, permit)) return;
  circuit.suspicion = undefined;
  giveBack(circuit, permit);
}

/** The attempt was given up (by its caller, or before it was sent): a trial goes to the next call. */
export function circuitAbandoned(circuit: Circuit, permit: Permit): void {
  giveBack(circuit, permit);
}

function counts(circuit: Circuit, permit: Permit): boolean {
  return (typeof permit === 'number' ? permit : permit.generation) === circuit.generation;
}

function onTrial(holder: { readonly trial: Trial | undefined; readonly leaseUntil: number }, now: number): boolean {
  return holder.trial !== undefined && now < holder.leaseUntil;
}

function giveBack(circuit: Circuit, permit: Permit): void {
  const { phase, suspicion } = circuit;
  if (suspicion?.trial === permit) suspicion.trial = undefined;
  if (phase.name === 'half-open' && phase.trial === permit) phase.trial = undefined;
}

function isBroken(circuit: Circuit, now: number, settings: CircuitSettings): boolean {
  const { attempts, failures } = sumWindow(circuit.window, now);
  const enough = circuit.streak >= settings.consecutiveFailures || attempts >= settings.minimumAttempts;
  return enough && failures >= attempts * settings.failureRatio;
}

function open(circuit: Circuit, now: number, random: number, settings: CircuitSettings): CircuitChange {
  const outMs = doublingMs(circuit.openings, random, settings.openMs, settings.maxOpenMs, JITTER);
  circuit.generation++;
  circuit.openings++;
  circuit.phase = { name: 'open', until: now + outMs };
  circuit.suspicion = undefined;
  return 'opened';
}

function suspect(circuit: Circuit, now: number, random: number, settings: CircuitSettings): void {
  const { suspicion } = circuit;
  // Calls that were under way when the suspicion began end later and say nothing new.
  if (suspicion !== undefined && now < suspicion.until) return;
  const level = suspicion === undefined ? 0 : suspicion.level + 1;
  const until = now + doublingMs(level, random, settings.suspectMs, settings.maxOpenMs, JITTER);
  circuit.suspicion = { until, level, trial: undefined, leaseUntil: now };
}
