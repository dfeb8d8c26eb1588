/** Linked abort signals whose listeners are always removed again. */
import type { Failure } from './domain/outcome.js';
import { DeadlineExceededError, ShuttingDownError, userAbortError } from './errors.js';

/** The part of an `AbortSignal` that is used inside. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Ends an attempt: an `AbortController`, or a {@link StopSwitch} where nobody outside needs the signal. */
export interface StopController {
  readonly signal: StopSignal;
  abort(reason?: unknown): void;
}

/**
 * Controller and signal in one, for attempts that only we ourselves may end. A native controller costs some microseconds in
 * every client that composes its signal with another one.
 */
export class StopSwitch implements StopController, StopSignal {
  aborted = false;
  reason: unknown;
  /** There is rarely more than one at a time. */
  #first: (() => void) | undefined;
  #others: (() => void)[] | undefined;

  get signal(): StopSignal {
    return this;
  }

  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const first = this.#first;
    const others = this.#others;
    this.#first = undefined;
    this.#others = undefined;
    first?.();
    for (const listener of others ?? []) listener();
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#first === undefined) this.#first = listener;
    else if (this.#others === undefined) this.#others = [listener];
    else this.#others.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#first === listener) {
      this.#first = undefined;
      return;
    }
    const index = this.#others?.indexOf(listener) ?? -1;
    if (index >= 0) this.#others?.splice(index, 1);
  }
}

/** Aborts a controller as soon as a signal is aborted, until told to stop. The signal alone keeps it alive. */
export class Follower {
  readonly #parent: AbortSignal;
  readonly #controller: StopController;

  constructor(parent: AbortSignal, controller: StopController) {
    this.#parent = parent;
    this.#controller = controller;
    if (parent.aborted) this.handleEvent();
    else parent.addEventListener('abort', this, { once: true });
  }

  handleEvent(): void {
    this.#controller.abort(this.#parent.reason);
  }

  stop(): void {
    this.#parent.removeEventListener('abort', this);
  }
}

function nothing(): void {}

/** What {@link raceSignal} rejects with. */
class Interrupted extends Error {}

/**
 * Settles as `work` does, or rejects with {@link Interrupted} as soon as `signal` aborts: for work that does not listen to
 * the signal itself (hooks, key functions, a scripted `fetch`).
 */
export function raceSignal<T>(work: Promise<T>, signal: StopSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(nothing);
    return Promise.reject(new Interrupted());
  }
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(new Interrupted());
    signal.addEventListener('abort', abort, { once: true });
    work.then(
      (value) => {
        signal.removeEventListener('abort', abort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', abort);
        reject(error);
      },
    );
  });
}

/** The failure of a call whose own signal aborted, by what it aborted for. */
export function stopFailure(reason: unknown): Failure {
  if (reason instanceof DeadlineExceededError) return { kind: 'timeout', error: reason };
  return { kind: 'cancelled', error: reason instanceof ShuttingDownError ? reason : userAbortError(reason) };
}
