import type { Clock } from '../clock.js';
import type { Held, Holding, QuotaSource, SharedPlaces, SharedRate, SharedReservoir } from './quota-source.js';

/** One process's part of a limit on calls in flight. */
export interface PlaceHolder {
  /** Who; unique among all processes. */
  readonly id: string;
  held: number;
  wanted: number;
  until: number;
  /** Since when it has held anything. */
  since: number;
}

/** How long a process may keep the only place while others have none. */
const SLICE_MS = 250;

/**
 * How many places a process may hold: what it has in flight, and as much of what it wants as an even share allows and others
 * do not hold. Where there are more processes than places, those who have had one for a
 * while give way.
 * @param others the holders that are alive, without this one.
 */
function sharePlaces(
  limit: number,
  own: PlaceHolder,
  others: readonly PlaceHolder[],
  inUse: number,
  now: number,
): Held {
  const wants = [own, ...others].map(({ wanted }) => wanted).sort((a, b) => a - b);
  let left = limit;
  let share = limit;
  for (const [index, wanted] of wants.entries()) {
    share = left / (wants.length - index);
    if (wanted > share) break;
    left -= wanted;
    share = limit;
  }
  const starving = share < 1 && others.some(({ held, wanted }) => held === 0 && wanted > 0);
  const givesWay = starving && own.held > 0 && now - own.since > SLICE_MS;
  const fairPlaces = givesWay ? 0 : Math.min(own.wanted, Math.ceil(share));
  const free = limit - others.reduce((sum, { held }) => sum + held, 0);
  const places = Math.max(inUse, Math.min(fairPlaces, Math.max(0, free)));
  return { places, fairPlaces, contested: wants.reduce((sum, wanted) => sum + wanted, 0) > limit };
}

/** Shared limits in this process's memory: for several gateways in one process, and for tests of what is built on top. */
export class LocalQuota implements QuotaSource {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #levels = new Map<string, { level: number; at: number }>();
  readonly #holders = new Map<string, Map<string, PlaceHolder>>();
  #count = 0;

  constructor(clock: Clock, leaseMs = 5_000) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  reservoir(rate: SharedRate): SharedReservoir {
    const change = (by: number): number => {
      const now = this.#clock.now();
      const state = this.#levels.get(rate.name) ?? { level: rate.capacity, at: now };
      const elapsed = now - state.at;
      if (rate.perMs !== undefined) {
        state.level = Math.min(rate.capacity, state.level + elapsed * rate.perMs);
        state.at = now;
      } else if (elapsed >= rate.windowMs) {
        state.level = rate.capacity;
        state.at = now;
      }
      state.level = Math.min(rate.capacity, state.level + by);
      this.#levels.set(rate.name, state);
      return state.level;
    };
    return {
      take: async (amount) => change(-amount),
      giveBack: async (amount) => void change(amount),
      close: async () => undefined,
    };
  }

  places(name: string, limit: number): SharedPlaces {
    this.#count += 1;
    const id = String(this.#count);
    let holders = this.#holders.get(name);
    if (holders === undefined) {
      holders = new Map();
      this.#holders.set(name, holders);
    }
    const all = holders;
    return { leaseMs: this.#leaseMs, hold: async (holding) => this.#hold(id, all, limit, holding) };
  }

  async probe(): Promise<void> {}

  async close(): Promise<void> {}

  #hold(id: string, holders: Map<string, PlaceHolder>, limit: number, { inUse, wanted }: Holding): Held {
    const now = this.#clock.now();
    for (const holder of holders.values()) if (holder.until <= now) holders.delete(holder.id);
    const own = holders.get(id) ?? { id, held: 0, wanted, until: 0, since: now };
    own.wanted = wanted;
    const others = [...holders.values()].filter((holder) => holder.id !== id);
    const held = sharePlaces(limit, own, others, inUse, now);
    if (own.held === 0) own.since = now;
    own.held = held.places;
    own.until = now + this.#leaseMs;
    if (held.places === 0 && wanted === 0) holders.delete(id);
    else holders.set(id, own);
    return held;
  }
}
