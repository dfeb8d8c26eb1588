import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { classifyConnection } from '../../src/domain/classify.js';

const NOT_SENT = { kind: 'unreachable', scope: 'endpoint', possiblyBilled: false, noResponse: true };
const LOST = { kind: 'unreachable', scope: 'endpoint', possiblyBilled: true, noResponse: true };
const PERMANENT = { ...NOT_SENT, permanent: true };
const SILENT = { kind: 'timeout', scope: 'endpoint', possiblyBilled: true, noResponse: true };
const NOT_HTTP = { kind: 'unreachable', scope: 'endpoint', possiblyBilled: true, noResponse: false };
const GARBLED = { kind: 'invalid_response', scope: 'target', possiblyBilled: true, noResponse: false };

const CODES: [string[], object][] = [
  [['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA', 'ESERVFAIL'], NOT_SENT],
  [['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'], NOT_SENT],
  [['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_CONNECT'], NOT_SENT],
  [['ERR_TLS_HANDSHAKE_TIMEOUT', 'UND_ERR_PRX_TLS', 'ConnectionRefused', 'FailedToOpenSocket'], NOT_SENT],
  [['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_INFO', 'ConnectionClosed'], LOST],
  [['ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ERR_HTTP2_STREAM_ERROR'], LOST],
  [['ERR_HTTP2_SESSION_ERROR', 'ERR_HTTP2_GOAWAY_SESSION'], LOST],
  [['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_ABORTED', 'ABORT_ERR'], SILENT],
  [['UND_ERR_HEADERS_OVERFLOW', 'ERR_HTTP2_ERROR', 'UND_ERR_RESPONSE_STATUS_CODE'], NOT_HTTP],
  [['HPE_INVALID_CONSTANT', 'HPE_HEADER_OVERFLOW', 'HPE_INVALID_HEADER_TOKEN'], NOT_HTTP],
  [['EPROTO', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'HOSTNAME_MISMATCH'], PERMANENT],
  [['INVALID_CA', 'INVALID_PURPOSE', 'PATH_LENGTH_EXCEEDED', 'CERT_HAS_EXPIRED', 'CRL_HAS_EXPIRED'], PERMANENT],
  [
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'ERROR_IN_CERT_NOT_AFTER_FIELD'],
    PERMANENT,
  ],
  [['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_OSSL_X'], PERMANENT],
  [['UND_ERR_INVALID_ARG', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED', 'UND_ERR_NOT_SUPPORTED'], PERMANENT],
  [['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'ERR_INVALID_URL', 'ERR_INVALID_CHAR', 'UNSUPPORTED_PROTOCOL'], PERMANENT],
  [['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE'], PERMANENT],
  [['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'Z_DATA_ERROR', 'Z_BUF_ERROR', 'ZSTD_error_x', 'ERR_BROTLI_X'], GARBLED],
  [['ERR__ERROR_FORMAT_PADDING_1', 'ERR_ZLIB_X'], GARBLED],
];

const wrapped = (code: string, more: object = {}) =>
  Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), { code, ...more }) });

async function failureOf(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing failed.');
}

describe('classifyConnection', () => {
  it.each(CODES.flatMap(([codes, expected]) => codes.map((code) => [code, expected] as const)))(
    'names %s',
    (code, expected) => {
      const named = classifyConnection(wrapped(code));
      expect(named).toEqual({ ...expected, code });
    },
  );

  it.each([
    [{ code: 'ECONNRESET', syscall: 'connect' }, false],
    [{ code: 'ETIMEDOUT', syscall: 'connect' }, false],
    [{ code: 'ETIMEDOUT', syscall: 'read' }, true],
    [
      {
        code: 'ECONNRESET',
        message: 'Client network socket disconnected before secure TLS connection was established',
      },
      false,
    ],
    [{ code: 'ECONNRESET', message: 'read ECONNRESET' }, true],
    [{ code: 'UND_ERR_HEADERS_TIMEOUT', syscall: 'connect' }, true],
  ])('a reset while connecting was not sent: %o', (error, possiblyBilled) => {
    expect(classifyConnection(error).possiblyBilled).toBe(possiblyBilled);
  });

  it('takes the nearest code it knows along the causes', () => {
    const chain = {
      code: 'UNHEARD_OF',
      cause: { message: 'x', cause: { code: 'ENOTFOUND', cause: { code: 'EPIPE' } } },
    };
    expect(classifyConnection(chain)).toMatchObject({ kind: 'unreachable', code: 'ENOTFOUND', possiblyBilled: false });
  });

  it('looks into the parts of an AggregateError, as a refused dual-stack host gives', () => {
    const parts = [
      Object.assign(new Error('connect ECONNREFUSED ::1'), { code: 'ECONNREFUSED' }),
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1'), { code: 'ECONNREFUSED' }),
    ];
    const error = Object.assign(new TypeError('fetch failed'), { cause: new AggregateError(parts) });
    expect(classifyConnection(error)).toEqual({ ...NOT_SENT, code: 'ECONNREFUSED' });
  });

  it.each([
    ['unexpected redirect', { kind: 'redirected', possiblyBilled: false, noResponse: false }],
    ['redirect count exceeded', { kind: 'redirected' }],
    ['Connect Timeout Error', NOT_SENT],
    ['connection refused', NOT_SENT],
    ['getaddrinfo failed', NOT_SENT],
    ['Request timed out.', SILENT],
    ['network timeout at', SILENT],
    ['operation time out', SILENT],
    ['self-signed certificate', PERMANENT],
    ['unable to verify the first certificate', PERMANENT],
    ['incorrect header check', GARBLED],
    ['Unexpected end of JSON input', GARBLED],
    ['Unexpected token < in JSON', GARBLED],
    ['terminated', LOST],
    ['', LOST],
  ])('reads the words "%s" where there is no code', (message, expected) => {
    const named = classifyConnection({ name: 'TypeError', message: 'fetch failed', cause: { message } });
    expect(named).toMatchObject(expected);
    expect(named.code).toBeUndefined();
  });

  it.each([
    [{ name: 'AbortError' }, 'timeout'],
    [{ name: 'TimeoutError' }, 'timeout'],
    [{ name: 'APIConnectionTimeoutError' }, 'timeout'],
    [{ name: 'SyntaxError' }, 'invalid_response'],
    [{}, 'unreachable'],
  ])('reads the name of %o', (error, kind) => {
    expect(classifyConnection(error).kind).toBe(kind);
  });

  it('reports a code it does not know, at most 128 characters of it', () => {
    expect(classifyConnection({ code: 'E_NEW', message: 'odd' })).toEqual({ ...LOST, code: 'E_NEW' });
    expect(classifyConnection({ code: 'E'.repeat(500) }).code).toHaveLength(128);
  });

  it('survives circles, long chains and odd values', () => {
    const circle: { cause?: unknown; errors?: unknown } = {};
    circle.cause = circle;
    circle.errors = [circle, null, 'text', 7];
    expect(classifyConnection(circle)).toMatchObject(LOST);
    let chain: object = { code: 'ENOTFOUND' };
    for (let i = 0; i < 15; i++) chain = { cause: chain };
    expect(classifyConnection(chain)).toMatchObject({ code: 'ENOTFOUND' });
    expect(classifyConnection({ cause: chain }).code).toBeUndefined();
    expect(classifyConnection({ code: 7 as unknown as string, message: 8 as unknown as string })).toMatchObject(LOST);
    expect(classifyConnection({ code: 'EPIPE', message: 8 as unknown as string })).toMatchObject(LOST);
    expect(classifyConnection(undefined as unknown as object)).toMatchObject(LOST);
  });
});

describe('what fetch really throws', () => {
  const listen = async (server: {
    listen(port: number, host: string, done: () => void): unknown;
    address(): unknown;
  }) => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return (server.address() as AddressInfo).port;
  };

  it('a refused port', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((done) => server.close(done));
    const error = await failureOf(() => fetch(`http://127.0.0.1:${port}/`));
    expect(classifyConnection(error)).toEqual({ ...NOT_SENT, code: 'ECONNREFUSED' });
  });

  it('a socket closed before the headers', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.destroy()));
    const port = await listen(server);
    const error = await failureOf(() => fetch(`http://127.0.0.1:${port}/`));
    expect(classifyConnection(error)).toMatchObject(LOST);
    server.close();
  });

  it('plain HTTP where TLS is expected', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const port = await listen(server);
    const error = await failureOf(() => fetch(`https://127.0.0.1:${port}/`));
    expect(classifyConnection(error)).toMatchObject(PERMANENT);
    server.close();
  });

  it('something that is not HTTP', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.end('SSH-2.0-x\r\n')));
    const port = await listen(server);
    const error = await failureOf(() => fetch(`http://127.0.0.1:${port}/`));
    expect(classifyConnection(error)).toMatchObject(NOT_HTTP);
    server.close();
  });

  it('plain text under content-encoding gzip, and a cut body', async () => {
    const server = createHttpServer((request, response) => {
      if (request.url === '/plain') response.setHeader('content-encoding', 'gzip').end('plain');
      else {
        response.writeHead(200, { 'content-length': 1000 });
        response.write(gzipSync('x'), () => response.destroy());
      }
    });
    const port = await listen(server);
    const read = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    expect(classifyConnection(await failureOf(() => read('/plain')))).toMatchObject(GARBLED);
    expect(classifyConnection(await failureOf(() => read('/cut')))).toMatchObject(LOST);
    server.closeAllConnections();
    server.close();
  });
});
