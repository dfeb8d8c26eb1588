/** Where a recorded request stands: no reply yet or its body still under way, fully replied, or given up by the caller. */
export type MockRequestState = 'open' | 'answered' | 'aborted';

/** A request as the far end saw it. The same for the scripted `fetch` and the local server. */
export interface MockRequest {
  /** From 1, in order of arrival. */
  readonly number: number;
  readonly method: string;
  /** Absolute, with query. */
  readonly url: string;
  /** Path without query, e.g. `/v1/chat/completions`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as sent. */
  readonly bytes: Uint8Array;
  /** The body parsed as JSON; `undefined` when it is empty or no JSON. */
  readonly body: unknown;
  /** `model` of the JSON body, when it is a string. */
  readonly model: string | undefined;
  /** Monotonic time of arrival in milliseconds; only differences mean anything. */
  readonly at: number;
  readonly state: MockRequestState;
  /** Monotonic time at which it stopped being open. */
  readonly endedAt: number | undefined;
  /** What `fetch` was called with; absent at the local server. */
  readonly init?: RequestInit | undefined;
}

/** What a carrier knows of a request when it arrives. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly init?: RequestInit | undefined;
}

/** The far end's notebook: every request, how many are under way, and how many were at most. */
export class RequestLog {
  readonly requests: MockRequest[] = [];
  inFlight = 0;
  maxInFlight = 0;
  #received = 0;
  readonly #now: () => number;
  readonly #keep: number;

  /** @param keep how many of the latest requests are kept; older ones are forgotten. */
  constructor(now: () => number, keep: number) {
    this.#now = now;
    this.#keep = keep;
  }

  /** Notes a request; `end` must be called once when it is over (later calls are ignored). */
  add(received: ReceivedRequest): { request: MockRequest; end: (state: 'answered' | 'aborted') => void } {
    const { pathname, searchParams } = new URL(received.url);
    const body = parseJson(received.bytes);
    const model = typeof body === 'object' && body !== null && 'model' in body ? body.model : undefined;
    const request = {
      number: ++this.#received,
      ...received,
      path: pathname,
      query: searchParams,
      body,
      model: typeof model === 'string' ? model : undefined,
      at: this.#now(),
      state: 'open' as MockRequestState,
      endedAt: undefined as number | undefined,
    };
    this.requests.push(request);
    if (this.requests.length > this.#keep) this.requests.shift();
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    const end = (state: 'answered' | 'aborted') => {
      if (request.state !== 'open') return;
      request.state = state;
      request.endedAt = this.#now();
      this.inFlight -= 1;
    };
    return { request, end };
  }

  /** Forgets what was recorded; requests under way stay counted. */
  clear(): void {
    this.requests.length = 0;
    this.maxInFlight = this.inFlight;
    this.#received = 0;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
