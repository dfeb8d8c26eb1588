/** Undoes `Content-Encoding` as the built-in `fetch` does, leniencies included, so that both read the same. */
import { type Duplex, pipeline, Transform, type TransformCallback } from 'node:stream';
import zlib from 'node:zlib';
import type { Flow } from './body-source.js';

/** More codings than this on one body are an attack. */
const MAX_CODINGS = 5;

/** Incomplete bodies yield what they hold: every browser, curl and the built-in `fetch` read them so. */
const SYNC = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH } as const;

/** Decoders in the order in which they are to be applied; none where a coding is unknown. */
export type Codings = readonly (() => Duplex)[];

const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: () => zlib.createGunzip(SYNC),
  'x-gzip': () => zlib.createGunzip(SYNC),
  deflate: () => new EitherInflate(),
  br: () =>
    zlib.createBrotliDecompress({
      flush: zlib.constants.BROTLI_OPERATION_FLUSH,
      finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
    }),
  zstd: () =>
    zlib.createZstdDecompress({ flush: zlib.constants.ZSTD_e_continue, finishFlush: zlib.constants.ZSTD_e_end }),
};

/**
 * What a `Content-Encoding` header asks for.
 * @throws {Error} for more than five codings
 */
export function codingsOf(header: string): Codings {
  const names = header.toLowerCase().split(',');
  if (names.length > MAX_CODINGS) {
    throw new Error(`too many content-encodings in response: ${names.length}, maximum allowed is ${MAX_CODINGS}`);
  }
  const decoders = names.map((name) => (Object.hasOwn(DECODERS, name.trim()) ? DECODERS[name.trim()] : undefined));
  return decoders.every((decoder) => decoder !== undefined) ? decoders.reverse() : [];
}

/** Where decoded bytes go. */
export interface DecodedSink {
  push(piece: Uint8Array): void;
  end(): void;
  fail(error: unknown): void;
}

/** Stands between the connection and the body of a reply that is encoded. */
export class ContentDecoder implements Flow {
  readonly #encoded: Flow;
  readonly #first: Duplex;
  readonly #last: Duplex;
  #over = false;

  constructor(codings: Codings, encoded: Flow, sink: () => DecodedSink) {
    this.#encoded = encoded;
    const stages = codings.map((make) => make());
    this.#first = stages[0] as Duplex;
    this.#last = stages.at(-1) as Duplex;
    const finish = (error: unknown) => {
      if (this.#over) return;
      this.#over = true;
      if (error === null || error === undefined) return sink().end();
      sink().fail(new TypeError('terminated', { cause: error }));
      encoded.abort(error);
    };
    if (stages.length > 1) pipeline(stages, (error) => error && finish(error));
    this.#first.on('drain', () => encoded.resume());
    this.#last
      .on('data', (piece: Uint8Array) => sink().push(piece))
      .on('end', () => finish(undefined))
      .on('error', finish);
  }

  /** Takes encoded bytes. */
  write(piece: Uint8Array): void {
    if (!this.#over && !this.#first.write(piece)) this.#encoded.pause();
  }

  /** All encoded bytes have been taken. */
  end(): void {
    if (!this.#over) this.#first.end();
  }

  /** The connection broke: what is still inside the decoders is lost. */
  destroy(): void {
    this.#over = true;
    this.#first.destroy();
    this.#last.destroy();
  }

  pause(): void {
    this.#last.pause();
  }

  resume(): void {
    this.#last.resume();
  }

  abort(reason: unknown): void {
    this.destroy();
    this.#encoded.abort(reason);
  }
}

/** `deflate` means zlib's format; some servers send it bare. The first byte tells which. */
class EitherInflate extends Transform {
  #inflate: zlib.Inflate | zlib.InflateRaw | undefined;

  override _transform(chunk: Buffer, encoding: BufferEncoding, callback: TransformCallback): void {
    if (this.#inflate === undefined) {
      if (chunk.length === 0) {
        callback();
        return;
      }
      const inflate = ((chunk[0] as number) & 0x0f) === 0x08 ? zlib.createInflate(SYNC) : zlib.createInflateRaw(SYNC);
      inflate.on('data', (piece: Buffer) => this.push(piece));
      inflate.on('error', (error) => this.destroy(error));
      this.#inflate = inflate;
    }
    this.#inflate.write(chunk, encoding, () => callback());
  }

  override _flush(callback: TransformCallback): void {
    if (this.#inflate === undefined) callback();
    else this.#inflate.on('end', () => callback()).end();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#inflate?.destroy();
    callback(error);
  }
}
