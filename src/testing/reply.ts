import { compose } from './body-steps.js';
import { chatCompletion, chatEvents, type ScriptedAnswer } from './chat-reply.js';
import type { MockRequest } from './mock-request.js';
import { answeredRequest, wantsStream } from './prompt-text.js';
import { responseEvents, responseObject } from './responses-reply.js';
import type { Answer, BodyEnding, BodyStep, Fault, RawAnswer, ReplyInit, ScriptedReply } from './scripted-reply.js';
import type { TransportFault } from './transport-fault.js';

/** Fields of an error body; `message` has a default, the others are `null` unless given. */
export interface ErrorFields {
  readonly message?: string;
  readonly type?: string | null;
  readonly code?: string | number | null;
  readonly param?: string | null;
}

const SSE_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
const PAGE =
  '<!doctype html><html><head><title>Sign in</title></head><body><h1>Welcome to the network</h1></body></html>';

/** The replies a script is written in. Every one takes a last argument with status, headers, timing and how its body ends. */
export const reply = {
  /** Any JSON value. */
  json(value: unknown, init: ReplyInit = {}): Answer {
    return answer([JSON.stringify(value)], { 'content-type': 'application/json' }, init);
  },
  /** A model's answer to `/chat/completions` or `/responses`, streamed when the request asked for a stream. Text alone will do. */
  chat(content: string | ScriptedAnswer = {}, init: ReplyInit = {}): (request: MockRequest) => Answer {
    const scripted: ScriptedAnswer = typeof content === 'string' ? { text: content } : content;
    return (request) => {
      const asked = answeredRequest(request);
      const isResponses = request.path.endsWith('/responses');
      if (wantsStream(request)) return reply.stream((isResponses ? responseEvents : chatEvents)(scripted, asked), init);
      return reply.json((isResponses ? responseObject : chatCompletion)(scripted, asked), init);
    };
  },
  /** An error in OpenAI's shape: `reply.error(429, { code: 'rate_limit_exceeded' })`. Give 200 for an error body under a success status. */
  error(status: number, fields: ErrorFields = {}, init: Omit<ReplyInit, 'status'> = {}): Answer {
    const error = { message: `The provider answered ${status}.`, type: null, param: null, code: null, ...fields };
    return reply.json({ error }, { ...init, status });
  },
  /** An event stream from pieces written with `sse`. It is sent as a stream whatever the request asked for. */
  stream(steps: readonly BodyStep[], init: ReplyInit = {}): Answer {
    return answer(steps, SSE_HEADERS, init);
  },
  /** Any text. @param init.headers give `content-type` for anything but plain text */
  text(text: string, init: ReplyInit = {}): Answer {
    return answer([text], { 'content-type': 'text/plain; charset=utf-8' }, init);
  },
  /** A web page, as captive portals and proxies send under status 200. */
  html(page: string = PAGE, init: ReplyInit = {}): Answer {
    return answer([page], { 'content-type': 'text/html; charset=utf-8' }, init);
  },
  /** Bytes of any content type. */
  bytes(bytes: Uint8Array, contentType = 'application/octet-stream', init: ReplyInit = {}): Answer {
    return answer([bytes], { 'content-type': contentType }, init);
  },
  /** No body, under a JSON content type. */
  empty(init: ReplyInit = {}): Answer {
    return answer([], { 'content-type': 'application/json' }, init);
  },
  /** JSON that breaks off in the middle although HTTP says it is complete. */
  brokenJson(init: ReplyInit = {}): Answer {
    return answer(['{"id":"chatcmpl-mock","choices":[{"mess'], { 'content-type': 'application/json' }, init);
  },
  /** A body that claims to be gzip and is not. */
  brokenGzip(init: ReplyInit = {}): Answer {
    return answer(['{"id":"chatcmpl-mock"}'], { 'content-type': 'application/json', 'content-encoding': 'gzip' }, init);
  },
  /** A redirect. */
  redirect(location: string, status: 301 | 302 | 303 | 307 | 308 = 307): Answer {
    return answer([], { location }, { status });
  },
  /** Nobody listens: `ECONNREFUSED`. (A listening server resets the connection instead; `provider.refuse()` makes it refuse.) */
  refused: (init?: FaultInit) => fault('refused', init),
  /** The host name does not exist: `ENOTFOUND`, or `EAI_AGAIN` with `{ temporary: true }`. Scripted `fetch` only. */
  dnsFailure: (init?: FaultInit & { readonly temporary?: boolean }) =>
    fault(init?.temporary ? 'dns_temporary' : 'dns_not_found', init),
  /** The connection is never established: `UND_ERR_CONNECT_TIMEOUT`. Scripted `fetch` only. */
  connectTimeout: (init?: FaultInit) => fault('connect_timeout', init),
  /** The certificate is not acceptable, or the port does not speak TLS. Scripted `fetch` only. */
  tlsFailure: (reason: 'self_signed' | 'expired' | 'wrong_host' | 'plain_http' = 'self_signed', init?: FaultInit) =>
    fault(`tls_${reason}`, init),
  /** The connection is reset before the response headers: `ECONNRESET`. */
  reset: (init?: FaultInit) => fault('reset', init),
  /** The connection is closed before the response headers: `UND_ERR_SOCKET`. */
  closed: (init?: FaultInit) => fault('closed', init),
  /** Response headers never come; only the caller's own clock ends it. */
  hang: (init?: FaultInit) => fault('hang', init),
  /** Any fault by its name. */
  fault,
  /** Bytes written to the socket as they are, status line included (early hints, trailers, nonsense). Local server only. */
  raw(steps: readonly BodyStep[], init: { readonly ending?: BodyEnding; readonly latencyMs?: number } = {}): RawAnswer {
    return { kind: 'raw', steps, ending: init.ending ?? 'end', latencyMs: init.latencyMs ?? 0 };
  },
};

/** Timing of a fault. */
export interface FaultInit {
  /** Milliseconds before it happens. @default 0 */
  readonly latencyMs?: number;
}

function fault(name: TransportFault, init: FaultInit = {}): Fault {
  return { kind: 'fault', fault: name, latencyMs: init.latencyMs ?? 0 };
}

function answer(content: readonly BodyStep[], headers: Record<string, string>, init: ReplyInit): Answer {
  return {
    kind: 'answer',
    status: init.status ?? 200,
    headers: { ...headers, ...init.headers },
    latencyMs: init.latencyMs ?? 0,
    body: compose(content, init),
    ending: init.ending ?? 'end',
  };
}

/** Whether a value is a spelled-out reply. */
export function isScriptedReply(value: unknown): value is ScriptedReply {
  return typeof value === 'object' && value !== null && 'kind' in value && 'latencyMs' in value;
}
