/**
 * How much was used in the last while. Time is cut into slots, and a slot counts until all of it has left the window: the
 * sum is never lower than the true one, memory does not grow with traffic, and an amount can be corrected afterwards.
 */
export class SlidingWindow {
  readonly #slots: Float64Array;
  readonly #slotMs: number;
  /** Number of the newest slot, counted from time zero. */
  #newest = 0;
  #total = 0;

  /**
   * @param windowMs length of the window, in milliseconds.
   * @param slotCount into how many slots it is cut; the sum may lag by one of them.
   * @param guardSlots slots by which it is made longer, for what arrives in another rhythm than it was sent.
   */
  constructor(windowMs: number, slotCount: number, guardSlots: number) {
    this.#slotMs = windowMs / slotCount;
    this.#slots = new Float64Array(slotCount + guardSlots + 1);
  }

  /** What was used within the window that ends at `now`. */
  total(now: number): number {
    this.#advance(now);
    return this.#total;
  }

  add(amount: number, now: number): void {
    this.#advance(now);
    this.#change(this.#newest, amount);
  }

  /** Corrects by `delta` what was added at `at`; forgotten when that has left the window. */
  correct(delta: number, at: number, now: number): void {
    this.#advance(now);
    const slot = Math.min(Math.floor(at / this.#slotMs), this.#newest);
    if (slot > this.#newest - this.#slots.length) this.#change(slot, delta);
  }

  /** Milliseconds until at least `amount` of what is in the window now has left it. */
  waitMs(amount: number, now: number): number {
    if (amount <= 0) return 0;
    this.#advance(now);
    const size = this.#slots.length;
    let leaving = 0;
    for (let slot = this.#newest - size + 1; slot <= this.#newest; slot += 1) {
      leaving += this.#slots[index(slot, size)] as number;
      if (leaving >= amount) return (slot + size) * this.#slotMs - now;
    }
    return (this.#newest + size) * this.#slotMs - now;
  }

  #change(slot: number, delta: number): void {
    const at = index(slot, this.#slots.length);
    this.#slots[at] = (this.#slots[at] as number) + delta;
    this.#total += delta;
  }

  #advance(now: number): void {
    const slot = Math.floor(now / this.#slotMs);
    if (slot <= this.#newest) return;
    const size = this.#slots.length;
    if (slot - this.#newest >= size) {
      this.#slots.fill(0);
      this.#total = 0;
    } else {
      for (let left = this.#newest + 1; left <= slot; left += 1) {
        const at = index(left, size);
        this.#total -= this.#slots[at] as number;
        this.#slots[at] = 0;
        // Sums of fractions drift; once a round the total is made anew.
        if (at === 0) this.#total = this.#slots.reduce((sum, amount) => sum + amount, 0);
      }
    }
    this.#newest = slot;
  }
}

function index(slot: number, size: number): number {
  const rest = slot % size;
  return rest < 0 ? rest + size : rest;
}
