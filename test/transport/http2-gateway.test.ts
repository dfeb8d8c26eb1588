/** Whole calls over HTTP/2: whatever goes wrong is met as it is over HTTP/1.1. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, type Http2ServerResponse } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { OpenAI } from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { gatewayInfo } from '../../src/call-info.js';
import { createGatewayClient } from '../../src/create-gateway-client.js';
import type { GatewayOptions } from '../../src/options/options.js';
import { trustedCertificate } from './certificate.js';
import { type SecureLoopback, type Serve, startSecure } from './secure-loopback.js';

type Client = OpenAI & { gateway: { prewarm(): Promise<void>; close(options?: object): Promise<void> } };

const certificate = trustedCertificate();
const JSON_TYPE = { 'content-type': 'application/json' };
const EVENTS = { 'content-type': 'text/event-stream' };
const MESSAGES = [{ role: 'user' as const, content: 'Hi' }];
const COMPLETION = JSON.stringify({
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
});
const event = (content: string, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content }, finish_reason }] })}\n\n`;

/** Serves chats and streams as it should. */
const serve: Serve = (response, _request, body) => {
  if (!body.includes('"stream":true')) return void response.writeHead(200, JSON_TYPE).end(COMPLETION);
  response.writeHead(200, EVENTS).end(`${event('Hel')}${event('lo', 'stop')}data: [DONE]\n\n`);
};
/** Breaks off one reply: its stream over HTTP/2, its connection over HTTP/1.1. */
function breakOff(response: Http2ServerResponse): void {
  if ('stream' in response && response.stream !== undefined) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else (response as Http2ServerResponse).socket.destroy();
}
const onceSent = (response: Http2ServerResponse, text: string, then: () => void) =>
  void response.write(text, () => setImmediate(then));

const servers: SecureLoopback[] = [];
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.gateway.close({ graceMs: 0 });
  for (const server of servers.splice(0)) await server.stop();
});

async function secure(own: Serve = serve): Promise<SecureLoopback> {
  const server = await startSecure(certificate, 'both', own);
  servers.push(server);
  return server;
}

function make(options: GatewayOptions): Client {
  const client = createGatewayClient({ env: false, ...options }) as Client;
  clients.push(client);
  return client;
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};
const endpointsOf = (...list: readonly SecureLoopback[]) =>
  list.map(({ origin }, index) => ({ name: `e${index + 1}`, baseURL: `${origin}/v1`, apiKey: `sk-${index + 1}` }));
const textOf = async (stream: AsyncIterable<{ choices: { delta: { content?: string | null } }[] }>) => {
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  return text;
};

/** Plays one thing over both versions; both must come out alike, and the version must be the one that was asked for. */
async function alike<T>(play: (http2: boolean) => Promise<{ seen: T; server: SecureLoopback }>): Promise<T> {
  const [second, first] = [await play(true), await play(false)];
  expect(new Set(second.server.requests.map(({ version }) => version))).toEqual(new Set(['2.0']));
  expect(new Set(first.server.requests.map(({ version }) => version))).toEqual(new Set(['1.1']));
  expect(second.seen).toEqual(first.seen);
  return second.seen;
}

