/**
 * Replies that can tell when their body is over have a method of this name. It calls back once: when the body was read to its
 * end, broke, or is wanted no more.
 */
export const BODY_END: unique symbol = Symbol('the end of a body');

/** A reply that tells when its body is over. */
export interface WithBodyEnd {
  [BODY_END](then: () => void): void;
}
