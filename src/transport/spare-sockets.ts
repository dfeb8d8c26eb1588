import type { Socket } from 'node:net';
import type { Clock, TimerHandle } from '../clock.js';
import type { Connector, ConnectTarget } from './load-undici.js';

/**
 * How long an opened connection is kept for a first request, milliseconds. Servers close one that stays silent: Node's after
 * 60 seconds, most load balancers too.
 */
const KEEP_MS = 30_000;

/** Whatever a server says before it was asked is one too. */
const FAREWELLS = ['readable', 'error', 'end', 'close'] as const;

interface Spare {
  readonly socket: Socket;
  readonly timer: TimerHandle;
  readonly drop: () => void;
}

/** Connections that were opened before anybody asked; the pool takes them where it would open new ones. */
export class SpareSockets {
  readonly #clock: Clock;
  readonly #open: Connector;
  readonly #spares = new Map<string, Spare[]>();
  #closed = false;

  constructor(clock: Clock, open: Connector) {
    this.#clock = clock;
    this.#open = open;
  }

  /** Opens one connection. One that cannot be opened is nobody's problem yet. */
  add(origin: URL): Promise<void> {
    const { protocol, host, hostname, port } = origin;
    return new Promise((resolve) => {
      this.#open({ protocol, host, hostname, port }, (error, socket) => {
        if (error === null) this.#keep(`${protocol}//${host}`, socket);
        resolve();
      });
    });
  }

  /** A connection as undici's pool wants it: one that is kept, or a new one. */
  readonly connect: Connector = (target: ConnectTarget, callback) => {
    const { protocol, host, hostname, servername } = target;
    const isUsual = servername === null || servername === undefined || servername === hostname;
    const socket = isUsual ? this.#take(`${protocol}//${host}`) : undefined;
    if (socket === undefined) this.#open(target, callback);
    else queueMicrotask(() => callback(null, socket as never));
  };

  /** Closes all that are left, and those that are still being opened. */
  close(): void {
    this.#closed = true;
    for (const { drop } of [...this.#spares.values()].flat()) drop();
  }

  #keep(key: string, socket: Socket): void {
    if (this.#closed) {
      socket.destroy();
      return;
    }
    const drop = () => {
      this.#forget(key, spare);
      socket.destroy();
    };
    const spare: Spare = { socket, drop, timer: this.#clock.setTimer(drop, KEEP_MS, true) };
    for (const event of FAREWELLS) socket.on(event, drop);
    socket.unref();
    const others = this.#spares.get(key);
    if (others === undefined) this.#spares.set(key, [spare]);
    else others.push(spare);
  }

  #take(key: string): Socket | undefined {
    for (;;) {
      const spare = this.#spares.get(key)?.at(-1);
      if (spare === undefined) return undefined;
      this.#forget(key, spare);
      const { socket, drop } = spare;
      for (const event of FAREWELLS) socket.removeListener(event, drop);
      if (!socket.destroyed && socket.writable) return socket.ref();
    }
  }

  #forget(key: string, spare: Spare): void {
    this.#clock.clearTimer(spare.timer);
    const left = this.#spares.get(key)?.filter((other) => other !== spare) ?? [];
    if (left.length > 0) this.#spares.set(key, left);
    else this.#spares.delete(key);
  }
}
