/** A server that answers with the bytes a test wants, and remembers what it was sent. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** What to do with a request, given as its head and body. */
export type Answer = (socket: Socket, request: string) => void;

export interface Loopback {
  readonly origin: string;
  readonly requests: string[];
  /** Connections accepted so far. */
  readonly connections: Socket[];
  answer: Answer;
  stop(): Promise<void>;
}

/** Listens on a free port of this machine. */
export async function startLoopback(answer: Answer): Promise<Loopback> {
  const connections: Socket[] = [];
  const requests: string[] = [];
  const server: Server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => {});
    let pending = '';
    socket.on('data', (bytes) => {
      pending += bytes.toString('latin1');
      for (let request = firstOf(pending); request !== undefined; request = firstOf(pending)) {
        pending = pending.slice(request.length);
        requests.push(request);
        loopback.answer(socket, request);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const loopback: Loopback = {
    origin: `http://127.0.0.1:${port}`,
    requests,
    connections,
    answer,
    async stop() {
      for (const socket of connections) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return loopback;
}

function firstOf(pending: string): string | undefined {
  const end = pending.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const length = Number(/^content-length: (\d+)/im.exec(pending.slice(0, end))?.[1] ?? 0);
  const whole = end + 4 + length;
  return pending.length < whole ? undefined : pending.slice(0, whole);
}

/** A reply with a body of known length. */
export function reply(
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  status = '200 OK',
): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ 'content-length': String(bytes.length), ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

/** The head of a reply whose body comes in chunks. */
export function chunkedHead(headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n${lines.join('')}\r\n`;
}

/** One chunk of such a body; an empty one ends it. */
export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
