import type { Outcome } from '../domain/outcome.js';

/** Serves a call or an attempt. Resolves with an {@link Outcome}; a rejection is a bug in a layer. */
export type Handler<In> = (subject: In) => Promise<Outcome>;

/**
 * One concern of a call. A layer does its work before and after `next`, which it calls once; only failover, the layer that
 * turns a call into attempts, may call it more often. Layers return outcomes and do not throw; they emit no events of
 * their own but through the recorder they are given.
 */
export type Layer<In, Out = In> = (subject: In, next: Handler<Out>) => Promise<Outcome>;

/** Puts a layer in front of a handler. */
export function stack<In, Out>(layer: Layer<In, Out>, next: Handler<Out>): Handler<In> {
  return (subject) => layer(subject, next);
}
