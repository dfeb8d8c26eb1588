import type { ClientHttp2Session } from 'node:http2';
import { AskAgain, forOneSending } from './ask-again.js';
import type { CarriedHandler } from './carried-handler.js';
import type { Agent, AgentOptions, Client, Dispatcher, Undici } from './load-undici.js';

/** An agent whose connections make themselves known to the handlers of the requests they carry. */
export function createAgent({ Agent, Pool, Client, session }: Undici, options: AgentOptions): Agent {
  class Carrier extends Client {
    constructor(...args: ConstructorParameters<typeof Client>) {
      super(...args);
      this.on('connect', () => closePhantoms(Reflect.get(this as object, session) as ClientHttp2Session | null));
      // After a GOAWAY undici opens no other connection here before all that runs on the old one has ended, and hands new
      // requests to it all the same. This is how a pool learns that it has to go on without a connection.
      this.on('disconnect', (...lost) => {
        if (this.stats.running > 0) this.emit('connectionError', ...lost);
      });
    }

    override dispatch(request: Dispatcher.DispatchOptions, handler: CarriedHandler): boolean {
      handler.carrier = this;
      return super.dispatch(request, handler);
    }
  }
  class Multiplexed extends Agent {
    override dispatch(request: Dispatcher.DispatchOptions, handler: CarriedHandler): boolean {
      const once = forOneSending(request);
      const again = (same: CarriedHandler) => {
        try {
          super.dispatch(once, same);
        } catch (error) {
          same.onResponseError?.(undefined as never, error as Error);
        }
      };
      return super.dispatch(once, new AskAgain(handler, again));
    }
  }
  return new (options.allowH2 === true ? Multiplexed : Agent)({
    ...options,
    factory: (origin, shared) =>
      new Pool(origin, { ...shared, factory: (url: URL, own: object) => new Carrier(url, own) }),
  });
}

/**
 * Closes streams that nobody has asked for. Node makes one where the head of a reply comes for a request that has just been given
 * up; it has no owner, and would end the process with an uncaught error when its connection breaks.
 */
function closePhantoms(session: ClientHttp2Session | null): void {
  session?.on('stream', (phantom) => phantom.on('error', () => {}).destroy());
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
