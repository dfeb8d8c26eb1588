import type { Client, Dispatcher } from './load-undici.js';

/** Takes a reply, and is told which connection brings it. */
export interface CarriedHandler extends Dispatcher.DispatchHandler {
  carrier: Client | undefined;
}
