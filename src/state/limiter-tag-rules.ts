import { limitsAnything } from '../domain/limits.js';
import type { LimiterOptions } from './limiter.js';
import type { Gate } from './limiter-gate.js';

/** Limits of calls with certain tags, wherever they are sent. */
export interface TagLimits extends LimiterOptions {
  /** What the limiter is called in errors and events. @default made of `match` and `each` */
  readonly name?: string | undefined;
  /** All of these tags must be on a call. @default every call */
  readonly match?: Readonly<Record<string, string>> | undefined;
  /** Each value of this tag has a limiter of its own; calls without the tag are not limited. @default one for all */
  readonly each?: string | undefined;
  /** Priority of these calls, where the call itself names none. @default 0 */
  readonly priority?: number | undefined;
}

type Tags = Readonly<Record<string, string>>;

/**
 * Tag values come from callers and must not pile up: from the first number on, limiters of which nothing counts any more are
 * forgotten, so that no limit is broken by it; at the second one the oldest of all.
 */
const FORGETS_FRESH_FROM = 1_000;
const MAX_REMEMBERED = 10_000;
/** Limiters that are looked at for each new one; two would do, and crowds of idle ones go sooner with a few more. */
const LOOKED_AT = 8;

/** Finds the limiters that a call's tags lead through. */
export class TagRules {
  readonly #rules: readonly TagLimits[];
  readonly #limiting: readonly TagLimits[];
  readonly #make: (name: string, options: LimiterOptions) => Gate;
  readonly #now: () => number;
  /** Those looked at longest ago first. */
  readonly #gates = new Map<string, Gate>();

  constructor(rules: readonly TagLimits[], now: () => number, make: (name: string, options: LimiterOptions) => Gate) {
    this.#now = now;
    this.#rules = rules;
    this.#limiting = rules.filter(limitsAnything);
    this.#make = make;
  }

  /** Whether no rule limits anything. */
  get isEmpty(): boolean {
    return this.#limiting.length === 0;
  }

  /** The gates made so far. */
  gates(): Iterable<Gate> {
    return this.#gates.values();
  }

  /** Priority of calls with these tags: that of the first rule that names one. */
  priorityOf(tags: Tags): number {
    return this.#rules.find((rule) => rule.priority !== undefined && nameFor(rule, tags) !== undefined)?.priority ?? 0;
  }

  /** The gates for calls with these tags, in the order of the rules. */
  of(tags: Tags): Gate[] {
    const found: Gate[] = [];
    for (const rule of this.#limiting) {
      const name = nameFor(rule, tags);
      if (name === undefined) continue;
      let gate = this.#gates.get(name);
      if (gate === undefined) {
        this.#forget();
        gate = this.#make(name, { ...rule, learns: false });
        this.#gates.set(name, gate);
      }
      found.push(gate);
    }
    return found;
  }

  #forget(): void {
    if (this.#gates.size < FORGETS_FRESH_FROM) return;
    const now = this.#now();
    let excess = this.#gates.size - MAX_REMEMBERED + 1;
    let left = LOOKED_AT;
    for (const [name, gate] of this.#gates) {
      this.#gates.delete(name);
      const fresh = gate.waiting === 0 && gate.limiter.isFresh(now);
      if (fresh || excess > 0) gate.limiter.close();
      else this.#gates.set(name, gate);
      excess -= 1;
      left -= 1;
      if (left === 0) return;
    }
  }
}

/** Name of the limiter of a rule for calls with these tags; `undefined` if it is not for them. */
function nameFor({ name, match = {}, each }: TagLimits, tags: Tags): string | undefined {
  for (const tag in match) if (tags[tag] !== match[tag]) return undefined;
  const pairs = Object.entries(match).map((pair) => pair.join('='));
  const base = name ?? pairs.join(' ');
  if (each === undefined) return base === '' ? 'all' : base;
  const value = tags[each];
  return value === undefined ? undefined : `${base} ${each}=${value}`.trimStart();
}
