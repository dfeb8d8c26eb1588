/** Linked abort signals whose listeners are always removed again. */
import type { AttemptController } from './domain/call.js';
import type { Failure } from './domain/outcome.js';
import { DeadlineExceededError, ShuttingDownError, userAbortError } from './errors.js';

/** Listens to a signal without a function of its own. */
export interface StopListener {
  handleEvent(): void;
}

type Listener = (() => void) | StopListener;

/** The part of an `AbortSignal` that is used inside. */
export type StopSignal = AttemptController['signal'];

/** Ends an attempt: an `AbortController`, or a {@link StopSwitch} where nobody outside needs the signal. */
export type StopController = AttemptController;

/**
 * Controller and signal in one, for attempts that only we ourselves may end. A native controller costs some microseconds in
 * every client that composes its signal with another one.
 */
export class StopSwitch implements StopController, StopSignal {
  aborted = false;
  reason: unknown;
  /** There is rarely more than one at a time. */
  #first: Listener | undefined;
  #others: Listener[] | undefined;

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
    if (first !== undefined) tell(first);
    for (const listener of others ?? []) tell(listener);
  }

  addEventListener(_type: 'abort', listener: Listener): void {
    if (this.#first === undefined) this.#first = listener;
    else if (this.#others === undefined) this.#others = [listener];
    else this.#others.push(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    if (this.#first === listener) {
      this.#first = undefined;
      return;
    }
    const index = this.#others?.indexOf(listener) ?? -1;
    if (index >= 0) this.#others?.splice(index, 1);
  }
}

function tell(listener: Listener): void {
  if (typeof listener === 'function') listener();
  else listener.handleEvent();
}

/** Aborts a controller as soon as a signal is aborted, until told to stop. The signal alone keeps it alive. */
export class Follower implements StopListener {
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

/** What {@link raceSignal} gives for an error when the signal came first. */
class Interrupted extends Error {}

/**
 * Resolves with what `done` makes of the value of `work` or `failed` of its error, or as soon as `signal` aborts with what
 * `failed` makes of an {@link Interrupted}: for work that does not listen to the signal itself (hooks, key functions, a
 * scripted `fetch`). Neither may throw.
 */
export function raceSignal<T, R>(
  work: Promise<T>,
  signal: StopSignal,
  done: (value: T) => R,
  failed: (error: unknown) => R | Promise<R>,
): Promise<R> {
  return new Promise((resolve) => {
    const abort = () => resolve(failed(new Interrupted()));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    work.then(
      (value) => {
        signal.removeEventListener('abort', abort);
        if (!signal.aborted) resolve(done(value));
      },
      (error: unknown) => {
        signal.removeEventListener('abort', abort);
        if (!signal.aborted) resolve(failed(error));
      },
    );
  });
}

/** The failure of a call whose own signal aborted, by what it aborted for. */
export function stopFailure(reason: unknown): Failure {
  if (reason instanceof DeadlineExceededError) return { kind: 'timeout', error: reason };
  return { kind: 'cancelled', error: reason instanceof ShuttingDownError ? reason : userAbortError(reason) };
}
