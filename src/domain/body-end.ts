/**
 * Replies that can tell when their body is over have a method of this name. It calls back once: when the body was read to its
 * end, broke, or is wanted no more.
 */
export const BODY_END: unique symbol = Symbol('the end of a body');

/** The same for what is left to send: it calls back when all of the body has arrived, read or not, or will not come any more. */
export const BODY_ARRIVED: unique symbol = Symbol('the arrival of a body');

/** A reply that tells when its body is over. */
export interface WithBodyEnd {
  [BODY_END](then: () => void): void;
  [BODY_ARRIVED](then: () => void): void;
}

/** Whether a reply tells when its body is over: those of the gateway's own connections do. */
export function tellsItsEnd(response: Response): response is Response & WithBodyEnd {
  return BODY_END in response;
}
