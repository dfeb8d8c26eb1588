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

/**
 * Weighted random choice. Targets of weight 0 are chosen only when there are no others.
 * @param random a draw in [0, 1)
 */
export function chooseByWeight(candidates: readonly Target[], random: number): Target {
  let total = 0;
  for (const { weight } of candidates) total += weight;
  if (total <= 0) return candidates[Math.floor(random * candidates.length)] as Target;
  let left = random * total;
  for (const candidate of candidates) {
    left -= candidate.weight;
    if (left < 0) return candidate;
  }
  // Rounding can leave a sliver; it belongs to the last one that can be chosen.
  return candidates.findLast(({ weight }) => weight > 0) as Target;
}

/** Most attempts of one call, whatever is configured. */
const MAX_ATTEMPTS = 8;

/**
 * How many attempts a call has: with one target `1 + maxRetries`, as the SDK; with several
 * `max(4, 1 + maxRetries, targets)`, at most 8. Without retries every target is asked once.
 */
export function attemptsAllowed(targetCount: number, maxRetries: number): number {
  if (targetCount <= 1) return 1 + maxRetries;
  if (maxRetries === 0) return Math.min(MAX_ATTEMPTS, targetCount);
  return Math.min(MAX_ATTEMPTS, Math.max(4, 1 + maxRetries, targetCount));
}
