import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock, TimerHandle } from '../clock.js';
import type { Connector, ConnectTarget } from './load-undici.js';

/**
 * How long an opened connection is kept for a first request, milliseconds. Servers close one that stays silent: Node's after
 * 60 seconds, most load balancers too.
 */
const KEEP_MS = 30_000;

const FAREWELLS = ['error', 'end', 'close'] as const;

type OnOpened = Parameters<Connector>[1];

interface Spare {
  readonly socket: Socket;
  readonly timer: TimerHandle;
  readonly drop: () => void;
  readonly listen: () => void;
  /** What the server has said already. */
  readonly greeting: Buffer[];
}

/** What there is of connections to one origin. */
interface Origin {
  /** How many are opened or being opened, here or in the pool, and not closed yet. */
  count: number;
  readonly sockets: Set<Socket>;
  readonly spares: Spare[];
  /** For each one that is being opened ahead: who has come for it in the meantime. */
  readonly coming: { taker?: OnOpened }[];
}

/** Connections that were opened before anybody asked; the pool takes them where it would open new ones. */
export class SpareSockets {
  readonly #clock: Clock;
  readonly #open: Connector;
  readonly #max: number;
  readonly #origins = new Map<string, Origin>();
  #closed = false;

  /** @param max Most connections to one origin, those of the pool included; the pool itself keeps to it. */
  constructor(clock: Clock, open: Connector, max: number) {
    this.#clock = clock;
    this.#open = open;
    this.#max = max;
  }

  /** Opens one connection if there may be one more. One that cannot be opened is nobody's problem yet. */
  add({ protocol, host, hostname, port }: URL): Promise<void> {
    const origin = this.#origin(protocol, host);
    if (origin.count >= this.#max) return Promise.resolve();
    const place: { taker?: OnOpened } = {};
    origin.coming.push(place);
    return new Promise((resolve) => {
      const target = { protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port };
      this.#connect(origin, target, (...opened) => {
        remove(origin.coming, place);
        if (place.taker !== undefined) place.taker(...opened);
        else if (opened[0] === null) this.#keep(origin, opened[1]);
        resolve();
      });
    });
  }

  /** A connection as undici's pool wants it: one that is kept or on its way, or a new one. */
  readonly connect: Connector = (target: ConnectTarget, onOpened) => {
    const { protocol, host = '', hostname, servername } = target;
    const origin = this.#origin(protocol, host);
    const isUsual = servername === null || servername === undefined || servername === hostname;
    const socket = isUsual ? this.#take(origin) : undefined;
    const place = isUsual ? origin.coming.find(({ taker }) => taker === undefined) : undefined;
    if (socket !== undefined) queueMicrotask(() => onOpened(null, socket));
    else if (place !== undefined) place.taker = onOpened;
    else this.#connect(origin, target, onOpened);
  };

  /** Closes all, those of the pool too: undici loses sight of one that a GOAWAY has retired. */
  close(): void {
    this.#closed = true;
    for (const { spares, sockets } of this.#origins.values()) {
      for (const { drop } of [...spares]) drop();
      for (const socket of sockets) socket.destroy();
    }
  }

  #origin(protocol: string, host: string): Origin {
    const key = `${protocol}//${host}`;
    const origin = this.#origins.get(key) ?? { count: 0, sockets: new Set(), spares: [], coming: [] };
    this.#origins.set(key, origin);
    return origin;
  }

  #connect(origin: Origin, target: ConnectTarget, onOpened: OnOpened): void {
    origin.count++;
    this.#open(target, (...opened) => {
      const [error, socket] = opened;
      if (error === null) {
        origin.sockets.add(socket);
        socket.once('close', () => {
          origin.count--;
          origin.sockets.delete(socket);
        });
      } else origin.count--;
      onOpened(...opened);
    });
  }

  #keep(origin: Origin, socket: Socket | TLSSocket): void {
    if (this.#closed) {
      socket.destroy();
      return;
    }
    const greets = 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
    const greeting: Buffer[] = [];
    const drop = () => {
      this.#forget(origin, spare);
      socket.destroy();
    };
    // Over HTTP/2 servers begin with their settings; over HTTP/1.1 what is said before a request is a farewell.
    const listen = () => {
      if (!greets) return drop();
      for (let piece = socket.read(); piece !== null; piece = socket.read()) greeting.push(piece);
    };
    const spare: Spare = { socket, drop, listen, greeting, timer: this.#clock.setTimer(drop, KEEP_MS, true) };
    for (const event of FAREWELLS) socket.on(event, drop);
    socket.on('readable', listen);
    socket.unref();
    origin.spares.push(spare);
  }

  #take(origin: Origin): Socket | undefined {
    for (;;) {
      const spare = origin.spares.at(-1);
      if (spare === undefined) return undefined;
      this.#forget(origin, spare);
      const { socket, drop, listen, greeting } = spare;
      for (const event of FAREWELLS) socket.removeListener(event, drop);
      socket.removeListener('readable', listen);
      if (socket.destroyed || !socket.writable) continue;
      if (greeting.length > 0) socket.unshift(Buffer.concat(greeting));
      return socket.ref();
    }
  }

  #forget(origin: Origin, spare: Spare): void {
    this.#clock.clearTimer(spare.timer);
    remove(origin.spares, spare);
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
