import type { Stream } from 'openai/streaming';
import type { MockRequest } from '../../src/testing.js';

/** An error as a caller can see it, without its stack. */
export interface ErrorView {
  readonly class: string;
  readonly name: unknown;
  readonly message: unknown;
  readonly status?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly param?: unknown;
  /** Of an interrupted stream: why, and what had been received. */
  readonly reason?: unknown;
  readonly partial?: unknown;
  readonly retryAfterMs?: unknown;
  readonly requestID?: unknown;
  readonly error?: unknown;
  readonly headers?: unknown;
  readonly keys: readonly string[];
  readonly cause?: ErrorView | { readonly value: unknown } | undefined;
}

/** A request as the far end saw it. */
export interface RequestView {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Everything that can be told apart about one call. */
export interface Observation {
  /** Requests that reached the far end. */
  readonly attempts: number;
  readonly requests: readonly RequestView[];
  /** Time between the starts of two requests, in milliseconds. */
  readonly gapsMs: readonly number[];
  /** From the call until its caller had everything, in milliseconds; absent when that never came. */
  readonly tookMs?: number;
  readonly ending: 'returned' | 'threw' | 'pending';
  /** What the awaited call gave; a stream says `'stream'`. */
  readonly valueType?: string;
  readonly value?: unknown;
  readonly requestId?: unknown;
  readonly chunks?: readonly unknown[];
  /** Content of all chunks. */
  readonly text?: string;
  readonly error?: ErrorView;
}

/** What the caller of one call got. */
export type Seen = Pick<Observation, 'ending' | 'value' | 'valueType' | 'requestId' | 'chunks' | 'text' | 'error'>;

/** Runs `call`, reads what it gives to the end, and notes both. */
export async function observe(call: () => Promise<unknown>): Promise<Seen> {
  const seen: { chunks?: unknown[]; text?: string; value?: unknown; valueType?: string; requestId?: unknown } = {};
  try {
    const value = await call();
    if (isStream(value)) {
      seen.valueType = 'stream';
      seen.chunks = [];
      seen.text = '';
      for await (const chunk of value) {
        seen.chunks.push(structuredClone(chunk));
        seen.text += contentOf(chunk);
      }
    } else {
      seen.valueType = value === null ? 'null' : typeof value;
      seen.value = value;
      if (typeof value === 'object' && value !== null) {
        seen.requestId = (value as { _request_id?: unknown })._request_id;
        seen.text = contentOf(value);
      }
    }
    return { ending: 'returned', ...seen };
  } catch (error) {
    return { ending: 'threw', ...seen, error: viewError(error) };
  }
}

function isStream(value: unknown): value is Stream<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'controller' in value;
}

/** The text in a chat chunk, a completion, or a text delta of the Responses API. */
function contentOf(value: unknown): string {
  const fields = value as {
    type?: string;
    delta?: unknown;
    choices?: readonly { delta?: { content?: string | null }; message?: { content?: string | null } }[];
  };
  if (fields?.type === 'response.output_text.delta') return String(fields.delta);
  const [choice] = Array.isArray(fields?.choices) ? fields.choices : [];
  return choice?.delta?.content ?? choice?.message?.content ?? '';
}

/** What can be compared of an error, its chain of causes included. */
function viewError(error: unknown, depth = 0): ErrorView {
  const fields = error as Record<string, unknown> & Error;
  const { cause } = fields;
  return {
    class: fields?.constructor?.name ?? typeof error,
    name: fields?.name,
    message: fields?.message,
    status: fields?.['status'],
    code: fields?.['code'],
    type: fields?.['type'],
    param: fields?.['param'],
    reason: fields?.['reason'],
    partial: fields?.['partial'],
    retryAfterMs: fields?.['retryAfterMs'],
    requestID: fields?.['requestID'],
    error: fields?.['error'],
    headers: fields?.['headers'] instanceof Headers ? headersView(fields['headers']) : fields?.['headers'],
    keys: Object.keys(fields ?? {}).sort(),
    cause:
      cause === undefined || depth > 3
        ? undefined
        : cause instanceof Error
          ? viewError(cause, depth + 1)
          : { value: cause },
  };
}

/** Without what the connection and the clock of the far end add. */
function headersView(headers: Headers): Readonly<Record<string, string>> {
  return Object.fromEntries([...headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name)));
}

/** Headers that the transport adds or that name the connection; they say nothing about the client. */
const TRANSPORT_HEADERS = [
  'host',
  'connection',
  'content-length',
  'sec-fetch-mode',
  'accept-language',
  'accept-encoding',
  'transfer-encoding',
];

export function viewRequest({ method, path, query, headers, bytes }: MockRequest): RequestView {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !TRANSPORT_HEADERS.includes(name)));
  return { method, path, query: query.toString(), headers: kept, body: new TextDecoder().decode(bytes) };
}

export function gapsOf(requests: readonly MockRequest[]): number[] {
  return requests
    .slice(1)
    .map((request, index) => Math.round((request.at - (requests[index] as MockRequest).at) * 10) / 10);
}
