/** A server with TLS that speaks HTTP/2, HTTP/1.1 or both, and remembers who came. */
import { once } from 'node:events';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.js';

/** What to do with a request whose body has been read. */
export type Serve = (response: Http2ServerResponse, request: Http2ServerRequest, body: string) => void;

export interface SecureLoopback {
  readonly origin: string;
  /** Connections accepted so far, and of those the sessions of HTTP/2. */
  readonly sockets: TLSSocket[];
  readonly sessions: ServerHttp2Session[];
  /** Version, method, path and headers of each request, with its body. */
  readonly requests: { readonly version: string; readonly headers: object; readonly body: string }[];
  /** Requests whose reply is not over, and the most there were at once. */
  readonly open: Set<Http2ServerResponse>;
  readonly peak: { connections: number; requests: number };
  serve: Serve;
  stop(): Promise<void>;
}

/** Listens on a free port of this machine. */
export async function startSecure(
  certificate: Certificate,
  speaks: 'h2' | 'http/1.1' | 'both',
  serve: Serve,
  settings: { readonly maxConcurrentStreams?: number } = {},
): Promise<SecureLoopback> {
  const sockets: TLSSocket[] = [];
  const sessions: ServerHttp2Session[] = [];
  const live = new Set<TLSSocket>();
  const server =
    speaks === 'http/1.1'
      ? createServer({ ...certificate })
      : createSecureServer({ ...certificate, allowHTTP1: speaks === 'both', settings });
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.push(socket);
    live.add(socket);
    loopback.peak.connections = Math.max(loopback.peak.connections, live.size);
    socket.on('error', () => {}).on('close', () => live.delete(socket));
  });
  server.on('session', (session: ServerHttp2Session) => void sessions.push(session.on('error', () => {})));
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    loopback.open.add(response);
    loopback.peak.requests = Math.max(loopback.peak.requests, loopback.open.size);
    response.on('close', () => loopback.open.delete(response));
    response.on('error', () => {});
    let body = '';
    request.setEncoding('utf8').on('error', () => {});
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      loopback.requests.push({ version: request.httpVersion, headers: { ...request.headers }, body });
      loopback.serve(response, request, body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const loopback: SecureLoopback = {
    origin: `https://127.0.0.1:${port}`,
    sockets,
    sessions,
    requests: [],
    open: new Set(),
    peak: { connections: 0, requests: 0 },
    serve,
    async stop() {
      for (const socket of live) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return loopback;
}
