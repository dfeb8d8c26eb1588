/** What must never happen, counted, with the first examples of each kind. */
export class Violations {
  readonly counts = new Map<string, number>();
  readonly examples: string[] = [];

  add(kind: string, example: string): void {
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    if (count <= 3) this.examples.push(`${kind}: ${example.slice(0, 600)}`);
  }

  get total(): number {
    let total = 0;
    for (const count of this.counts.values()) total += count;
    return total;
  }
}
