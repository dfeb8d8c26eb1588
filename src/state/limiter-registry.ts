import type { Clock } from '../clock.js';
import { limitsAnything } from '../domain/limits.js';
import { needOf } from '../domain/need-of.js';
import type { Target } from '../domain/route.js';
import { BoundedMap } from './bounded-map.js';
import { type LimitedTarget, type OwnState, ownState } from './limited-target.js';
import { Limiter, type LimiterOptions, type LimiterSnapshot } from './limiter.js';
import { type Gate, gateOf } from './limiter-gate.js';
import { LimiterQueue } from './limiter-queue.js';
import { LimiterSet } from './limiter-set.js';
import { type TagLimits, TagRules } from './limiter-tag-rules.js';

/** Limits of one endpoint. */
export interface EndpointLimits extends LimiterOptions {
  /** At the limit: wait, ask another target if that serves the call sooner, or refuse at once. @default 'spill' */
  readonly onLimit?: 'wait' | 'spill' | 'reject' | undefined;
  /** Endpoints with the same name share one limiter, with the lowest of their limits. @default none */
  readonly limitGroup?: string | undefined;
  /** Steps of priority that a repeated attempt gains over first ones. @default 0 */
  readonly retryPriority?: number | undefined;
  /** Limits of single models there, on top of those of the endpoint; by the model's name at the endpoint. */
  readonly models?: Readonly<Record<string, LimiterOptions>> | undefined;
}

/** Where a limiter is going to stand. */
export interface LimiterPlace {
  /** Its gate; not there yet while the limiter is made. */
  readonly gate: () => Gate | undefined;
  readonly queue: LimiterQueue;
}

/** Makes a limiter; for limits shared with other processes, out of other parts. */
export type MakeLimiter = (name: string, options: LimiterOptions, now: number, place: LimiterPlace) => Limiter;

/** What the registry is made from. */
export interface LimiterRegistryOptions {
  readonly clock: Clock;
  readonly endpoints: readonly { readonly name: string; readonly limits: EndpointLimits }[];
  readonly tags?: readonly TagLimits[] | undefined;
  readonly make?: MakeLimiter | undefined;
}

/** State of one limiter. */
export interface LimiterState extends LimiterSnapshot {
  readonly name: string;
  /** Calls that wait for it. */
  readonly waiting: number;
  /** How long one more request would wait, in milliseconds, as far as that can be told. */
  readonly waitMs: number;
}

/** Targets, and their combinations with tags, that are remembered; names come from callers and must not pile up. */
const MAX_REMEMBERED = 1_000;

/** All limiters of a gateway: one for each account, for limited models, and for the tags that are limited. */
export class LimiterRegistry {
  readonly queue: LimiterQueue;
  readonly #clock: Clock;
  readonly #make: MakeLimiter;
  readonly #rules: readonly TagLimits[];
  readonly #tags: TagRules;
  readonly #endpoints = new Map<string, { readonly gate: Gate | undefined; readonly limits: EndpointLimits }>();
  readonly #named = new Map<string, Gate>();
  readonly #own = new BoundedMap<string, OwnState>(MAX_REMEMBERED);
  readonly #targets = new BoundedMap<string, LimitedTarget>(MAX_REMEMBERED);

