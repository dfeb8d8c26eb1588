import type { Failure, Outcome } from '../domain/outcome.js';

/** Serves a call or an attempt. Resolves with an {@link Outcome}; a rejection is a bug in a layer. */
export type Handler<In> = (subject: In) => Promise<Outcome>;

/**
 * One concern of a call. A layer does its work before and after `next`, which it calls once; only failover, the layer that
 * turns a call into attempts, may call it more often. Layers return outcomes and do not throw; they emit no events of
 * their own but through the recorder they are given. A layer that leaves subject and outcome as they are is a
 * {@link Bracket}.
 */
export type Layer<In, Out = In> = (subject: In, next: Handler<Out>) => Promise<Outcome>;

/** What a bracket answers that does not let a subject pass. */
export interface Refused {
  readonly refused: Failure;
}

/**
 * A layer that leaves subject and outcome as they are. What `enter` returns comes back in `leave`; an object with `refused`
 * says that `next` is not to be asked, and then there is nothing to leave.
 */
export interface Bracket<In, State = unknown> {
  enter(subject: In): State | Refused | Promise<State | Refused>;
  /** A promise is waited for. */
  leave(subject: In, outcome: Outcome, state: State): void | Promise<void>;
}

/** Puts a layer in front of a handler. */
export function stack<In, Out>(layer: Layer<In, Out>, next: Handler<Out>): Handler<In> {
  return (subject) => layer(subject, next);
}

/**
 * Puts layers that change neither subject nor outcome in front of a handler, the first one outermost. They share one turn: as
 * layers of their own each would cost every call a promise and three turns of the queue. Neither are they functions that return
 * functions, nor is this an `async` function: a call under way would hold each of them while it waits for its answer.
 */
export function surround<In>(brackets: readonly Bracket<In>[], next: Handler<In>): Handler<In> {
  return (subject) => enter(subject, new Array<unknown>(brackets.length).fill(undefined), 0);

  function enter(subject: In, states: unknown[], from: number): Promise<Outcome> {
    for (let index = from; index < brackets.length; index++) {
      const entered = (brackets[index] as Bracket<In>).enter(subject);
      if (entered instanceof Promise) {
        return entered.then((late) => passOn(subject, states, index, late) ?? enter(subject, states, index + 1));
      }
      const refused = passOn(subject, states, index, entered);
      if (refused !== undefined) return Promise.resolve(refused);
    }
    return next(subject).then(
      (outcome) => leave(subject, states, brackets.length - 1, outcome),
      (error: unknown) => loseHold(subject, states, error),
    );
  }

  /** Keeps what a bracket wants to have back, or turns back where it refuses. */
  function passOn(subject: In, states: unknown[], index: number, entered: unknown) {
    if (isRefused(entered)) return leave(subject, states, index - 1, { ok: false, failure: entered.refused });
    states[index] = entered;
    return undefined;
  }

  /** From the inside out. */
  function leave(subject: In, states: readonly unknown[], from: number, outcome: Outcome): Outcome | Promise<Outcome> {
    for (let index = from; index >= 0; index--) {
      const left = (brackets[index] as Bracket<In>).leave(subject, outcome, states[index]);
      if (left instanceof Promise) return left.then(() => leave(subject, states, index - 1, outcome));
    }
    return outcome;
  }

  /** A bug further in; what was taken on the way there must not be lost with it. */
  async function loseHold(subject: In, states: readonly unknown[], error: unknown): Promise<never> {
    const failure: Failure = { kind: 'unclassified', error, possiblyBilled: true };
    await leave(subject, states, brackets.length - 1, { ok: false, failure });
    throw error;
  }
}

function isRefused(entered: unknown): entered is Refused {
  return typeof entered === 'object' && entered !== null && 'refused' in entered;
}
