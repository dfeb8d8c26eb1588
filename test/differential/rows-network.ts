/** Faults of the network: nothing comes back, or the connection breaks while the answer is on its way. */
import { reply, sse } from '../../src/testing.js';
import { differs, MOVES, type Row } from './row.js';
import { BACKOFF_MS } from './virtual-time.js';

const [FIRST = 0, SECOND = 0] = BACKOFF_MS;
/** Long enough that a busy machine gets a request to the far end before it passes. */
const TIMEOUT_MS = 1000;

/** Three tries with the SDK's own waits, then a connection error with this cause. */
const connectionError = (cause: object) => ({
  attempts: 3,
  gapsMs: [FIRST, SECOND],
  ending: 'threw' as const,
  error: {
    class: 'APIConnectionError',
    message: 'Connection error.',
    cause: { class: 'TypeError', message: 'fetch failed', cause },
  },
});
/** As many tries as `timeout` and the waits between them allow. */
const timeoutError = (timeout: number) => ({
  attempts: 3,
  gapsMs: [timeout + FIRST, timeout + SECOND],
  ending: 'threw' as const,
  error: { class: 'APIConnectionTimeoutError', message: 'Request timed out.' },
});
const always = (what: object) => [{ reply: what as never }];
const cutJson = (ending: 'cut' | 'reset') =>
  reply.json({ id: 'chatcmpl-1', choices: [] }, { deliver: { bytes: 12 }, ending });
const brokenBody = (code: string) => ({
  sdk: { attempts: 1, error: { class: 'TypeError', message: 'terminated', cause: { code } } },
  gateway: differs('body_broken', {
    attempts: 3,
    gapsMs: [FIRST, SECOND],
    error: { class: 'APIConnectionError', cause: { class: 'TypeError', message: 'terminated', cause: { code } } },
  }),
});
/** A certificate does not get better by asking again. */
const untrusted = (code: string) => ({
  sdk: connectionError({ code }),
  gateway: differs('tls', { ...connectionError({ code }), attempts: 1, gapsMs: [] }),
});