  constructor({ clock, endpoints, tags = [], make = makeLocally }: LimiterRegistryOptions) {
    this.#clock = clock;
    this.#make = make;
    this.#rules = tags;
    this.#tags = new TagRules(
      tags,
      () => clock.now(),
      (name, options) => this.#newGate(name, options),
    );
    this.queue = new LimiterQueue(clock);
    for (const { name, limits } of endpoints) {
      const { limitGroup } = limits;
      const members = endpoints.filter((each) => limitGroup !== undefined && each.limits.limitGroup === limitGroup);
      const options = members.length > 1 ? strictest(members.map((member) => member.limits)) : limits;
      const gate = limitsAnything(options) ? this.#gate(limitGroup ?? name, options) : undefined;
      this.#endpoints.set(name, { gate, limits });
    }
  }

  /** Whether there is any limit at all. */
  get limitsAnything(): boolean {
    return (
      !this.#tags.isEmpty ||
      [...this.#endpoints.values()].some(({ gate, limits }) => gate !== undefined || limits.models !== undefined)
    );
  }

  /** What limits calls with these tags at this target; `undefined` if nothing does. */
  of(target: Target, tags: Readonly<Record<string, string>>): LimitedTarget | undefined {
    return (this.#tags.isEmpty ? this.#targets.get(target.key) : undefined) ?? this.#find(target, tags);
  }

  #find(target: Target, tags: Readonly<Record<string, string>>): LimitedTarget | undefined {
    const endpoint = this.#endpoints.get(target.endpoint);
    const model = endpoint?.limits.models?.[target.model];
    const own = endpoint?.gate !== undefined || model !== undefined;
    if (!own && this.#tags.isEmpty) return undefined;
    const rules = this.#tags.isEmpty ? NONE : this.#tags.of(tags);
    if (!own && rules.length === 0) return undefined;
    let { key } = target;
    for (const { limiter } of rules) key = `${key}\n${limiter.name}`;
    let found = this.#targets.get(key);
    // A limiter that was forgotten meanwhile must not be used beside its successor.
    if (found === undefined || rules.some((gate, index) => found?.set.gates[index] !== gate)) {
      const { pauses, reports } = this.#ownOf(target);
      const gates = [...rules, pauses];
      if (endpoint?.gate !== undefined) gates.push(endpoint.gate);
      if (model !== undefined) gates.push(this.#gate(target.key, model));
      found = {
        set: new LimiterSet(this.queue, gates),
        pauses: pauses.limiter,
        reports,
        onLimit: endpoint?.limits.onLimit ?? 'spill',
        retryPriority: endpoint?.limits.retryPriority ?? 0,
      };
      this.#targets.set(key, found);
    }
    return found;
  }

  /** Priority of calls with these tags that name none themselves. */
  priorityOf(tags: Readonly<Record<string, string>>): number {
    return this.#rules.length === 0 ? 0 : this.#tags.priorityOf(tags);
  }

  /** The state of every limiter that limits anything. */
  snapshot(): LimiterState[] {
    const now = this.#clock.now();
    return [...this.#named.values(), ...this.#tags.gates()].map(({ limiter, queued, waiting }) => ({
      name: limiter.name,
      waiting,
      waitMs: limiter.expectedMs(needOf({}), queued, waiting, now),
      ...limiter.snapshot(now),
    }));
  }

  /** Nobody waits any longer; see {@link LimiterQueue.close}. */
  close(): void {
    this.queue.close();
  }

  #ownOf({ key }: Target): OwnState {
    let own = this.#own.get(key);
    if (own === undefined) {
      own = ownState(key, this.#clock.now());
      this.#own.set(key, own);
    }
    return own;
  }

  #gate(name: string, options: LimiterOptions): Gate {
    let gate = this.#named.get(name);
    if (gate === undefined) {
      gate = this.#newGate(name, options);
      this.#named.set(name, gate);
    }
    return gate;
  }

  #newGate(name: string, options: LimiterOptions): Gate {
    let gate: Gate | undefined;
    const place = { gate: () => gate, queue: this.queue };
    gate = gateOf(this.#make(name, options, this.#clock.now(), place));
    return gate;
  }
}

const NONE: readonly Gate[] = [];
function makeLocally(name: string, options: LimiterOptions, now: number): Limiter {
  return new Limiter(name, options, now);
}

/** The lowest of each limit: whoever shares an account has all of them to keep. */
function strictest(all: readonly EndpointLimits[]): LimiterOptions {
  const merged: Record<string, unknown> = {};
  for (const limits of all) {
    for (const [name, value] of Object.entries(limits)) {
      const known = merged[name];
      merged[name] = typeof value === 'number' && typeof known === 'number' ? Math.min(value, known) : (known ?? value);
    }
  }
  return merged as LimiterOptions;
}
