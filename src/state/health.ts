/**
 * What past attempts say about each target: circuits, cool-downs, retry quotas and latencies. Shared by all calls.
 * Longer than most files because it is the one place where those four meet.
 */
import type { Clock } from '../clock.js';
import type { Attempt } from '../domain/call.js';
import {
  admission,
  type Circuit,
  type CircuitChange,
  circuitAbandoned,
  circuitAnswered,
  circuitFailed,
  circuitSucceeded,
  createCircuit,
  enterCircuit,
  forceCircuit,
  type Permit,
} from '../domain/circuit.js';
import type { CircuitSettings } from '../domain/circuit-settings.js';
import { type CoolDown, coolAfter, coolDownSucceeded, createCoolDown, isCooling } from '../domain/cool-down.js';
import { circuitEffect, disposition } from '../domain/disposition.js';
import {
  createLatency,
  type Latency,
  latencyCost,
  latencyEnded,
  latencyStarted,
  observeLatency,
} from '../domain/latency.js';
import type { Failure, Outcome } from '../domain/outcome.js';
import type { Standing } from '../domain/plan.js';
import { RetryQuota } from '../domain/quota.js';
import type { RetryQuotaSettings } from '../domain/quota-settings.js';
import type { Target } from '../domain/route.js';
import type { Emitter } from '../events.js';
import { BoundedMap } from './bounded-map.js';

export interface HealthSettings {
  readonly clock: Clock;
  readonly emitter: Emitter;
  /** `false`: targets are never left alone for having failed. */
  readonly circuit: CircuitSettings | false;
  /** `false`: retries cost nothing. */
  readonly quota: RetryQuotaSettings | false;
  readonly whenAllOpen: 'try' | 'reject';
  /** Somebody wants to know what a slow answer is. */
  readonly hedges?: boolean | undefined;
}

/** Record of one target. */
export interface TargetHealth {
  readonly circuit: Circuit;
  readonly latency: Latency;
  readonly endpoint: EndpointHealth;
}

/** Record of one endpoint, for what concerns all its models. */
interface EndpointHealth {
  readonly coolDown: CoolDown;
  readonly quota: RetryQuota | undefined;
}

/** Targets remembered; model names may come from callers and be without number. */
const MAX_TARGETS = 4_000;

export class Health {
  readonly #settings: HealthSettings;
  readonly #circuitSettings: CircuitSettings | undefined;
  readonly #targets = new BoundedMap<string, TargetHealth>(MAX_TARGETS);
  readonly #endpoints = new Map<string, EndpointHealth>();

  constructor(settings: HealthSettings) {
    this.#settings = settings;
    this.#circuitSettings = settings.circuit === false ? undefined : settings.circuit;
  }

