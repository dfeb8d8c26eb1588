import type { BodySource } from './body-source.js';

/** The body as a byte stream, read no faster than its reader reads. */
export function bodyStream(source: BodySource): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: 'bytes',
    start: (controller) =>
      source.attach({
        // A copy: the stream transfers the memory behind it, which other pieces may share.
        take: (pieces, size) => controller.enqueue(copyOf(pieces, size)),
        close: () => {
          controller.close();
          // A reader that brought its own buffer must be given it back.
          controller.byobRequest?.respond(0);
        },
        fail: (error) => controller.error(error),
      }),
    pull: () => source.want(),
    cancel: (reason) => source.cancel(reason),
  });
}

function copyOf(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    copy.set(piece, offset);
    offset += piece.byteLength;
  }
  return copy;
}
