/** Longer than most files because it is one state machine: whatever arrives may meet every way of reading. */

/** Holds back the sender when nobody reads. */
export interface Flow {
  pause(): void;
  resume(): void;
  /** Gives the connection up. */
  abort(reason: unknown): void;
}

/** Bytes that may wait unread before the sender is held back; what Node's own streams hold. */
const HIGH_WATER_MARK = 64 * 1024;

/** Who takes a body as it comes. */
export interface Receiver {
  /** Told once for each time it has asked. */
  take(pieces: readonly Uint8Array[], size: number): void;
  close(): void;
  fail(error: unknown): void;
}

type Waiting = { readonly resolve: (bytes: Buffer) => void; readonly reject: (error: unknown) => void };

/**
 * The body of a reply on its way: takes pieces as they arrive and gives them to whoever asks first, all at once or piece
 * by piece.
 */
export class BodySource {
  readonly #flow: Flow;
  readonly #onSettled: () => void;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #paused = false;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #collector: Waiting | undefined;
  #receiver: Receiver | undefined;
  #wanted = false;
  #settled = false;
  #afterwards: (() => void) | undefined;
  #onArrival: (() => void) | undefined;

  /** @param onSettled Told once, when the body was read to its end, broke, or is wanted no more. */
  constructor(flow: Flow, onSettled: () => void) {
    this.#flow = flow;
    this.#onSettled = onSettled;
  }

  /** Whether nothing more will arrive. */
  get complete(): boolean {
    return this.#ended || this.#settled;
  }

  /** Calls `then` when the body was read to its end, broke, or is wanted no more. */
  whenSettled(then: () => void): void {
    const before = this.#afterwards;
    if (this.#settled) then();
    else this.#afterwards = before === undefined ? then : () => [before, then].forEach((one) => void one());
  }

  /** Calls `then` when nothing more will come from the sender. There is one such listener, or none. */
  whenArrived(then: () => void): void {
    if (this.complete || this.#failure !== undefined) then();
    else this.#onArrival = then;
  }

  /** Takes the next piece. */
  push(piece: Uint8Array): void {
    if (this.#settled || piece.byteLength === 0) return;
    this.#pieces.push(piece);
    this.#size += piece.byteLength;
    if (this.#wanted) this.#deliver();
    else if (this.#collector === undefined && this.#size >= HIGH_WATER_MARK && !this.#paused) {
      this.#paused = true;
      this.#flow.pause();
    }
  }

  /** Everything has arrived. */
  end(): void {
    if (this.#settled || this.#ended) return;
    this.#ended = true;
    this.#arrived();
    if (this.#collector !== undefined) this.#finishCollecting(this.#collector);
    else if (this.#wanted) this.#deliver();
  }

  /** The connection broke. What has arrived before is still delivered by the stream. */
  fail(error: unknown): void {
    if (this.#settled || this.#ended) return;
    this.#failure = { error };
    this.#arrived();
    if (this.#collector !== undefined) this.#rejectCollecting(this.#collector, error);
    else if (this.#wanted) this.#deliver();
  }

  /** The request was aborted: whoever reads gets the reason, at once. */
  abort(reason: unknown): void {
    if (this.#settled) return;
    this.#failure = { error: reason };
    this.#clear();
    if (this.#collector !== undefined) this.#rejectCollecting(this.#collector, reason);
    else if (this.#receiver !== undefined) this.#throw(this.#receiver, reason);
  }

  /** Nobody will read the rest. */
  cancel(reason?: unknown): void {
    if (this.#settled) return;
    const { complete } = this;
    this.#collector?.reject(new DOMException('The operation was aborted.', 'AbortError'));
    this.#settle();
    if (!complete) this.#flow.abort(reason);
  }

  /** Whoever could have begun to read is gone. A reader that has begun keeps the body alive. */
  abandon(): void {
    if (this.#collector === undefined && this.#receiver === undefined) this.cancel();
  }

  /** Reads to the end. To be called once, and not beside {@link attach}. */
  collect(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const waiting = { resolve, reject };
      if (this.#failure !== undefined) this.#rejectCollecting(waiting, this.#failure.error);
      else if (this.#ended) this.#finishCollecting(waiting);
      else {
        this.#collector = waiting;
        this.#resume();
      }
    });
  }

  /** Whom to give the body to as it comes. To be called once, and not beside {@link collect}. */
  attach(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** Gives the receiver what is there, now or as soon as it comes. */
  want(): void {
    this.#wanted = true;
    if (this.#settled) this.#receiver?.close();
    else this.#deliver();
  }

  #deliver(): void {
    const receiver = this.#receiver as Receiver;
    if (this.#size > 0) {
      this.#wanted = false;
      const pieces = this.#pieces;
      const size = this.#size;
      this.#clear();
      receiver.take(pieces, size);
    } else if (this.#failure !== undefined) this.#throw(receiver, this.#failure.error);
    else if (this.#ended) {
      this.#settle();
      receiver.close();
    } else this.#resume();
  }

  #throw(receiver: Receiver, error: unknown): void {
    this.#settle();
    receiver.fail(error);
  }

  #finishCollecting({ resolve }: Waiting): void {
    const bytes = joined(this.#pieces, this.#size);
    this.#settle();
    resolve(bytes);
  }

  #rejectCollecting({ reject }: Waiting, error: unknown): void {
    this.#settle();
    reject(error);
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flow.resume();
  }

  #clear(): void {
    this.#pieces = [];
    this.#size = 0;
  }

  #settle(): void {
    this.#settled = true;
    this.#wanted = false;
    this.#clear();
    this.#onSettled();
    this.#arrived();
    this.#afterwards?.();
  }

  #arrived(): void {
    const then = this.#onArrival;
    this.#onArrival = undefined;
    then?.();
  }
}

/** Pieces as one. */
export function joined(pieces: readonly Uint8Array[], size: number): Buffer {
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, size);
}