export const NETWORK_ROWS: readonly Row[] = [
  {
    id: 'F001',
    name: 'the host name does not exist',
    on: 'fetch',
    script: always(reply.dnsFailure()),
    sdk: connectionError({ code: 'ENOTFOUND' }),
    gateway: 'same',
    backup: MOVES,
  },
  {
    id: 'F002',
    name: 'the name server fails once',
    on: 'fetch',
    script: [reply.dnsFailure({ temporary: true }), reply.chat('ok')],
    sdk: { attempts: 2, gapsMs: [FIRST], ending: 'returned', text: 'ok' },
    gateway: 'same',
    backup: MOVES,
  },
  {
    id: 'F003',
    name: 'the connection is refused',
    on: 'fetch',
    script: always(reply.refused()),
    sdk: connectionError({ code: 'ECONNREFUSED' }),
    gateway: 'same',
    backup: MOVES,
  },
  {
    id: 'F004',
    name: 'the connection is reset before the headers',
    script: always(reply.reset()),
    sdk: connectionError({ code: 'ECONNRESET' }),
    gateway: 'same',
    backup: MOVES,
  },
  {
    id: 'F005',
    name: 'the connection is closed before the headers',
    script: always(reply.closed()),
    sdk: connectionError({ code: 'UND_ERR_SOCKET' }),
    gateway: 'same',
    backup: MOVES,
  },
  {
    id: 'F007',
    name: 'the connection is reset inside the body',
    kinds: ['json'],
    script: always(cutJson('reset')),
    ...brokenBody('ECONNRESET'),
    backup: MOVES,
  },
  {
    id: 'F009',
    name: 'the connection is closed inside the body',
    kinds: ['json'],
    script: always(cutJson('cut')),
    ...brokenBody('UND_ERR_SOCKET'),
    backup: MOVES,
  },
  {
    id: 'F010',
    name: 'the headers never arrive',
    client: { timeout: TIMEOUT_MS },
    script: always(reply.hang()),
    sdk: timeoutError(TIMEOUT_MS),
    gateway: 'same',
    backup: { ...MOVES, afterMs: TIMEOUT_MS },
  },
  {
    id: 'F011',
    name: 'the headers drip in byte by byte and never end',
    client: { timeout: TIMEOUT_MS },
    script: always(reply.fault('drip_headers')),
    sdk: timeoutError(TIMEOUT_MS),
    gateway: 'same',
    backup: { ...MOVES, afterMs: TIMEOUT_MS },
  },
  {
    id: 'F012',
    name: 'the body stalls after the headers',
    kinds: ['json'],
    client: { timeout: TIMEOUT_MS },
    script: always(reply.json({ id: 'x' }, { deliver: { bytes: 4 }, ending: 'stall' })),
    sdk: timeoutError(TIMEOUT_MS),
    gateway: 'same',
    backup: { ...MOVES, afterMs: TIMEOUT_MS },
  },
  {
    id: 'F014a',
    name: 'the certificate is self-signed',
    on: 'fetch',
    script: always(reply.tlsFailure('self_signed')),
    ...untrusted('DEPTH_ZERO_SELF_SIGNED_CERT'),
    backup: MOVES,
  },
  {
    id: 'F014b',
    name: 'the certificate has expired',
    on: 'fetch',
    script: always(reply.tlsFailure('expired')),
    ...untrusted('CERT_HAS_EXPIRED'),
    backup: MOVES,
  },
  {
    id: 'F014c',
    name: 'the certificate is for another host',
    on: 'fetch',
    script: always(reply.tlsFailure('wrong_host')),
    ...untrusted('ERR_TLS_CERT_ALTNAME_INVALID'),
    backup: MOVES,
  },
  {
    id: 'F015',
    name: 'plain HTTP is spoken where TLS is expected',
    on: 'fetch',
    script: always(reply.tlsFailure('plain_http')),
    ...untrusted('ERR_SSL_WRONG_VERSION_NUMBER'),
    backup: MOVES,
  },
  {
    id: 'F016',
    name: 'the connection is never established',
    on: 'fetch',
    script: always(reply.connectTimeout({ latencyMs: 100 })),
    sdk: {
      ...timeoutError(100),
      error: { class: 'APIConnectionTimeoutError', cause: { cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } } },
    },
    gateway: 'same',
    backup: { ...MOVES, afterMs: 100 },
  },
  {
    id: 'F056',
    name: 'the response headers are larger than the client reads',
    script: always(reply.fault('headers_overflow')),
    sdk: connectionError({ code: 'UND_ERR_HEADERS_OVERFLOW' }),
    gateway: 'same',
    backup: MOVES,
  },
  {
    id: 'F015b',
    name: 'something that is no HTTP answers',
    script: always(reply.fault('malformed_head')),
    sdk: connectionError({ name: 'HTTPParserError' }),
    gateway: 'same',
    backup: MOVES,
  },
  {
    id: 'F018',
    name: 'every answer closes its connection',
    script: [{ reply: reply.chat('ok', { headers: { connection: 'close' } }) }],
    sdk: { attempts: 1, ending: 'returned', text: 'ok' },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { text: 'ok' } },
  },
  {
    id: 'F020',
    name: 'an answer arrives late and in pieces',
    kinds: ['stream'],
    script: [
      reply.stream(
        [
          sse.wait(20),
          ...['{"choices":[{"index":0,"delta":{"content":"ok"},"finish_reason":"stop"}]}'].map(
            (data) => `data: ${data}\n\n`,
          ),
          sse.done(),
        ],
        { segments: 7, latencyMs: 30 },
      ),
    ],
    sdk: { attempts: 1, ending: 'returned', text: 'ok' },
    gateway: 'same',
    backup: { first: 1, second: 0, caller: { text: 'ok' } },
  },
];
