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

/** The part of a bracket that comes after; a promise is waited for. */
export type After = (outcome: Outcome) => void | Promise<void>;

/**
 * The part of a bracket that comes before. An outcome instead of an {@link After} says that `next` is not to be asked;
 * `undefined`: there is nothing to do after.
 */
export type Bracket<In> = (subject: In) => Entered | Promise<Entered>;
type Entered = After | Outcome | undefined;

/** Puts a layer in front of a handler. */
export function stack<In, Out>(layer: Layer<In, Out>, next: Handler<Out>): Handler<In> {
  return (subject) => layer(subject, next);
}

/**
 * Puts layers that change neither subject nor outcome in front of a handler, the first one outermost. They are plain functions
 * and share one turn: as layers of their own each would cost every call a promise and three turns of the queue.
 */
export function surround<In>(brackets: readonly Bracket<In>[], next: Handler<In>): Handler<In> {
  return async (subject) => {
    const afters: After[] = [];
    let outcome: Outcome | undefined;
    for (const before of brackets) {
      let entered = before(subject);
      if (entered instanceof Promise) entered = await entered;
      if (typeof entered === 'function') afters.push(entered);
      else if (entered !== undefined) {
        outcome = entered;
        break;
      }
    }
    if (outcome === undefined) {
      try {
        outcome = await next(subject);
      } catch (error) {
        // A bug further in; what was taken on the way there must not be lost with it.
        for (const after of afters.reverse()) await after({ ok: false, failure: bug(error) });
        throw error;
      }
    }
    for (let index = afters.length - 1; index >= 0; index--) {
      const left = (afters[index] as After)(outcome);
      if (left instanceof Promise) await left;
    }
    return outcome;
  };
}

function bug(error: unknown): Failure {
  return { kind: 'unclassified', error, possiblyBilled: true };
}
