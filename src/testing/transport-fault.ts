/**
 * The faults that leave a request without response headers, with the errors that Node's `fetch` throws for them
 * (shapes recorded on Node 24.21; `cause.code` is what programs look at).
 */
export type TransportFault =
  | 'refused'
  | 'dns_not_found'
  | 'dns_temporary'
  | 'connect_timeout'
  | 'tls_self_signed'
  | 'tls_expired'
  | 'tls_wrong_host'
  | 'tls_plain_http'
  | 'reset'
  | 'closed'
  | 'headers_overflow'
  | 'malformed_head'
  | 'headers_timeout'
  | 'drip_headers'
  | 'hang';

type Cause = { readonly name?: string; readonly message: string } & Record<string, unknown>;

/** What a fault looks like from the caller's side. `undefined`: nothing ever happens, only the caller's own clock ends it. */
const CAUSES: Record<TransportFault, ((url: URL) => Cause) | undefined> = {
  refused: (url) => ({
    message: `connect ECONNREFUSED ${url.hostname}:${port(url)}`,
    errno: -111,
    code: 'ECONNREFUSED',
    syscall: 'connect',
    address: url.hostname,
    port: port(url),
  }),
  dns_not_found: (url) => dns('ENOTFOUND', -3008, url),
  dns_temporary: (url) => dns('EAI_AGAIN', -3001, url),
  connect_timeout: (url) => ({
    name: 'ConnectTimeoutError',
    message: `Connect Timeout Error (attempted address: ${url.hostname}:${port(url)}, timeout: 10000ms)`,
    code: 'UND_ERR_CONNECT_TIMEOUT',
  }),
  tls_self_signed: () => ({ message: 'self-signed certificate', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
  tls_expired: () => ({ message: 'certificate has expired', code: 'CERT_HAS_EXPIRED' }),
  tls_wrong_host: (url) => ({
    message: `Hostname/IP does not match certificate's altnames: Host: ${url.hostname}. is not in the cert's altnames: DNS:elsewhere.test`,
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    host: url.hostname,
  }),
  tls_plain_http: () => ({
    message: 'error:0A00010B:SSL routines:tls_validate_record_header:wrong version number',
    library: 'SSL routines',
    reason: 'wrong version number',
    code: 'ERR_SSL_WRONG_VERSION_NUMBER',
  }),
  reset: () => CONNECTION_RESET,
  closed: () => OTHER_SIDE_CLOSED,
  headers_overflow: () => ({
    name: 'HeadersOverflowError',
    message: 'Headers Overflow Error',
    code: 'UND_ERR_HEADERS_OVERFLOW',
  }),
  malformed_head: () => ({
    name: 'HTTPParserError',
    message: 'Response does not match the HTTP/1.1 protocol (Expected HTTP/, RTSP/ or ICE/)',
    code: undefined,
  }),
  headers_timeout: () => ({
    name: 'HeadersTimeoutError',
    message: 'Headers Timeout Error',
    code: 'UND_ERR_HEADERS_TIMEOUT',
  }),
  drip_headers: undefined,
  hang: undefined,
};

const CONNECTION_RESET: Cause = { message: 'read ECONNRESET', errno: -104, code: 'ECONNRESET', syscall: 'read' };
const OTHER_SIDE_CLOSED: Cause = {
  name: 'SocketError',
  message: 'other side closed',
  code: 'UND_ERR_SOCKET',
  socket: {},
};

/** The error that `fetch` rejects with for a fault before the headers, or `undefined` when it never settles by itself. */
export function fetchFailure(fault: TransportFault, url: string): TypeError | undefined {
  const cause = CAUSES[fault]?.(new URL(url));
  return cause && new TypeError('fetch failed', { cause: toError(cause) });
}

/** The error that reading a body rejects with when the connection is closed (`'cut'`) or reset under it. */
export function bodyFailure(ending: 'cut' | 'reset'): TypeError {
  return new TypeError('terminated', { cause: toError(ending === 'cut' ? OTHER_SIDE_CLOSED : CONNECTION_RESET) });
}

function toError({ message, ...fields }: Cause): Error {
  return Object.assign(new Error(message), fields);
}

function port(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function dns(code: string, errno: number, url: URL): Cause {
  return {
    message: `getaddrinfo ${code} ${url.hostname}`,
    errno,
    code,
    syscall: 'getaddrinfo',
    hostname: url.hostname,
  };
}
