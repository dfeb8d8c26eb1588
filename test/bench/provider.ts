/**
 * A provider in a process of its own: answers any request with the same completion, or with a hundred chunks if the body
 * asks for a stream, one event per turn of the loop and stream. Bare sockets instead of `node:http`, so that on two cores
 * the clients are what is measured. Prints its port, ends with its standard input.
 */
import { createServer, type Socket } from 'node:net';
import { COMPLETION, EVENTS } from './payload.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nx-request-id: req_123\r\n';
const JSON_REPLY = Buffer.from(
  `${HEAD}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(COMPLETION)}\r\n\r\n${COMPLETION}`,
);
const STREAM_HEAD = Buffer.from(`${HEAD}content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n`);
const FRAMES = [...EVENTS.map((event) => `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`), '0\r\n\r\n'].map(
  (frame) => Buffer.from(frame),
);
const END_OF_HEAD = '\r\n\r\n';
const END_OF_CHUNKS = '0\r\n\r\n';

/** Streams under way with the frame each is to get next. */
const streams = new Map<Socket, number>();

function pump(): void {
  for (const [socket, frame] of streams) {
    socket.write(FRAMES[frame] as Buffer);
    if (frame + 1 < FRAMES.length) streams.set(socket, frame + 1);
    else streams.delete(socket);
  }
  if (streams.size > 0) setImmediate(pump);
}

function answer(socket: Socket, body: Buffer): void {
  if (!body.includes('"stream":true')) {
    socket.write(JSON_REPLY);
    return;
  }
  socket.write(STREAM_HEAD);
  streams.set(socket, 0);
  if (streams.size === 1) setImmediate(pump);
}

/** Where the first request in `data` ends, or `undefined` while it has not arrived whole. */
function endOfRequest(data: Buffer): { readonly body: number; readonly end: number } | undefined {
  const endOfHead = data.indexOf(END_OF_HEAD);
  if (endOfHead < 0) return undefined;
  const head = data.toString('latin1', 0, endOfHead).toLowerCase();
  const body = endOfHead + END_OF_HEAD.length;
  if (head.includes('transfer-encoding: chunked')) {
    const end = data.indexOf(END_OF_CHUNKS, body);
    return end < 0 ? undefined : { body, end: end + END_OF_CHUNKS.length };
  }
  const end = body + Number(/content-length: *(\d+)/.exec(head)?.[1] ?? 0);
  return end > data.length ? undefined : { body, end };
}

function serve(socket: Socket): void {
  let data: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => streams.delete(socket));
  socket.on('data', (chunk: Buffer) => {
    data = data.length === 0 ? chunk : Buffer.concat([data, chunk]);
    for (let request = endOfRequest(data); request !== undefined; request = endOfRequest(data)) {
      answer(socket, data.subarray(request.body, request.end));
      data = data.subarray(request.end);
    }
  });
}

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', 1_024, () => {
  const address = server.address();
  console.log(typeof address === 'object' && address !== null ? address.port : '');
});
process.stdin.resume().once('end', () => process.exit(0));
