import { BODY_ARRIVED, BODY_END } from '../domain/body-end.js';
import { BODY_PIECES, type PieceReader } from '../domain/body-pieces.js';
import { BodyReader } from './body-reader.js';
import type { BodySource } from './body-source.js';
import { bodyStream } from './body-stream.js';
import type { HeaderFields, ReplyHead } from './exchange.js';

/** What the constructor of `Response` refuses and `fetch` delivers all the same. */
function isConstructible(status: number): boolean {
  return status >= 200 && status <= 599;
}

type Maker = (url: string, head: ReplyHead) => Response;

let maker: Maker | undefined;

/** A genuine `Response`, as `fetch` would give it, whose web stream is made when somebody asks for it. */
export function lazyResponse(url: string, head: ReplyHead): Response {
  // Made late: a look at the global `Response` alone loads all of the runtime's `fetch`.
  maker ??= defineLazyResponse();
  return maker(url, head);
}

/** Bodies that nobody can read any more give their connections back. */
const abandoned = new FinalizationRegistry<BodySource>((source) => source.abandon());

function defineLazyResponse(): Maker {
  class LazyResponse extends Response {
    readonly #url: string;
    readonly #source: BodySource | undefined;
    /** The body was read, or is being read, without a web stream. */
    #collected = false;
    /** Stands in for this one as soon as somebody wants more than the whole body. */
    #eager: Response | undefined;

    constructor(url: string, { status, statusText, fields, body }: ReplyHead, lists: readonly string[]) {
      // A record is the fastest way to fill headers.
      super(null, { status: isConstructible(status) ? status : 200, statusText, headers: fields as HeadersInit });
      for (const name of lists) {
        this.headers.delete(name);
        for (const value of fields[name] as string[]) this.headers.append(name, value);
      }
      this.#url = url;
      this.#source = body;
    }

    override get url(): string {
      return this.#url;
    }

    override get type(): ResponseType {
      return 'basic';
    }

    override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
      return this.#source === undefined ? null : this.#withStream(this.#source).body;
    }

    override get bodyUsed(): boolean {
      return this.#collected || (this.#eager?.bodyUsed ?? false);
    }

    override text(): Promise<string> {
      return this.#collect()?.then(decode) ?? this.#other().text();
    }

    override json(): Promise<unknown> {
      return this.#collect()?.then((bytes) => JSON.parse(decode(bytes))) ?? this.#other().json();
    }

    override arrayBuffer(): Promise<ArrayBuffer> {
      return this.#collect()?.then((bytes) => new Uint8Array(bytes).buffer) ?? this.#other().arrayBuffer();
    }

    override bytes(): Promise<Uint8Array<ArrayBuffer>> {
      return this.#collect()?.then((bytes) => new Uint8Array(bytes)) ?? this.#other().bytes();
    }

    override blob(): Promise<Blob> {
      return this.#other().blob();
    }

    override formData(): Promise<FormData> {
      return this.#other().formData();
    }

    /** Gives up the body, however it is being read, and the connection with it. */
    [Symbol.dispose](): void {
      this.#source?.cancel();
    }

    /** Calls `then` when the body was read to its end, broke, or is wanted no more. */
    [BODY_END](then: () => void): void {
      if (this.#source === undefined) then();
      else this.#source.whenSettled(then);
    }

    /** Calls `then` when all of the body is here, or will not come any more. */
    [BODY_ARRIVED](then: () => void): void {
      if (this.#source === undefined) then();
      else this.#source.whenArrived(then);
    }

    /** Reads the body as it comes, if nobody has touched it yet. */
    [BODY_PIECES](): PieceReader | undefined {
      if (this.#source === undefined || this.#collected || this.#eager !== undefined) return undefined;
      this.#collected = true;
      return new BodyReader(this.#source);
    }

    override clone(): Response {
      return disguise(this.#other().clone(), this.#url, this.status);
    }

    /** The whole body, if nobody has touched it yet. */
    #collect(): Promise<Buffer> | undefined {
      if (this.#source === undefined || this.#collected || this.#eager !== undefined) return undefined;
      this.#collected = true;
      return this.#source.collect();
    }

    #other(): Response {
      return this.#source === undefined ? new Response(null, this.#init()) : this.#withStream(this.#source);
    }

    #withStream(source: BodySource): Response {
      if (this.#eager !== undefined) return this.#eager;
      this.#eager = new Response(this.#collected ? '' : bodyStream(source), this.#init());
      // Read once more, it says so in the runtime's own words.
      if (this.#collected) void this.#eager.text();
      return this.#eager;
    }

    #init(): ResponseInit {
      const { headers, status, statusText } = this;
      return { headers, status: isConstructible(status) ? status : 200, statusText };
    }
  }
  // To everybody who asks, this is what `fetch` gives.
  Object.defineProperty(LazyResponse.prototype, 'constructor', { value: Response });
  return (url, head) => {
    const { fields, body, status } = head;
    const lists = listsOf(fields);
    let response: Response;
    try {
      response = new LazyResponse(url, head, lists);
    } catch {
      response = new LazyResponse(url, acceptable(head), lists);
    }
    if (body !== undefined && !body.complete) abandoned.register(response, body);
    return isConstructible(status) ? response : disguise(response, url, status);
  };
}

function listsOf(fields: HeaderFields): string[] {
  const lists: string[] = [];
  for (const name in fields) if (typeof fields[name] !== 'string') lists.push(name);
  return lists;
}

/** A head without what the constructor of `Response` refuses: a phrase or a field with characters that HTTP forbids. */
function acceptable(head: ReplyHead): ReplyHead {
  const isAcceptable = ([name, value]: readonly [string, string | string[] | undefined]): boolean => {
    try {
      new Headers([[name, String(value)]]);
      return true;
    } catch {
      return false;
    }
  };
  return { ...head, statusText: '', fields: Object.fromEntries(Object.entries(head.fields).filter(isAcceptable)) };
}

/** Gives a response what its constructor does not take. */
function disguise(response: Response, url: string, status: number): Response {
  return Object.defineProperties(response, {
    url: { value: url, configurable: true },
    status: { value: status, configurable: true },
    type: { value: 'basic', configurable: true },
    ok: { value: status >= 200 && status <= 299, configurable: true },
  });
}

/** As `text()` decodes: UTF-8 without its byte order mark. */
function decode(bytes: Buffer): string {
  const marked = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', marked ? 3 : 0);
}
