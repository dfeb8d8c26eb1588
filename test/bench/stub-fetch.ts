/** A `fetch` without a network: what remains is the cost of the client. */
import { COMPLETION, EVENTS } from './payload.ts';

/** The function the SDK takes as `fetch`. */
export type Fetch = typeof globalThis.fetch;

const JSON_HEADERS = { 'content-type': 'application/json', 'x-request-id': 'req_123' };
const STREAM_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_123' };

/** A fresh response with a completion. */
function completion(): Response {
  return new Response(COMPLETION, { status: 200, headers: JSON_HEADERS });
}

/** Answers at once, each time with a fresh `Response`. */
export const stubFetch: Fetch = () => Promise.resolve(completion());

const ENCODED = EVENTS.map((event) => new TextEncoder().encode(event));

/** A body that delivers one event per read, as a socket does whose sender thinks between words. */
function eventBody(): ReadableStream<Uint8Array> {
  let index = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const event = ENCODED[index++];
        if (event === undefined) controller.close();
        else controller.enqueue(event);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Answers with a stream of a hundred chunks. */
export const stubStreamFetch: Fetch = () =>
  Promise.resolve(new Response(eventBody(), { status: 200, headers: STREAM_HEADERS }));

/** Holds every answer back until it is released, oldest first. */
export class HeldFetch {
  #waiting: (() => void)[] = [];
  #next = 0;

  readonly fetch: Fetch = () =>
    new Promise((resolve) => {
      this.#waiting.push(() => resolve(completion()));
    });

  /** Requests that wait for their answer. */
  get count(): number {
    return this.#waiting.length - this.#next;
  }

  /** Answers this many. */
  release(count: number): void {
    for (let index = 0; index < count; index++) (this.#waiting[this.#next++] as () => void)();
    if (this.#next > 4_096 && this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
  }
}