  of(target: Target): TargetHealth {
    let health = this.#targets.get(target.key);
    if (health === undefined) {
      health = {
        circuit: createCircuit(this.#circuitSettings),
        latency: createLatency(this.#settings.hedges === true),
        endpoint: this.#endpoint(target.endpoint),
      };
      this.#targets.set(target.key, health);
    }
    return health;
  }

  #endpoint(name: string): EndpointHealth {
    let health = this.#endpoints.get(name);
    if (health === undefined) {
      const { quota } = this.#settings;
      health = { coolDown: createCoolDown(), quota: quota === false ? undefined : new RetryQuota(quota) };
      this.#endpoints.set(name, health);
    }
    return health;
  }

  standing(target: Target): Standing {
    const now = this.#settings.clock.now();
    const { circuit, endpoint } = this.of(target);
    if (isCooling(endpoint.coolDown, now)) return 'out';
    if (this.#circuitSettings === undefined) return 'ready';
    const admitted = admission(circuit, now);
    if (typeof admitted === 'object') return 'out';
    return admitted === 'suspect' ? 'suspect' : 'ready';
  }

  /** When a target that was asked may be asked again, on the monotonic clock; infinite while its circuit is open. */
  readyAt(target: Target): number {
    const { circuit, endpoint } = this.of(target);
    const own = circuit.phase.name === 'closed' ? circuit.coolDown.until : Number.POSITIVE_INFINITY;
    return Math.max(own, endpoint.coolDown.until);
  }

  /** All targets are out: the one that comes back first, or the time until then. */
  leastBad(groups: readonly (readonly Target[])[]): { readonly target: Target } | { readonly retryAfterMs: number } {
    let best: Target | undefined;
    let bestAt = Number.POSITIVE_INFINITY;
    const now = this.#settings.clock.now();
    for (const group of groups) {
      for (const target of group) {
        const at = this.#outUntil(target, now);
        if (best === undefined || at < bestAt) {
          best = target;
          bestAt = at;
        }
      }
    }
    if (this.#settings.whenAllOpen === 'reject' || best === undefined)
      return { retryAfterMs: Math.max(0, bestAt - now) };
    return { target: best };
  }

  #outUntil(target: Target, now: number): number {
    const { circuit, endpoint } = this.of(target);
    const admitted = admission(circuit, now);
    return Math.max(typeof admitted === 'object' ? admitted.until : now, endpoint.coolDown.until);
  }

  /** Pays for asking an endpoint again; `false` when it has been asked in vain too often. */
  payForRetry(endpoint: string, noResponse: boolean): boolean {
    return this.#endpoint(endpoint).quota?.tryTake(noResponse) ?? true;
  }

  /** Starts an attempt; `undefined` if the target has gone out, or its trial to another call, since it was chosen. */
  enter(attempt: Attempt): Permit | undefined {
    const { circuit, latency } = this.of(attempt.target);
    const permit = this.#permit(attempt, circuit);
    if (permit !== undefined) latencyStarted(latency);
    return permit;
  }

  #permit(attempt: Attempt, circuit: Circuit): Permit | undefined {
    if (this.#circuitSettings === undefined || attempt.forced) return forceCircuit(circuit);
    return enterCircuit(circuit, this.#settings.clock.now(), this.#circuitSettings, attempt.asSuspect);
  }

  /** Takes note of how an attempt ended. */
  leave(attempt: Attempt, permit: Permit, outcome: Outcome): void {
    const { circuit, latency, endpoint } = this.of(attempt.target);
    const { clock } = this.#settings;
    const now = clock.now();
    latencyEnded(latency);
    if (!outcome.ok) {
      const took = now - attempt.startedAt;
      // The loser of a hedge would have taken longer still. Without it slow answers would vanish from the record that says
      // what is slow, and the hedges would be spent on answers that are not.
      if (wasOvertaken(attempt, outcome.failure) && took > (latency.average ?? 0)) observeLatency(latency, took, now);
      this.#failed(attempt, circuit, permit, outcome.failure, now);
      return;
    }
    observeLatency(latency, now - attempt.startedAt, now);
    endpoint.quota?.succeeded();
    coolDownSucceeded(endpoint.coolDown);
    this.#tell(attempt, circuitSucceeded(circuit, permit, now), undefined, circuit);
  }

  /** A stream broke after it had been handed out; its beginning counted as a success. */
  interrupted(attempt: Attempt, permit: Permit, failure: Failure): void {
    const { circuit } = this.of(attempt.target);
    this.#failed(attempt, circuit, permit, failure, this.#settings.clock.now());
  }

  #failed(attempt: Attempt, circuit: Circuit, permit: Permit, failure: Failure, now: number): void {
    const counts = circuitEffect(failure.kind, failure.scope) === 'failure';
    if (counts && !this.#wasLagging(attempt, failure, now)) {
      if (this.#circuitSettings !== undefined) {
        const change = circuitFailed(
          circuit,
          permit,
          failure.noResponse === true,
          now,
          this.#settings.clock.random(),
          this.#circuitSettings,
        );
        this.#tell(attempt, change, failure, circuit);
      }
    } else if (failure.status === undefined) circuitAbandoned(circuit, permit);
    else circuitAnswered(circuit, permit);
    this.#cool(attempt, circuit, failure, now);
  }

  /** A time-out that came much too late says that this process was blocked, not that the provider was silent. */
  #wasLagging(attempt: Attempt, failure: Failure, now: number): boolean {
    if (failure.kind !== 'timeout') return false;
    const limit = attempt.call.options.timeout ?? attempt.call.port(attempt.target.endpoint).timeoutMs;
    return now - attempt.startedAt > limit * 1.5;
  }

  #cool(attempt: Attempt, circuit: Circuit, failure: Failure, now: number): void {
    const { coolDown: rule, loud } = disposition(failure.kind);
    if (rule === undefined) return;
    const coolDown = rule.reach === 'endpoint' ? this.#endpoint(attempt.target.endpoint).coolDown : circuit.coolDown;
    const before = isCooling(coolDown, now);
    const { kind, retryAfterMs, scope } = failure;
    const coolDownMs = coolAfter(
      coolDown,
      { kind, callId: attempt.call.id, retryAfterMs, scope },
      now,
      this.#settings.clock.random(),
    );
    if (coolDownMs === 0 || before || !loud || !this.#settings.emitter.listens('onEndpointTrouble')) return;
    this.#settings.emitter.emit('onEndpointTrouble', {
      ...this.#place(attempt),
      kind,
      status: failure.status,
      code: failure.code,
      coolDownMs,
    });
  }

  #tell(attempt: Attempt, change: CircuitChange | undefined, failure: Failure | undefined, circuit: Circuit): void {
    const { emitter, clock } = this.#settings;
    if (change === 'opened' && emitter.listens('onCircuitOpened')) {
      const openMs = circuit.phase.name === 'open' ? circuit.phase.until - clock.now() : 0;
      emitter.emit('onCircuitOpened', { ...this.#place(attempt), kind: failure?.kind ?? 'unclassified', openMs });
    } else if (change === 'closed' && emitter.listens('onCircuitClosed'))
      emitter.emit('onCircuitClosed', this.#place(attempt));
  }

  #place({ target }: Attempt): { endpoint: string; model: string | undefined; at: number } {
    return {
      endpoint: target.endpoint,
      model: target.model === '' ? undefined : target.model,
      at: this.#settings.clock.wallNow(),
    };
  }

  /** What sending one more call there costs in time; for latency-aware choice. */
  cost(target: Target): number {
    return latencyCost(this.of(target).latency, this.#settings.clock.now());
  }
}

/** Cancelled, and not by the caller: the other leg of a hedged call was faster. */
function wasOvertaken(attempt: Attempt, failure: Failure): boolean {
  return failure.kind === 'cancelled' && attempt.call.signal?.aborted !== true;
}
