import type { Agent, AgentOptions, Client, Dispatcher, Undici } from './load-undici.js';

/** Takes a reply, and is told which connection brings it. */
export interface CarriedHandler extends Dispatcher.DispatchHandler {
  carrier: Client | undefined;
}

/** An agent whose connections make themselves known to the handlers of the requests they carry. */
export function createAgent({ Agent, Pool, Client }: Undici, options: AgentOptions): Agent {
  class Carrier extends Client {
    override dispatch(request: Dispatcher.DispatchOptions, handler: CarriedHandler): boolean {
      handler.carrier = this;
      return super.dispatch(request, handler);
    }
  }
  return new Agent({
    ...options,
    factory: (origin, shared) =>
      new Pool(origin, { ...shared, factory: (url: URL, own: object) => new Carrier(url, own) }),
  });
}

/**
 * Offers a connection again as soon as its reply has ended. undici does so one turn of the event loop later, and opens another
 * connection for a call that comes at once; before it sends on one it looks in any case whether the server has closed it.
 */
export function offerAgain(carrier: Client | undefined): void {
  if (carrier === undefined) return;
  // Not at once: undici is still busy with the reply. Setting what is set already makes it look for work.
  queueMicrotask(() => {
    if (!carrier.closed && !carrier.destroyed) carrier.pipelining = 1;
  });
}
