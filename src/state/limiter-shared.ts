import type { Clock } from '../clock.js';
import type { QuotaSource } from './quota-source.js';

/** Somebody who works with shared limits. */
export interface SharedMember {
  /** The source cannot be reached, or can be again. */
  changed(now: number): void;
  /** Gives back what is not in use. */
  close(): Promise<unknown>;
}

/** How shared limits are used. */
export interface SharedOptions {
  readonly source: QuotaSource;
  readonly clock: Clock;
  /** Among how many processes the limits are divided while the source cannot be reached. @default 1 */
  readonly assumedProcesses?: number | undefined;
  /** Told once when the source is lost, with the error, and once when it is back. */
  readonly onLost?: ((error: unknown) => void) | undefined;
  readonly onBack?: (() => void) | undefined;
}

/** Longest wait for an answer of the source; Redis on the same network needs under one. */
const TIMEOUT_MS = 100;
/** A timer that fires later than this shows that the event loop was blocked; then an answer gets as much time again. */
const BUSY_MS = 20;
/**
 * Between two looks whether a lost source is back; longer and longer up to the second, also when it was back and is lost again
 * soon: one that answers looks and fails questions would otherwise be lost four times a second.
 */
const FIRST_PROBE_MS = 250;
const PROBE_MS = 1_000;
const SOON_MS = 10_000;

/**
 * Whether the shared limits can be reached. The first question that fails or takes too long switches to limits of our own,
 * so that a dead source delays whoever asked at that moment and nobody after; a background look switches back.
 */
export class SharedLimits {
  readonly assumedProcesses: number;
  readonly clock: Clock;
  readonly source: QuotaSource;
  readonly #options: SharedOptions;
  readonly #members = new Set<SharedMember>();
  #lost = false;
  #probeMs = FIRST_PROBE_MS;
  #since = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: SharedOptions) {
    this.#options = options;
    this.source = options.source;
    this.clock = options.clock;
    this.assumedProcesses = Math.max(1, options.assumedProcesses ?? 1);
  }

  /** Whether everybody works with limits of their own at present. */
  get lost(): boolean {
    return this.#lost;
  }

  /** When that last changed; what was taken before was taken elsewhere. */
  get since(): number {
    return this.#since;
  }

  /** Tells `member` of every switch from now on. */
  add(member: SharedMember): void {
    this.#members.add(member);
  }

  /** Nobody uses `member` at present; it is added again when somebody does. */
  retire(member: SharedMember): void {
    if (this.#members.delete(member) && !this.#lost) void member.close();
  }

  /** Asks the source. `undefined`: it did not answer in time, and is regarded as lost. */
  async ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    if (this.#closed) return undefined;
    try {
      return await this.#timed(question);
    } catch (error) {
      this.#lose(error);
      return undefined;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    if (!this.#lost) await Promise.all([...this.#members].map((member) => member.close()));
    this.#closed = true;
    await this.source.close().catch(() => undefined);
  }

  #timed<T>(question: () => Promise<T>): Promise<T> {
    const { clock } = this;
    const from = clock.now();
    return new Promise<T>((resolve, reject) => {
      const late = () => {
        // Fired far too late: this process was busy, and the answer may lie there unread.
        if (clock.now() - from > TIMEOUT_MS + BUSY_MS) timer = clock.setTimer(fail, BUSY_MS);
        else fail();
      };
      const fail = () => reject(new Error(`The shared limits did not answer within ${TIMEOUT_MS} ms.`));
      let timer = clock.setTimer(late, TIMEOUT_MS);
      question()
        .then(resolve, reject)
        .finally(() => clock.clearTimer(timer));
    });
  }

  #lose(error: unknown): void {
    if (this.#lost || this.#closed) return;
    if (this.clock.now() - this.#since > SOON_MS) this.#probeMs = FIRST_PROBE_MS;
    this.#switch(true);
    this.#options.onLost?.(error);
    this.#look();
  }

  #look(): void {
    const afterMs = this.#probeMs;
    this.#probeMs = Math.min(PROBE_MS, afterMs * 2);
    const look = async () => {
      if (this.#closed) return;
      try {
        await this.#timed(() => this.source.probe());
      } catch {
        this.#look();
        return;
      }
      if (this.#closed) return;
      this.#switch(false);
      this.#options.onBack?.();
    };
    this.clock.setTimer(() => void look(), afterMs, true);
  }

  #switch(lost: boolean): void {
    this.#lost = lost;
    this.#since = this.clock.now();
    for (const member of this.#members) member.changed(this.#since);
  }
}
