type Fetch = typeof globalThis.fetch;

/** What the runtime's own function says of itself. A stub, a spy, an interceptor or a polyfill says something else. */
const SOURCE = /^(async )?function fetch\(input, init = undefined\) \{[\s\S]*(internal\/deps\/undici|lazyUndici)/;

let known: Fetch | undefined;

/** Whether `globalThis.fetch` is the runtime's own, now. A runtime that is not Node counts as replaced. */
export function isRuntimeFetch(): boolean {
  const { fetch } = globalThis;
  if (fetch === known && fetch !== undefined) return true;
  if (typeof fetch !== 'function' || !SOURCE.test(Function.prototype.toString.call(fetch))) return false;
  known = fetch;
  return true;
}
