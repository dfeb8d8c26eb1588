import { GatewayError } from '../errors.js';

/** What a call asked for and what stood in its way. */
export interface LimitFacts {
  /** Name of the limiter: an endpoint, a limit group, an endpoint's model or a rule on tags. */
  readonly limiter: string;
  /** The limit in question, e.g. `tokensPerMinute`, `maxConcurrency` or `maxQueue`. */
  readonly dimension: string;
  /** How much of it the call needed. */
  readonly weight: number;
  readonly limit: number;
  /** Milliseconds after which a new try makes sense, when that is known. */
  readonly retryAfterMs?: number | undefined;
}

/** A call was refused by a limit of this library before anything was sent. */
abstract class LimitError extends GatewayError {
  readonly limiter: string;
  readonly dimension: string;
  readonly weight: number;
  readonly limit: number;

  constructor(code: 'queue_full' | 'queue_timeout' | 'request_too_large', message: string, facts: LimitFacts) {
    const known = facts.retryAfterMs !== undefined && Number.isFinite(facts.retryAfterMs);
    super(code, message, { retryAfterMs: known ? Math.ceil(facts.retryAfterMs as number) : undefined });
    this.limiter = facts.limiter;
    this.dimension = facts.dimension;
    this.weight = facts.weight;
    this.limit = facts.limit;
  }
}

/** As many calls as `maxQueue` allows are waiting already; `weight` is this one call, `limit` is `maxQueue`. */
export class QueueFullError extends LimitError {
  constructor(facts: LimitFacts) {
    super('queue_full', `Too many calls wait for "${facts.limiter}": ${facts.dimension} is ${facts.limit}.`, facts);
  }
}

/** The call's turn did not come within `maxQueueMs`, or cannot come that soon. Nothing was sent. */
export class QueueTimeoutError extends LimitError {
  /** Milliseconds the call waited; 0 when it was plain from the start that its turn would come too late. */
  readonly waitedMs: number;

  constructor(facts: LimitFacts, maxQueueMs: number, waitedMs: number) {
    const when = waitedMs > 0 ? `did not come within ${maxQueueMs} ms` : `cannot come within ${maxQueueMs} ms`;
    const what = `${facts.dimension} ${facts.limit}, needed ${facts.weight}`;
    super('queue_timeout', `A turn at "${facts.limiter}" ${when} (${what}).`, facts);
    this.waitedMs = waitedMs;
  }
}

/** The call needs more than the limit can ever hold, so waiting would not help. Nothing was sent. */
export class RequestTooLargeError extends LimitError {
  constructor(facts: LimitFacts) {
    const what = `the call needs ${facts.weight} and ${facts.dimension} is ${facts.limit}`;
    super('request_too_large', `Too heavy for "${facts.limiter}": ${what}.`, facts);
  }
}
