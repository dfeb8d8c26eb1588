import type { FailureScope } from './classify-rule.js';
import type { Failure, FailureKind } from './outcome.js';

/** An error of `fetch` or of reading a body, with whatever it wraps. */
export interface ConnectionError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly cause?: unknown;
}

/** The name of a failure without a usable answer. */
export type ConnectionClassification = Pick<
  Failure,
  'kind' | 'code' | 'possiblyBilled' | 'permanent' | 'noResponse'
> & { readonly scope: FailureScope };

interface Row {
  readonly kind: FailureKind;
  /** Whether the request may have reached the provider. */
  readonly billed: boolean;
  readonly permanent?: true;
  /** Something came back, only not a usable answer. */
  readonly answered?: true;
}

const NOT_SENT: Row = { kind: 'unreachable', billed: false };
const LOST: Row = { kind: 'unreachable', billed: true };
const TLS: Row = { kind: 'unreachable', billed: false, permanent: true };
const MISUSE: Row = { kind: 'unreachable', billed: false, permanent: true };
const NOT_HTTP: Row = { kind: 'unreachable', billed: true, answered: true };
const SILENT: Row = { kind: 'timeout', billed: true };
const GARBLED: Row = { kind: 'invalid_response', billed: true, answered: true };

/** Codes of Node, undici, OpenSSL names without a family, and Bun. */
const CODES: ReadonlyMap<string, Row> = new Map([
  ...rows(NOT_SENT, ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA', 'ESERVFAIL']),
  ...rows(NOT_SENT, [
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EHOSTDOWN',
    'ENETDOWN',
    'EADDRNOTAVAIL',
    'EACCES',
    'EPERM',
    'EMFILE',
    'ENFILE',
  ]),
  ...rows(NOT_SENT, [
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_CONNECT',
    'ERR_TLS_HANDSHAKE_TIMEOUT',
    'UND_ERR_PRX_TLS',
    'ConnectionRefused',
    'FailedToOpenSocket',
  ]),
  ...rows(LOST, [
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
    'UND_ERR_SOCKET',
    'UND_ERR_INFO',
    'ERR_STREAM_PREMATURE_CLOSE',
    'ConnectionClosed',
  ]),
  ...rows(LOST, [
    'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    'ERR_HTTP2_STREAM_ERROR',
    'ERR_HTTP2_SESSION_ERROR',
    'ERR_HTTP2_GOAWAY_SESSION',
  ]),
  ...rows(SILENT, ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_ABORTED', 'ABORT_ERR']),
  ...rows(NOT_HTTP, ['UND_ERR_HEADERS_OVERFLOW', 'ERR_HTTP2_ERROR', 'UND_ERR_RESPONSE_STATUS_CODE']),
  ...rows(TLS, [
    'EPROTO',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'HOSTNAME_MISMATCH',
    'INVALID_CA',
    'INVALID_PURPOSE',
    'PATH_LENGTH_EXCEEDED',
  ]),
  ...rows(MISUSE, [
    'UND_ERR_INVALID_ARG',
    'UND_ERR_CLOSED',
    'UND_ERR_DESTROYED',
    'UND_ERR_NOT_SUPPORTED',
    'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
    'ERR_INVALID_URL',
  ]),
  ...rows(MISUSE, ['ERR_INVALID_CHAR', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE', 'UNSUPPORTED_PROTOCOL']),
  ...rows(GARBLED, ['UND_ERR_RES_EXCEEDED_MAX_SIZE']),
]);

/** Families of codes. */
const FAMILIES: readonly (readonly [prefix: string, row: Row])[] = [
  ['CERT_', TLS],
  ['CRL_', TLS],
  ['UNABLE_TO_', TLS],
  ['ERROR_IN_C', TLS],
  ['ERR_TLS_', TLS],
  ['ERR_SSL_', TLS],
  ['ERR_OSSL_', TLS],
  ['HPE_', NOT_HTTP],
  ['Z_', GARBLED],
  ['ZSTD_', GARBLED],
  ['ERR_BROTLI_', GARBLED],
  ['ERR__ERROR_', GARBLED],
  ['ERR_ZLIB_', GARBLED],
];

/** A cause chain longer than this is a circle. */
const MAX_ERRORS = 16;

/**
 * Names a failure to get an answer: walks the error, its causes and the parts of an `AggregateError` to the first code it knows.
 * Without one, the words decide, and the request counts as possibly billed, since it may have arrived.
 */
export function classifyConnection(error: ConnectionError): ConnectionClassification {
  const errors = unfold(error);
  for (const item of errors) {
    const code = typeof item.code === 'string' ? item.code : undefined;
    const row =
      code === undefined ? undefined : (CODES.get(code) ?? FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1]);
    if (row !== undefined) return describe(connecting(row, item), code);
  }
  const words = errors.map((item) => `${item.name ?? ''} ${item.message ?? ''}`.slice(0, 512).toLowerCase());
  const row = WORDS.find(([pieces]) => words.some((text) => pieces.some((piece) => text.includes(piece))))?.[1];
  return describe(
    row ?? LOST,
    errors.map((item) => item.code).find((code) => typeof code === 'string'),
  );
}

/** For fetches of other makers and older runtimes, which give no codes. */
const WORDS: readonly (readonly [pieces: readonly string[], row: Row])[] = [
  [
    ['unexpected redirect', 'redirect count exceeded', 'redirect mode'],
    { kind: 'redirected', billed: false, answered: true },
  ],
  [['connect timeout', 'connection refused', 'getaddrinfo', 'dns '], NOT_SENT],
  [['timed out', 'timedout', 'timeout', 'time out', 'aborterror', 'apiconnectiontimeouterror'], SILENT],
  [['self-signed', 'self signed', 'certificate'], TLS],
  // What undici throws for an unknown protocol has no code.
  [['httpparsererror'], NOT_HTTP],
  [['syntaxerror', 'unexpected token', 'unexpected end of json', 'incorrect header check', 'invalid utf-8'], GARBLED],
];

/** A reset or a timeout while connecting is harmless: nothing had been sent. */
function connecting(row: Row, error: ConnectionError & { syscall?: unknown }): Row {
  if (row !== LOST) return row;
  const { syscall, message } = error;
  const handshake = typeof message === 'string' && message.includes('before secure TLS connection');
  return syscall === 'connect' || handshake ? NOT_SENT : row;
}

function describe(row: Row, code: string | undefined): ConnectionClassification {
  return {
    kind: row.kind,
    scope: row.kind === 'invalid_response' ? 'target' : 'endpoint',
    code: code?.slice(0, 128),
    possiblyBilled: row.billed,
    ...(row.permanent && { permanent: true }),
    noResponse: row.answered !== true,
  };
}

function rows(row: Row, codes: readonly string[]): [string, Row][] {
  return codes.map((code) => [code, row]);
}

/** The error and everything below it, nearest first. */
function unfold(error: unknown): (ConnectionError & { syscall?: unknown })[] {
  const found: object[] = [];
  const queue: unknown[] = [error];
  while (queue.length > 0 && found.length < MAX_ERRORS) {
    const item = queue.shift();
    if (typeof item !== 'object' || item === null || found.includes(item)) continue;
    found.push(item);
    const { cause, errors } = item as { cause?: unknown; errors?: unknown };
    queue.push(cause);
    if (Array.isArray(errors)) queue.push(...errors.slice(0, MAX_ERRORS));
  }
  return found;
}
