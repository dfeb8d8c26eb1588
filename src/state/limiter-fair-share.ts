/** Projects whose share is remembered; a project that has not waited for long loses nothing when it is forgotten. */
const MAX_PROJECTS = 1_000;

/**
 * Whose turn it is when several projects wait: the one that has been served least. Start-time fair queueing (Goyal, Vin and
 * Cheng, 1996): every served call moves its project on by its cost, and a project that comes back after a rest starts at the
 * present, so that nobody can save up turns.
 */
export class FairShare {
  #present = 0;
  readonly #servedUntil = new Map<string, number>();

  /** The lower, the sooner its turn. */
  rank(project: string): number {
    return Math.max(this.#present, this.#servedUntil.get(project) ?? 0);
  }

  /** A call of `project` that costs `cost` (any unit, the same for all) is served. */
  charge(project: string, cost: number): void {
    const start = this.rank(project);
    this.#present = start;
    // Deleted first, so that the map's order is the order of service.
    this.#servedUntil.delete(project);
    this.#servedUntil.set(project, start + cost);
    if (this.#servedUntil.size > MAX_PROJECTS) {
      const { value: oldest } = this.#servedUntil.keys().next();
      if (oldest !== undefined) this.#servedUntil.delete(oldest);
    }
  }
}