describe('a first endpoint that fails', () => {
  const error =
    (status: number, headers = {}): Serve =>
    (response) =>
      void response.writeHead(status, { ...JSON_TYPE, ...headers }).end('{"error":{"message":"no","code":"x"}}');
  const FAULTS: readonly (readonly [name: string, fault: Serve, options?: { readonly timeout: number }])[] = [
    ['429', error(429, { 'retry-after': '20' })],
    ['500', error(500)],
    ['401', error(401)],
    ['a page', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>')],
    ['a page in gzip', (response) => void response.writeHead(502, { 'content-encoding': 'gzip' }).end(gzipSync('<p>'))],
    ['a break before the answer', breakOff],
    ['cut JSON', (response) => void response.writeHead(200, JSON_TYPE).end(COMPLETION.slice(0, 40))],
    [
      'a break inside the body',
      (response) => {
        response.writeHead(200, { ...JSON_TYPE, 'content-length': String(COMPLETION.length) });
        onceSent(response, COMPLETION.slice(0, 40), () => breakOff(response));
      },
    ],
    ['silence until the timeout', () => {}, { timeout: 500 }],
    [
      'a body that stalls until the timeout',
      (response) => {
        response.writeHead(200, JSON_TYPE);
        response.write(COMPLETION.slice(0, 40));
      },
      { timeout: 500 },
    ],
  ];

  it.each(FAULTS.map(([name, fault, options = {}]) => ({ name, fault, options })))(
    'with $name is followed by the next, for a chat and for a stream',
    async ({ fault, options }) => {
      const attempts = await alike(async (http2) => {
        const server = await secure(fault);
        const client = make({ http2, maxRetries: 1, endpoints: endpointsOf(server, await secure()) });
        const chat = client.chat.completions.create({ model: 'm', messages: MESSAGES }, options);
        const { data } = await chat.withResponse();
        expect(data.choices[0]?.message.content).toBe('Hello');
        const seen = gatewayInfo(data)?.attempts.map(({ endpoint, ok, kind, status }) => ({
          endpoint,
          ok,
          kind,
          status,
        }));
        const fresh = make({ http2, maxRetries: 1, endpoints: endpointsOf(server, await secure()) });
        const stream = await fresh.chat.completions.create({ model: 'm', messages: MESSAGES, stream: true }, options);
        expect(await textOf(stream)).toBe('Hello');
        return { seen, server };
      });
      expect(attempts?.map(({ endpoint, ok }) => [endpoint, ok])).toEqual([
        ['e1', false],
        ['e2', true],
      ]);
    },
  );

  it('by closing its connection under many calls is followed by the next, for all of them', async () => {
    const server = await secure(() => {
      if (server.open.size === 20) for (const socket of server.sockets) socket.destroy();
    });
    const client = make({ http2: true, endpoints: endpointsOf(server, await secure()), circuit: false });
    const calls = Array.from({ length: 20 }, () => client.chat.completions.create({ model: 'm', messages: MESSAGES }));
    expect((await Promise.all(calls)).map(({ choices }) => choices[0]?.message.content)).toEqual(
      Array.from({ length: 20 }, () => 'Hello'),
    );
  });
});

describe('over HTTP/2', () => {
  it('calls and streams of all endpoints at one origin share one connection', async () => {
    const server = await secure();
    const client = make({ http2: true, endpoints: endpointsOf(server, server) });
    const calls = Array.from({ length: 40 }, (_, index) => {
      const options: object = { gateway: { endpoint: index % 2 === 0 ? 'e1' : 'e2' } };
      if (index % 4 < 2)
        return client.chat.completions
          .create({ model: 'm', messages: MESSAGES }, options)
          .then(({ choices }) => choices[0]?.message.content);
      return client.chat.completions.create({ model: 'm', messages: MESSAGES, stream: true }, options).then(textOf);
    });
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['Hello']));
    expect([server.requests.length, server.sessions.length, server.sockets.length]).toEqual([40, 1, 1]);
  });

  it('a stream that breaks after its first content ends as over HTTP/1.1, with what was received', async () => {
    const seen = await alike(async (http2) => {
      const server = await secure((response) => {
        response.writeHead(200, EVENTS);
        onceSent(response, event('Hel'), () => breakOff(response));
      });
      const client = make({ http2, endpoints: endpointsOf(server) });
      const stream = await client.chat.completions.create({ model: 'm', messages: MESSAGES, stream: true });
      const failure = await textOf(stream).catch((error: unknown) => error);
      const { name, reason, partial } = failure as { name: string; reason: string; partial: { text: string } };
      return { seen: { name, reason, text: partial.text }, server };
    });
    expect(seen).toMatchObject({ reason: 'reset', text: 'Hel' });
  });

  it('a stream that falls silent is ended by its clock, and its connection goes on', async () => {
    const server = await secure((response, _request, body) => {
      if (!body.includes('"stream":true')) return serve(response, _request, body);
      response.writeHead(200, EVENTS).write(event('Hel'));
    });
    const client = make({ http2: true, idleTimeoutMs: 60, endpoints: endpointsOf(server) });
    const stream = await client.chat.completions.create({ model: 'm', messages: MESSAGES, stream: true });
    await expect(textOf(stream)).rejects.toMatchObject({ reason: 'stalled' });
    await until(() => server.open.size === 0);
    await client.chat.completions.create({ model: 'm', messages: MESSAGES });
    expect(server.sessions).toHaveLength(1);
  });

  it('deadline, abort and close() end calls under way, and their streams at the server', async () => {
    const server = await secure(() => {});
    const client = make({ http2: true, endpoints: endpointsOf(server) });
    const ask = (options: object) => client.chat.completions.create({ model: 'm', messages: MESSAGES }, options);
    await expect(ask({ gateway: { deadlineMs: 60 } })).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await until(() => server.open.size === 0);
    const control = new AbortController();
    const aborted = ask({ signal: control.signal });
    await until(() => server.open.size === 1);
    control.abort();
    await expect(aborted).rejects.toThrow('Request was aborted.');
    await until(() => server.open.size === 0);
    const closed = expect(ask({})).rejects.toMatchObject({ code: 'shutting_down' });
    await until(() => server.open.size === 1);
    await client.gateway.close({ graceMs: 0 });
    await closed;
    await until(() => server.sockets.every((socket) => socket.closed));
    expect(server.sockets).toHaveLength(1);
  });

  it('prewarm() opens the connection that the first calls share', async () => {
    const server = await secure();
    const client = make({ http2: true, endpoints: endpointsOf(server) });
    await client.gateway.prewarm();
    await until(() => server.sessions.length === 1);
    expect(server.requests).toEqual([]);
    await Promise.all([1, 2, 3].map(() => client.chat.completions.create({ model: 'm', messages: MESSAGES })));
    expect(server.sockets).toHaveLength(1);
  });

  it('no connection keeps a process alive, used or opened ahead', async () => {
    const server = await secure();
    const folder = await mkdtemp(join(tmpdir(), 'http2-'));
    try {
      const file = join(folder, 'cert.pem');
      await writeFile(file, certificate.cert);
      const script = fileURLToPath(new URL('../resilience/child/play.ts', import.meta.url));
      const child = spawn(
        process.execPath,
        ['--no-warnings', '--experimental-transform-types', script, 'one call over HTTP/2', `${server.origin}/v1`],
        { env: { ...process.env, NODE_EXTRA_CA_CERTS: file }, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let output = '';
      child.stdout.on('data', (text: Buffer) => {
        output += text.toString();
      });
      const [code] = await once(child, 'close');
      const facts = Object.assign(
        {},
        ...output
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as object),
      );
      expect(code).toBe(0);
      expect(facts.exitAt - facts.servedAt).toBeLessThan(1_000);
      expect(server.requests.map(({ version }) => version)).toEqual(['2.0']);
      expect(server.sockets).toHaveLength(2);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
