import type { Kind, Row } from './row.js';
import { HTTP_ROWS } from './rows-http.js';
import { NETWORK_ROWS } from './rows-network.js';
import { STREAM_ROWS } from './rows-stream.js';

/** Every fault, for every kind of call it can happen to. */
export interface Case {
  readonly title: string;
  readonly row: Row;
  readonly kind: Kind;
}

export const ROWS: readonly Row[] = [...NETWORK_ROWS, ...HTTP_ROWS, ...STREAM_ROWS];

/** The cases that a carrier can play. */
export function casesOn(carrier: 'fetch' | 'socket'): Case[] {
  return ROWS.filter(({ on = carrier }) => on === carrier).flatMap((row) =>
    (row.kinds ?? (['json', 'stream'] as const)).map((kind) => ({
      title: `${row.name} (${kind}, ${row.id})`,
      row,
      kind,
    })),
  );
}
