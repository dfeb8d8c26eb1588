/** Weight of one settled call in the running figures, once there have been enough: about the last 256 count. */
const WEIGHT = 1 / 256;
/** Standard deviations kept free; three cover 99.9 % of a sum of independent errors. */
const DEVIATIONS = 3;

/**
 * How far calls turn out heavier than was reserved for them, learned from those that have ended, and how much has to be
 * kept free because of the ones that have not: their errors are independent, so the room grows with the root of their sum
 * of squares and not with their sum.
 */
export class Overrun {
  #count = 0;
  #mean = 0;
  #square = 0;
  #excessMean = 0;
  #excessSquare = 0;

  /** Learns from a call that ended: reserved and used, in the same unit. */
  learn(reserved: number, used: number): void {
    if (!(reserved > 0)) return;
    // One absurd reply must not freeze the limiter.
    const error = Math.min(Math.max(used / reserved - 1, -1), 4);
    const excess = Math.max(error, 0);
    this.#count += 1;
    const weight = Math.max(WEIGHT, 1 / this.#count);
    this.#mean += weight * (error - this.#mean);
    this.#square += weight * (error * error - this.#square);
    this.#excessMean += weight * (excess - this.#excessMean);
    this.#excessSquare += weight * (excess * excess - this.#excessSquare);
  }

  /** Room to keep free for calls that hold `reserved` in all, with `squares` the sum of the squares of their shares. */
  margin(reserved: number, squares: number): number {
    if (this.#excessMean === 0) return 0;
    const root = DEVIATIONS * Math.sqrt(squares);
    // Both are upper bounds: the first is the closer one when errors go either way, the second when few calls use more.
    const ofErrors = Math.max(0, this.#mean) * reserved + deviation(this.#mean, this.#square) * root;
    const ofExcess = this.#excessMean * reserved + deviation(this.#excessMean, this.#excessSquare) * root;
    return Math.min(ofErrors, ofExcess);
  }
}

function deviation(mean: number, square: number): number {
  return Math.sqrt(Math.max(0, square - mean * mean));
}
