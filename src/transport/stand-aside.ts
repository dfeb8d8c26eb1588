import { hasDefaultDispatcher } from './global-dispatcher.js';
import { isProxied } from './proxy-variables.js';
import { isRuntimeFetch } from './runtime-fetch.js';

/**
 * Whether anything is in place that the built-in `fetch` would obey and connections of our own would not: a replaced `fetch`,
 * a global dispatcher, a proxy, or fake timers (undici waits with the global timers, the built-in `fetch` with its own).
 * Looked at for every request, because tests put such things in place and take them away at any time.
 */
export function mustStandAside(url: URL): boolean {
  return !isRuntimeFetch() || !hasDefaultDispatcher() || hasFakeTimers() || isProxied(url);
}

/** Fake timers mark the functions they replace with their clock. */
function hasFakeTimers(): boolean {
  return Object.hasOwn(globalThis.setImmediate, 'clock') || Object.hasOwn(globalThis.setTimeout, 'clock');
}
