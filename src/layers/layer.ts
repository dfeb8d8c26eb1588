import type { Outcome } from '../domain/outcome.js';

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
 * and share one turn: as layers of their own each would cost every call a promise and three turns of the queue. Nor is this an
 * `async` function, which holds half a kilobyte while it waits for an answer.
 */
export function surround<In>(brackets: readonly Bracket<In>[], next: Handler<In>): Handler<In> {
  return (subject) => enter(subject, new Array<After | undefined>(brackets.length).fill(undefined), 0);

  function enter(subject: In, afters: (After | undefined)[], from: number): Promise<Outcome> {
    for (let index = from; index < brackets.length; index++) {
      const entered = (brackets[index] as Bracket<In>)(subject);
      if (entered instanceof Promise) {
        return entered.then((late) => passOn(afters, index, late) ?? enter(subject, afters, index + 1));
      }
      const refused = passOn(afters, index, entered);
      if (refused !== undefined) return Promise.resolve(refused);
    }
    return next(subject).then(
      (outcome) => leave(afters, afters.length - 1, outcome),
      (error: unknown) => loseHold(afters, error),
    );
  }
}

/** Keeps what a bracket wants done afterwards, or turns back where it refuses. */
function passOn(
  afters: (After | undefined)[],
  index: number,
  entered: Entered,
): Outcome | Promise<Outcome> | undefined {
  if (typeof entered === 'object') return leave(afters, index - 1, entered);
  afters[index] = entered;
  return undefined;
}

/** From the inside out. */
function leave(afters: readonly (After | undefined)[], from: number, outcome: Outcome): Outcome | Promise<Outcome> {
  for (let index = from; index >= 0; index--) {
    const left = afters[index]?.(outcome);
    if (left instanceof Promise) return left.then(() => leave(afters, index - 1, outcome));
  }
  return outcome;
}

/** A bug further in; what was taken on the way there must not be lost with it. */
async function loseHold(afters: readonly (After | undefined)[], error: unknown): Promise<never> {
  await leave(afters, afters.length - 1, { ok: false, failure: { kind: 'unclassified', error, possiblyBilled: true } });
  throw error;
}
