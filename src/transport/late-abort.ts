import type { Dispatcher } from './load-undici.js';

type Controller = Dispatcher.DispatchController;

/** Turns of the event loop after which a request that was sent has left. One is enough; the rest is for slow machines. */
const TURNS = 3;

/**
 * Gives an HTTP/2 request up a little later than it was asked to. When a stream is reset before the body of its request has left,
 * Node (24.21) writes empty frames for it without end, and the process stands still.
 * @param hasBegun Whether anything of the request may be on its way; before that it is given up at once.
 */
export function lateAbort(controller: Controller, hasBegun: () => boolean): Controller {
  const abort = (reason: Error): void => {
    let left = hasBegun() ? TURNS : 0;
    const wait = (): void => {
      if (left-- > 0) setImmediate(wait);
      else controller.abort(reason);
    };
    wait();
  };
  return new Proxy(controller, {
    get: (target, name) => {
      if (name === 'abort') return abort;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
