import { createParser, type EventSourceParser } from 'eventsource-parser';
import type { StreamGrammar } from '../domain/operation.js';
import { ERROR, isKeepAlive, readEvent } from '../domain/stream-grammar.js';

/** One decoded event, parsed once for everybody. */
export interface StreamEvent {
  readonly event: string | undefined;
  readonly data: unknown;
  /** See the flags in `stream-grammar`. */
  readonly flags: number;
  /** Length of the event's text, for the bound on what may be held back. */
  readonly size: number;
}

/** Flag of an event whose data is not JSON. Above the flags of the grammar. */
export const MALFORMED = 1 << 10;

/**
 * Bytes in, parsed events out. Decodes what the SDK's own decoder decodes (LF, CR, CRLF, split characters, comments, a last
 * event without a blank line), and tolerates what trips it: events without data, `[DONE]` with spaces around it. Pings are
 * passed over like comments.
 */
export class EventDecoder {
  readonly events: StreamEvent[] = [];
  /** `[DONE]` was seen; everything behind it is ignored. */
  done = false;

  readonly #grammar: StreamGrammar;
  readonly #text = new TextDecoder();
  #ending = false;
  readonly #parser: EventSourceParser;

  constructor(grammar: StreamGrammar) {
    this.#grammar = grammar;
    this.#parser = createParser({ onEvent: (message) => this.#take(message.event, message.data) });
  }

  /** Takes the next piece of the body: bytes, or text where a scripted `Response` yields text. */
  push(piece: Uint8Array | string): void {
    this.#parser.feed(typeof piece === 'string' ? piece : this.#text.decode(piece, { stream: true }));
  }

  /** The connection closed: an event that lacks its blank line still counts. */
  end(): void {
    const rest = this.#text.decode();
    if (rest !== '') this.#parser.feed(rest);
    this.#ending = true;
    this.#parser.feed('\n\n');
  }

  #take(event: string | undefined, data: string): void {
    if (this.done || data === '') return;
    if (data.length < 16 && data.trim() === '[DONE]') {
      this.done = true;
      return;
    }
    let parsed: unknown;
    try {
      parsed = JSON.parse(data);
    } catch {
      if (event === 'error') this.events.push({ event, data: sayable(data), flags: ERROR, size: data.length });
      // What the connection's end cut off says nothing but that.
      else if (!this.#ending && !isKeepAlive(event, undefined))
        this.events.push({ event, data: undefined, flags: MALFORMED, size: data.length });
      return;
    }
    if (isKeepAlive(event, parsed)) return;
    this.events.push({ event, data: parsed, flags: readEvent(this.#grammar, event, parsed), size: data.length });
  }
}

/** What an error says in plain words may be quoted; a broken object may hold anything, and the SDK quotes none either. */
function sayable(data: string): unknown {
  return /^\s*[[{"]/.test(data) ? { message: 'The provider reported an error in JSON that cannot be read.' } : data;
}
