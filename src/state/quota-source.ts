/** A rate that several processes share. */
export interface SharedRate {
  /** Name of the limiter and of the limit; the same in all processes. May hold anything but secrets. */
  readonly name: string;
  /** What can be taken at once when nothing was taken for long. A whole number. */
  readonly capacity: number;
  /** Comes back all the time, per millisecond; absent for a limit that starts anew after each `windowMs` instead. */
  readonly perMs?: number | undefined;
  readonly windowMs: number;
}

/** A supply that several processes take from. */
export interface SharedReservoir {
  /**
   * Takes `amount`, a whole number, even if less is there.
   * @returns what is left. Below zero it is owed: the last units that were taken are good only when that much has come back,
   * so that every process knows its place without asking again.
   */
  take(amount: number): Promise<number>;
  /** Puts back what was not used, a whole number; never fills beyond the capacity. */
  giveBack(amount: number): Promise<void>;
  /** Nobody here needs it at present; whatever is asked later sets it up again. */
  close(): Promise<void>;
}

/** What one process wants of a limit on calls in flight. */
export interface Holding {
  /** Calls in flight here: cannot be taken away. */
  readonly inUse: number;
  /** Calls in flight and calls that wait here. */
  readonly wanted: number;
}

/** What it has got. */
export interface Held {
  /** Calls that may be in flight here until the lease ends. */
  readonly places: number;
  /** What it would have if everybody got an even share of what they want; `places` is less while others have too much. */
  readonly fairPlaces: number;
  /** Whether somebody wants more than there is. */
  readonly contested: boolean;
}

/** Places for calls in flight, shared by several processes. */
export interface SharedPlaces {
  /** Holds places for this process, or renews its lease. Says what it holds in all, so that repeating it does no harm. */
  hold(holding: Holding): Promise<Held>;
  /** How long a lease lasts without being renewed, in milliseconds: the places of a process that died are free after that. */
  readonly leaseMs: number;
}

/**
 * Where limits are kept that several processes or machines share. Every method may reject, and may take its time: whoever
 * asks has a timeout and works with a share of its own meanwhile.
 */
export interface QuotaSource {
  reservoir(rate: SharedRate): SharedReservoir;
  /** @param name the same in all processes. */
  places(name: string, limit: number): SharedPlaces;
  /** Resolves when the source can be written to. */
  probe(): Promise<void>;
  /** Ends connections and gives everything back that can be. */
  close(): Promise<void>;
}
