import type { Piece, PieceReader } from '../domain/body-pieces.js';
import { type BodySource, joined, type Receiver } from './body-source.js';

const END: Promise<Piece> = Promise.resolve({ done: true, value: undefined });

interface Asked {
  readonly resolve: (piece: Piece | Promise<Piece>) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads a body piece by piece, without the several promises that each piece costs in a web stream. One read at a time. */
export class BodyReader implements PieceReader, Receiver {
  readonly #source: BodySource;
  #asked: Asked | undefined;
  #end: Promise<Piece> | undefined;

  constructor(source: BodySource) {
    this.#source = source;
    source.attach(this);
  }

  read(): Promise<Piece> {
    if (this.#end !== undefined) return this.#end;
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      this.#source.want();
    });
  }

  cancel(): Promise<void> {
    this.#source.cancel();
    this.close();
    return Promise.resolve();
  }

  take(pieces: readonly Uint8Array[], size: number): void {
    this.#asked?.resolve({ done: false, value: joined(pieces, size) });
  }

  close(): void {
    this.#end ??= END;
    this.#asked?.resolve(this.#end);
  }

  fail(error: unknown): void {
    this.#end = Promise.reject(error);
    // It may be that nobody reads on.
    this.#end.catch(() => {});
    this.#asked?.reject(error);
  }
}
