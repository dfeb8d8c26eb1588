/** Replies that can be read piece by piece without a web stream have a method of this name. */
export const BODY_PIECES: unique symbol = Symbol('the pieces of a body');

/** What a read brings; `done` when nothing is left. */
export type Piece =
  | { readonly done: false; readonly value: Uint8Array }
  | { readonly done: true; readonly value: undefined };

/** The part of a stream's reader that reading to the end takes. */
export interface PieceReader {
  read(): Promise<Piece>;
  cancel(): Promise<void>;
}

/** A reply that can be read so. */
export interface WithBodyPieces {
  /** Begins to read; `undefined` where somebody has begun already. */
  [BODY_PIECES](): PieceReader | undefined;
}

/** Begins to read the body of a reply; `undefined` where there is none. */
export function pieceReader(response: Response): PieceReader | undefined {
  const own = BODY_PIECES in response ? (response as Response & WithBodyPieces)[BODY_PIECES]() : undefined;
  return own ?? (response.body?.getReader() as PieceReader | undefined);
}
