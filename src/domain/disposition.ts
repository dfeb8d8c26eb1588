import { doublingMs } from './backoff.js';
import type { FailureScope } from './classify-rule.js';
import type { FailureKind } from './outcome.js';

/** How long a target or an endpoint is left alone after one failure. */
export interface CoolDownRule {
  /** `target`: this model at this endpoint. `endpoint`: everything there that uses the same key. */
  readonly reach: 'target' | 'endpoint';
  /** Milliseconds; the first step where `doubles` is set. A longer wish of the provider wins. */
  readonly ms: number;
  /** Twice as long each time it happens again right after, up to {@link MAX_OWN_COOL_DOWN_MS}. */
  readonly doubles: boolean;
  /** How many different calls must have failed so, without a success between them. */
  readonly afterCalls: 1 | 2;
}

/** What follows from one kind of failure. */
export interface Disposition {
  /** May the same target be asked again for this call (if the failure is not `permanent`)? */
  readonly sameTarget: boolean;
  /** May another target be asked? */
  readonly nextTarget: boolean;
  /** Another target may be asked if it declares a larger context window. */
  readonly largerWindow: boolean;
  /** `failure` counts against the circuit, `neutral` does not, `pacing` only makes the target rest for a while. */
  readonly circuit: 'failure' | 'neutral' | 'pacing';
  readonly coolDown: CoolDownRule | undefined;
  /** An operator should hear of it, once per cool-down. */
  readonly loud: boolean;
  /** Why the row says what it says. */
  readonly remark: string;
}

/** A provider's wish is honoured up to one hour; then it is asked again. */
const MAX_COOL_DOWN_MS = 3_600_000;
/** Own, doubling cool-downs end at one minute: without a hint the provider may be fine again at any time. */
const MAX_OWN_COOL_DOWN_MS = 60_000;

const STOP = {
  sameTarget: false,
  nextTarget: false,
  largerWindow: false,
  circuit: 'neutral',
  coolDown: undefined,
  loud: false,
} as const;
const MOVE = { ...STOP, nextTarget: true } as const;
const TRANSIENT = { ...MOVE, sameTarget: true, circuit: 'failure' } as const;
const PACING = { ...MOVE, sameTarget: true, circuit: 'pacing' } as const;

const PAUSE: CoolDownRule = { reach: 'target', ms: 1000, doubles: true, afterCalls: 1 };
const MISFIT: CoolDownRule = { reach: 'target', ms: 60_000, doubles: false, afterCalls: 2 };
const DEAD_KEY: CoolDownRule = { reach: 'endpoint', ms: 60_000, doubles: false, afterCalls: 1 };
const NO_MONEY: CoolDownRule = { reach: 'endpoint', ms: 300_000, doubles: false, afterCalls: 1 };

const DISPOSITIONS: Readonly<Record<FailureKind, Disposition>> = {
  rate_limited: {
    ...PACING,
    coolDown: PAUSE,
    remark: 'The provider works and says slower: others first, this one after its time.',
  },
  overloaded: { ...PACING, coolDown: PAUSE, remark: 'As a rate limit, only that it is not our share that is used up.' },
  quota_exhausted: {
    ...MOVE,
    coolDown: NO_MONEY,
    loud: true,
    remark: 'Every call will fail until somebody pays; asking again only costs time.',
  },
  server_error: { ...TRANSIENT, remark: 'May pass by itself at once; in a row it is an outage.' },
  unsupported: {
    ...MOVE,
    coolDown: MISFIT,
    loud: true,
    remark: 'The endpoint lacks this method; another one may have it.',
  },
  unreachable: { ...TRANSIENT, remark: 'Refused, reset, no name, no trust: the network or the endpoint is down.' },
  timeout: { ...TRANSIENT, remark: 'Nothing came in time; may have been billed.' },
  unauthorized: {
    ...MOVE,
    coolDown: DEAD_KEY,
    loud: true,
    remark: 'The key is dead here; every other endpoint has its own.',
  },
  forbidden: {
    ...MOVE,
    coolDown: MISFIT,
    loud: true,
    remark: 'May concern the account, the region, the model or this one call: two calls must agree.',
  },
  model_missing: {
    ...MOVE,
    coolDown: MISFIT,
    loud: true,
    remark: 'Gone, renamed or not opened for this account here; another endpoint may have it.',
  },
  context_too_long: { ...STOP, largerWindow: true, remark: 'The request does not fit; only a larger window helps.' },
  content_filtered: {
    ...STOP,
    remark: 'A judgement about the content; carrying it to the next provider is not ours to decide.',
  },
  invalid_request: { ...STOP, remark: 'Wrong for everybody: the caller must mend it.' },
  invalid_response: {
    ...TRANSIENT,
    remark: 'A success that is none: page, error body, nothing, cut JSON or a stream without an end.',
  },
  redirected: {
    ...MOVE,
    circuit: 'failure',
    loud: true,
    remark: 'The base URL leads somewhere else; prompt and key do not follow.',
  },
  credentials: {
    ...MOVE,
    circuit: 'failure',
    loud: true,
    remark: 'No key could be had for this endpoint; others have their own.',
  },
  cancelled: { ...STOP, remark: 'Nobody waits for an answer any more.' },
  refused: { ...STOP, remark: 'Our own refusal (budget, queue, shutting down); it holds for every target.' },
  unavailable: {
    ...MOVE,
    remark: 'Held back by our own circuit or limit for this target, nothing was sent; others are free.',
  },
  unclassified: { ...STOP, remark: 'Thrown by a hook or an override of the caller: theirs to see unchanged.' },
};

/** What follows from a failure of this kind. */
export function disposition(kind: FailureKind): Disposition {
  return DISPOSITIONS[kind];
}

/**
 * What a failure means for the circuit of its target. A fault of one request says nothing about anybody else's, whatever its
 * kind: a conflict (409) and a request that arrived too slowly (408) are tried again and leave the circuit alone.
 */
export function circuitEffect(kind: FailureKind, scope: FailureScope | undefined): Disposition['circuit'] {
  return scope === 'request' ? 'neutral' : DISPOSITIONS[kind].circuit;
}

/** What is known when a cool-down is decided. */
export interface CoolDownFacts {
  /** What the provider asks for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** How far the fault reaches; a fault of one request cools nothing down. */
  readonly scope?: FailureScope | undefined;
  /** How many cool-downs of this target came right before this one. */
  readonly streak: number;
  /** A draw in [0, 1). */
  readonly random: number;
}

/**
 * How long the target (or endpoint, see `coolDown.reach`) rests after a failure of this kind, in milliseconds; 0 for not at all.
 * The provider's wish counts for the pacing kinds as it is and else only if it is longer than the row's own time, up to
 * {@link MAX_COOL_DOWN_MS}; without a wish the row's time, doubling where it says so, plus or minus 10 %.
 */
export function coolDownMs(kind: FailureKind, facts: CoolDownFacts): number {
  const { coolDown: rule, circuit } = DISPOSITIONS[kind];
  if (rule === undefined || facts.scope === 'request') return 0;
  const { retryAfterMs } = facts;
  if (circuit === 'pacing' && retryAfterMs !== undefined) return Math.min(retryAfterMs, MAX_COOL_DOWN_MS);
  if (rule.doubles) return doublingMs(facts.streak, facts.random, rule.ms, MAX_OWN_COOL_DOWN_MS, 0.1);
  return Math.min(Math.max(rule.ms, retryAfterMs ?? 0), MAX_COOL_DOWN_MS);
}
