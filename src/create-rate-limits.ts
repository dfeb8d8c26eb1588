/** From options to the parts that keep limits. */
import type { Attempt } from './domain/call.js';
import type { Target } from './domain/route.js';
import type { Emitter } from './events.js';
import { describeCall } from './layers/call-recorder.js';
import type { ResolvedConfig } from './options/resolved-config.js';
import { type LimitEffect, LimiterAdmission } from './state/limiter-admission.js';
import { TokenEstimator } from './state/limiter-estimator.js';
import { LimiterRegistry, type LimiterState } from './state/limiter-registry.js';
import { SharedLimits } from './state/limiter-shared.js';
import { sharing } from './state/limiter-sharing.js';
import type { QuotaSource } from './state/quota-source.js';

/** Everything about limits that outlives a call. */
export interface RateLimits {
  /** For the layer; absent when nothing is limited, so that calls do not even ask. */
  readonly admission: LimiterAdmission | undefined;
  /** State of every limiter. */
  snapshot(): LimiterState[];
  /** Nobody waits any longer, and what is leased from a shared store goes back. */
  close(): Promise<void>;
}

/**
 * Makes the limiters of one client. Starts no timer and opens no connection.
 * @param isAvailable whether a target may be asked at all
 */
export function createRateLimits(
  config: ResolvedConfig,
  emitter: Emitter,
  isAvailable: (target: Target) => boolean,
): RateLimits {
  const { clock, endpoints } = config;
  const source = quotaSourceOf(config.store);
  const shared =
    source &&
    new SharedLimits({
      source,
      clock,
      assumedProcesses: Math.max(...endpoints.map(({ limits }) => limits.assumedProcesses ?? 1)),
      onLost: (error) => emitter.emit('onStoreError', { error, at: clock.wallNow() }),
    });
  const registry = new LimiterRegistry({
    clock,
    endpoints,
    tags: config.tagLimits,
    make: shared && sharing(shared),
  });
  const onEffect = (attempt: Attempt, effect: LimitEffect, waitMs: number, error?: unknown) => {
    if (!emitter.listens('onRateLimited')) return;
    const { call, target } = attempt;
    emitter.emit('onRateLimited', {
      ...describeCall(call, clock),
      attempt: attempt.number,
      endpoint: target.endpoint,
      model: target.model === '' ? undefined : target.model,
      tier: target.tier,
      effect,
      waitMs,
      error,
    });
  };
  const admission = registry.limitsAnything
    ? new LimiterAdmission({
        clock,
        registry,
        estimator: new TokenEstimator(config.countTokens),
        isAvailable,
        onEffect,
      })
    : undefined;
  return {
    admission,
    snapshot: () => registry.snapshot(),
    async close() {
      registry.close();
      await shared?.close();
    },
  };
}

/** The shared limits of a store: the store itself, or those it has beside a ledger. */
function quotaSourceOf(store: object | undefined): QuotaSource | undefined {
  const candidate = store !== undefined && 'limits' in store ? store.limits : store;
  const complete =
    typeof candidate === 'object' && candidate !== null && 'reservoir' in candidate && 'places' in candidate;
  return complete ? (candidate as QuotaSource) : undefined;
}
