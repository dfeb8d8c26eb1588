/** In which order the targets of a call are asked, decided step by step: nothing is sorted for a call that needs one target. */
import type { Target } from './route.js';

/** Whether a target may be asked now. `suspect`: it has just failed without an answer and stands behind healthy ones. */
export type Standing = 'ready' | 'suspect' | 'out';

/** What one call has done with one target so far. */
export interface Visit {
  readonly target: Target;
  count: number;
  /** When it may be asked again by this call, on the monotonic clock; `undefined`: never. */
  againAt: number | undefined;
}

/** The visit of `target`, if it was asked. */
export function visitOf(visits: readonly Visit[], target: Target): Visit | undefined {
  for (const visit of visits) if (visit.target === target) return visit;
  return undefined;
}

/**
 * Chooses the next target that has not been asked: the first group that has a ready one, by weight; then suspects, in the
 * same order. `undefined` when all were asked or are out.
 */
export function nextTarget(
  groups: readonly (readonly Target[])[],
  visits: readonly Visit[],
  standing: (target: Target) => Standing,
  choose: (candidates: readonly Target[]) => Target,
): Target | undefined {
  let suspects: Target[] | undefined;
  for (const group of groups) {
    // As a rule all are ready, and then it is enough to look at the chosen one. Choosing anew among the ready ones if it is
    // not leaves each of them the same share as looking at all of them first.
    if (group.length > 1 && visits.length === 0) {
      const chosen = choose(group);
      if (standing(chosen) === 'ready') return chosen;
    }
    const ready: Target[] = [];
    for (const target of group) {
      if (visits.length > 0 && visitOf(visits, target) !== undefined) continue;
      const now = standing(target);
      if (now === 'ready') ready.push(target);
      else if (now === 'suspect') {
        suspects ??= [];
        suspects.push(target);
      }
    }
    if (ready.length === 1) return ready[0];
    if (ready.length > 1) return choose(ready);
  }
  return suspects?.[0];
}

/** Sums of weights up to each target of a group. Groups are made once and asked for all day. */
const sumsOf = new WeakMap<readonly Target[], readonly number[]>();

/**
 * Weighted random choice. Targets of weight 0 are chosen only when there are no others.
 * @param random a draw in [0, 1)
 */
export function chooseByWeight(candidates: readonly Target[], random: number): Target {
  let sums = sumsOf.get(candidates);
  if (sums === undefined) {
    sums = weightSums(candidates);
    sumsOf.set(candidates, sums);
  }
  const total = sums[sums.length - 1] as number;
  if (total <= 0) return candidates[Math.floor(random * candidates.length)] as Target;
  const drawn = random * total;
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const sum = sums[middle] as number;
    // Rounding can leave a sliver; it belongs to the last one that can be chosen.
    if (drawn < sum || sum === total) high = middle;
    else low = middle + 1;
  }
  return candidates[low] as Target;
}

function weightSums(candidates: readonly Target[]): number[] {
  let sum = 0;
  return candidates.map(({ weight }) => {
    sum += weight;
    return sum;
  });
}
