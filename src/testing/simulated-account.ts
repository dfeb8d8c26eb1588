import { type Clock, systemClock } from '../clock.js';
import { type AnsweredRequest, type ScriptedAnswer, usageOf } from './chat-reply.js';
import { reply } from './reply.js';
import type { Answer } from './scripted-reply.js';

/** What an account may use. */
export interface AccountLimits {
  /** Requests within any 60 s; more are answered with 429. @default no limit */
  readonly requestsPerMinute?: number;
  /** Tokens of prompts and answers within any 60 s; more are answered with 429. @default no limit */
  readonly tokensPerMinute?: number;
  /** Source of time for the limits. @default the runtime's clock */
  readonly clock?: Clock;
}

const MINUTE_MS = 60_000;

/** Counts as the strictest provider does: what arrived within the last 60 s, to the millisecond. What it refuses does not count. */
export class SimulatedAccount {
  readonly #limits: AccountLimits;
  readonly #clock: Clock;
  /** In order of arrival; those from `#oldest` on are within the minute. */
  readonly #arrivals: { readonly at: number; readonly tokens: number }[] = [];
  #oldest = 0;
  #tokens = 0;

  constructor(limits: AccountLimits) {
    this.#limits = limits;
    this.#clock = limits.clock ?? systemClock;
  }

  /** The 429 for a request that gets this answer, if it is one too many. */
  refusal(answer: ScriptedAnswer, request: AnsweredRequest): Answer | undefined {
    const { requestsPerMinute = Number.POSITIVE_INFINITY, tokensPerMinute = Number.POSITIVE_INFINITY } = this.#limits;
    const { inputTokens, outputTokens } = usageOf(answer, request);
    const tokens = inputTokens + outputTokens;
    const now = this.#clock.now();
    this.#forget(now);
    const requests = this.#arrivals.length - this.#oldest;
    if (requests + 1 > requestsPerMinute) return this.#refuse('requests', 'RPM', requestsPerMinute, now);
    if (this.#tokens + tokens > tokensPerMinute) return this.#refuse('tokens', 'TPM', tokensPerMinute, now);
    this.#arrivals.push({ at: now, tokens });
    this.#tokens += tokens;
    return undefined;
  }

  #forget(now: number): void {
    for (let first = this.#arrivals[this.#oldest]; first !== undefined && first.at <= now - MINUTE_MS; ) {
      this.#tokens -= first.tokens;
      this.#oldest += 1;
      first = this.#arrivals[this.#oldest];
    }
  }

  #refuse(type: 'requests' | 'tokens', unit: string, limit: number, now: number): Answer {
    const first = this.#arrivals[this.#oldest];
    const seconds = first === undefined ? 60 : Math.ceil((first.at + MINUTE_MS - now) / 1_000);
    const message = `Rate limit reached on ${type} per min (${unit}): Limit ${limit}. Please try again in ${seconds}s.`;
    return reply.error(
      429,
      { message, type, code: 'rate_limit_exceeded' },
      { headers: { 'retry-after': `${seconds}` } },
    );
  }
}
