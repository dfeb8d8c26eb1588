import type { StopSignal } from '../signals.js';
import type { PlainRequest } from './plain-request.js';

/** Where a `fetch` of ours takes requests without their being packed for it first. */
export const DIRECT = Symbol();

/** A request but for its body and what ends it. */
export type RequestHead = Omit<PlainRequest, 'body' | 'signal' | 'timeoutMs'>;

/** As the SDK's option `fetch`. */
export interface Fetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * The same for a request that is known to be plain. Rejects with the reason of `signal`, or with an `AbortError` when there are no
   * headers after `timeoutMs`.
   * @returns nothing where it is better left to `fetch`
   */
  [DIRECT]?(head: RequestHead, body: string, signal: StopSignal, timeoutMs: number): Promise<Response> | undefined;
}
