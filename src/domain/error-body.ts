/** What an error body says about itself, whatever shape a provider gave it. */
export interface ErrorBody {
  /** The provider's `code` as sent (numbers as text), at most 128 characters. */
  readonly code?: string | undefined;
  /** The provider's `type` as sent, at most 128 characters. */
  readonly type?: string | undefined;
  /** An HTTP error status written inside the body (OpenRouter's and vLLM's numeric `code`), 400 to 599. */
  readonly status?: number | undefined;
  /**
   * Every identifier found (code, type, gRPC status, inner code, limit source), in lower case. `A.B` and `a:b` are there whole and
   * as what stands before the separator, so that one row of a table covers a family of codes.
   */
  readonly names: ReadonlySet<string>;
  /** Every human-readable message found, in lower case, at most 4,096 characters; empty for web pages. */
  readonly text: string;
  /** Fields that tell how long to wait, as sent: `retryDelay`, `retry_after`, `x-ratelimit-reset`, ... (keys in lower case). */
  readonly hints: ReadonlyMap<string, string | number>;
}

const MAX_TEXT = 4096;
const MAX_NAME = 128;
const MAX_NAMES = 48;
const MAX_DEPTH = 6;
const MAX_ITEMS = 4;
/** Text that claims to be JSON is parsed up to this length only. */
const MAX_NESTED_JSON = 16_384;

/** Read in this order: the first `code` and the first `type` found are the ones reported. */
const NAME_KEYS = [
  'code',
  'type',
  'status',
  'error_code',
  'errorCode',
  'error_type',
  'status_code',
  'statusCode',
  'reason',
  '__type',
  'limit_source',
  'quotaId',
];
const TEXT_KEYS = [
  'message',
  'msg',
  'error_msg',
  'error_message',
  'errorMessage',
  'status_msg',
  'error_description',
  'raw',
];
const NESTED_KEYS = [
  'errors',
  'detail',
  'details',
  'innererror',
  'inner_error',
  'base_resp',
  'metadata',
  'availability',
  'violations',
  'headers',
];
const HINT_KEYS = new Set([
  'retrydelay',
  'retry_after',
  'retryafter',
  'retry_after_seconds',
  'retry_after_ms',
  'resets_at',
  'resets_in_seconds',
  'estimated_time',
  'retry-after',
  'x-ratelimit-reset',
]);
const STATUS_KEYS = new Set(['code', 'status', 'status_code', 'statusCode', 'error_code', 'errorCode']);

interface Findings {
  code: string | undefined;
  type: string | undefined;
  status: number | undefined;
  names: Set<string>;
  text: string;
  hints: Map<string, string | number>;
}

/**
 * Reads the shapes that OpenAI-compatible providers use: `{ error: {...} }`, flat `{ code, message }`, `{ error: 'text' }`, bare
 * strings, arrays (Gemini), `{ detail }`, `{ errors: [] }`, `{ base_resp }`, an upstream's own error inside `metadata.raw`.
 * Only known fields are looked at, so the echo of a prompt elsewhere in the body never counts; work is bounded whatever the size.
 *
 * @param error what the SDK left in `APIError.error`, or a parsed body
 * @param message the error's message; read only where `error` says nothing
 */
export function readErrorBody(error: unknown, message = ''): ErrorBody {
  const found: Findings = {
    code: undefined,
    type: undefined,
    status: undefined,
    names: new Set(),
    text: '',
    hints: new Map(),
  };
  visit(found, error, 0, '');
  if (found.text === '') addText(found, stripStatus(message), 0);
  return { ...found, text: found.text.toLowerCase() };
}

function visit(found: Findings, value: unknown, depth: number, prefix: string): void {
  if (depth > MAX_DEPTH || value === null || value === undefined) return;
  if (typeof value === 'string') addText(found, value, depth);
  if (typeof value !== 'object') return;
  if (Array.isArray(value)) {
    for (const item of value.slice(0, MAX_ITEMS)) visit(found, item, depth + 1, prefix);
    return;
  }
  const body = value as Record<string, unknown>;
  // The innermost error speaks first: routers wrap the upstream's words in their own.
  visit(found, body['error'], depth + 1, prefix);
  visit(found, field(body['response'], 'error'), depth + 1, prefix);
  visit(found, field(Array.isArray(body['choices']) ? body['choices'][0] : undefined, 'error'), depth + 1, prefix);
  for (const key of NAME_KEYS) addName(found, key, body[key], prefix);
  for (const key of TEXT_KEYS) visit(found, body[key], depth + 1, prefix);
  for (const key of Object.keys(body).slice(0, 64)) addHint(found, key, body[key]);
  for (const key of NESTED_KEYS) visit(found, body[key], depth + 1, key === 'base_resp' ? 'base_resp.' : prefix);
}

function addName(found: Findings, key: string, value: unknown, prefix: string): void {
  if ((typeof value !== 'string' && typeof value !== 'number') || value === '') return;
  const name = String(value).slice(0, MAX_NAME);
  if (key === 'type') found.type ??= name;
  else if (STATUS_KEYS.has(key) && key !== 'status') found.code ??= name;
  const status = STATUS_KEYS.has(key) && prefix === '' ? Number(name) : Number.NaN;
  if (Number.isInteger(status) && status >= 400 && status <= 599) found.status ??= status;
  if (found.names.size >= MAX_NAMES) return;
  const lower = prefix + name.toLowerCase();
  found.names.add(lower);
  const head = lower.slice(prefix.length).search(/[.:#]/);
  if (head > 0) found.names.add(lower.slice(0, prefix.length + head));
  // AWS writes `namespace#Name`; xAI writes a sentence where others write a code.
  if (lower.includes('#')) found.names.add(lower.slice(lower.indexOf('#') + 1));
  if (name.includes(' ')) addText(found, name, MAX_DEPTH);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function addHint(found: Findings, key: string, value: unknown): void {
  const lower = key.toLowerCase();
  if ((typeof value === 'string' || typeof value === 'number') && HINT_KEYS.has(lower) && !found.hints.has(lower))
    found.hints.set(lower, value);
}

function addText(found: Findings, value: string, depth: number): void {
  const text = value.slice(0, MAX_NESTED_JSON).trimStart();
  // A web page says what its status says; its prose would only mislead.
  if (text === '' || /^<[!?a-z]/i.test(text)) return;
  if ((text.startsWith('{') || text.startsWith('[') || text.startsWith('"')) && value.length <= MAX_NESTED_JSON) {
    const parsed = parseJson(text);
    if (parsed !== undefined) {
      visit(found, parsed, depth + 1, '');
      return;
    }
  }
  const room = MAX_TEXT - found.text.length;
  if (room > 1) found.text += (found.text === '' ? '' : '\n') + text.slice(0, room - 1);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The SDK puts the status before the body's text, and a sentence of its own where there was no body. */
function stripStatus(message: string): string {
  const text = /^\d{3} /.test(message) ? message.slice(4) : message;
  return text === 'status code (no body)' || text === '(no status code or body)' ? '' : text;
}
