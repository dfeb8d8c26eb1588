/** Plays every row of the README's table "What happens when ..." and compares what the caller gets with what the row says. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGatewayClient } from '../../src/index.js';
import { type BodyStep, type MockReply, mockTransport, reply, sse } from '../../src/testing.js';
import { readReadme, section, tableRows } from './read-readme.ts';

interface Fault {
  readonly stream?: true;
  /** Each of these must end as the row says. */
  readonly replies: readonly MockReply[];
}

const status = (...codes: number[]) => codes.map((code) => reply.error(code));
const whole = { text: 'Hello world, how are you?' };
const begun = (ending: 'end' | 'cut' | 'reset' | 'stall') => reply.chat(whole, { deliver: { events: 4 }, ending });
const chunk = sse.data({ object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: 'Hel' } }] });
const comments: BodyStep[] = Array.from({ length: 2_000 }, (_, index) => (index % 2 ? sse.wait(1_000) : sse.comment()));
const pings = comments.map((step) => (typeof step === 'string' ? sse.data({ type: 'ping' }) : step));

/** What each row means, by its first cell. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'Connection refused or reset, or no such host': {
    replies: [reply.refused(), reply.reset(), reply.closed(), reply.dnsFailure()],
  },
  'No complete answer within timeout': {
    replies: [reply.hang(), reply.chat(whole, { deliver: { bytes: 20 }, ending: 'stall' })],
  },
  'A certificate or TLS fault': { replies: [reply.tlsFailure('expired'), reply.tlsFailure('plain_http')] },
  'Status 500, 502, 503 or 504': { replies: status(500, 502, 503, 504) },
  'Status 501 or 505': { replies: status(501, 505) },
  'Status 529, or 503 that says "overloaded"': {
    replies: [reply.error(529), reply.error(503, { message: 'The engine is currently overloaded' })],
  },
  'Status 429, too many requests': { replies: status(429) },
  'Status 429 with Retry-After over 120 s': { replies: [reply.error(429, {}, { headers: { 'retry-after': '121' } })] },
  'Status 429 that says the quota or the balance is used up': {
    replies: [reply.error(429, { code: 'insufficient_quota' })],
  },
  'Status 402': { replies: status(402) },
  'Status 401': { replies: status(401) },
  'Status 403': { replies: status(403) },
  'Status 404, no such model': { replies: [reply.error(404, { code: 'model_not_found' })] },
  'Status 400, a wrong request': { replies: status(400) },
  'Status 422, a wrong request': { replies: status(422) },
  'The prompt is longer than the context window': { replies: [reply.error(400, { code: 'context_length_exceeded' })] },
  "The provider's content filter refuses": { replies: [reply.error(400, { code: 'content_filter' })] },
  'Status 200 with a web page': { replies: [reply.html()] },
  'Status 200 with an error inside': { replies: [reply.error(200, { code: 'server_error' })] },
  'Status 200 with nothing, with cut JSON, or with JSON that is no answer': {
    replies: [reply.empty(), reply.brokenJson(), reply.json({}), reply.json([])],
  },
  'The connection breaks inside a JSON body': {
    replies: [
      reply.chat(whole, { deliver: { bytes: 20 }, ending: 'cut' }),
      reply.chat(whole, { deliver: { bytes: 20 }, ending: 'reset' }),
    ],
  },
  'A redirect to another origin': { replies: [reply.redirect('https://elsewhere.example/v1', 307)] },
  'A stream turns out to be an error, a page, JSON or nothing': {
    stream: true,
    replies: [reply.stream([sse.error({ message: 'upstream' })]), reply.html(), reply.json({}), reply.stream([])],
  },
  'A stream ends before its first content': { stream: true, replies: [reply.chat(whole, { deliver: { events: 1 } })] },
  'The connection of a stream breaks before its first content': {
    stream: true,
    replies: [reply.chat(whole, { deliver: { events: 1 }, ending: 'cut' })],
  },
  'A stream sends nothing but keep-alive comments, or pings': {
    stream: true,
    replies: [reply.stream(comments), reply.stream(pings)],
  },
  'A stream breaks, or reports an error, after its first content': {
    stream: true,
    replies: [begun('cut'), begun('reset'), reply.stream([chunk, sse.error({ message: 'upstream' })])],
  },
  'A stream ends after its first content without [DONE] or a finish reason for each of its choices': {
    stream: true,
    replies: [begun('end')],
  },
  'A stream goes silent after its first content': { stream: true, replies: [begun('stall')] },
  'A stream ends with a finish reason and no [DONE]': {
    stream: true,
    replies: [reply.chat({ ...whole, done: false })],
  },
};

/** Plays a fault at the first endpoint, for ever; the second one, if there is one, is well. */
async function play(fault: MockReply, { stream, backup }: { stream: boolean; backup: boolean }) {
  const first = mockTransport([{ reply: fault }]);
  const second = mockTransport([], { otherwise: reply.chat('from the second') });
  const endpoints = [
    { baseURL: 'https://first.example/v1', apiKey: 'k', fetch: first.fetch },
    { baseURL: 'https://second.example/v1', apiKey: 'k', fetch: second.fetch },
  ];
  const client = createGatewayClient({ env: false, timeout: 30_000, endpoints: endpoints.slice(0, backup ? 2 : 1) });
  const body = { model: 'small', messages: [{ role: 'user' as const, content: 'Hello' }] };
  const call = async () => {
    if (!stream) return (await client.chat.completions.create(body)).choices[0]?.message.content;
    let text = '';
    for await (const part of await client.chat.completions.create({ ...body, stream: true })) {
      text += part.choices[0]?.delta.content ?? '';
    }
    return text;
  };
  let got: { readonly text?: string | null | undefined; readonly error?: string } | undefined;
  call().then(
    (text) => {
      got = { text };
    },
    (error: Error) => {
      got = { error: error.constructor.name };
    },
  );
  while (got === undefined) await vi.advanceTimersByTimeAsync(1_000);
  return { ...got, first: first.requests.length, second: second.requests.length };
}

describe('what happens when', () => {
  const rows = tableRows(section(readReadme(), 'What happens when ...'), 'What goes wrong');

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('has a script for every row, and a row for every script', () => {
    expect(rows.map(([name]) => name)).toEqual(Object.keys(FAULTS));
  });

  it.each(rows)('%s: another endpoint %s, alone %s requests and %s', async (name, other, requests, outcome) => {
    const { stream = false, replies } = FAULTS[name as string] as Fault;
    for (const fault of replies) {
      const alone = await play(fault, { stream, backup: false });
      expect(alone.error ?? 'a normal end').toBe(outcome);
      expect(alone.first).toBe(Number(requests));

      const together = await play(fault, { stream, backup: true });
      expect(together.first).toBe(1);
      expect(together.second).toBe(/^no\b/.test(String(other)) ? 0 : 1);
      if (together.second === 1) expect(together.text).toBe('from the second');
      else expect(together.error ?? 'a normal end').toBe(outcome);
    }
  });
});
