import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import GatewayOpenAI, { createGatewayClient } from '../../src/index.js';

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A `fetch` that writes down what it is asked for. */
function recorder() {
  const sent: Sent[] = [];
  const fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
    sent.push({ url: String(url), headers: Object.fromEntries(new Headers(init?.headers)), body: init?.body });
    return Response.json({
      object: 'chat.completion',
      choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }],
    });
  };
  return { sent, fetch };
}

/** What the two kinds of client have in common. */
type Client = OpenAI;
type Step = (client: Client) => unknown;

const ask = (client: Client, options?: OpenAI.RequestOptions, extra: object = {}) =>
  client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...extra }, options);

/** Sends the same calls with both clients and returns what each sent. */
async function both(steps: readonly Step[], given: object = {}) {
  const results: Sent[][] = [];
  for (const kind of ['plain', 'gateway'] as const) {
    const { sent, fetch } = recorder();
    const options = { apiKey: 'key-1', baseURL: 'https://one.example/v1', fetch, ...given };
    const client =
      kind === 'plain' ? new OpenAI(options) : (createGatewayClient({ ...options, env: false }) as unknown as OpenAI);
    for (const step of steps) await step(client);
    results.push(sent);
  }
  return results as [Sent[], Sent[]];
}

describe('requests that are filled in rather than built', () => {
  it.each<[string, readonly Step[], object?]>([
    ['the same again', [ask, ask, ask].map((step) => (client) => step(client))],
    [
      'another key',
      [
        (client) => ask(client),
        (client) => {
          client.apiKey = 'key-2';
          return ask(client);
        },
        (client) => ask(client),
      ],
    ],
    [
      'another organisation and project',
      [
        (client) => ask(client),
        (client) => {
          client.organization = 'org-2';
          return ask(client);
        },
        (client) => {
          client.project = 'project-2';
          client.organization = null;
          return ask(client);
        },
      ],
    ],
    [
      'another base URL',
      [
        (client) => ask(client),
        (client) => {
          client.baseURL = 'https://two.example/v1';
          return ask(client);
        },
      ],
    ],
    ['headers of its own', [(c) => ask(c), (c) => ask(c, { headers: { 'x-own': '1' } }), (c) => ask(c)]],
    ['a time-out of its own', [(c) => ask(c), (c) => ask(c, { timeout: 5_000 }), (c) => ask(c)]],
    ['a query', [(c) => ask(c), (c) => ask(c, { query: { a: '1' } }), (c) => ask(c)]],
    ['a body that grows', [(c) => ask(c), (c) => ask(c, undefined, { user: 'u', stop: ['a'] })]],
    ['a body that writes itself', [(c) => ask(c), (c) => ask(c, undefined, { toJSON: () => ({ model: 'other' }) })]],
    ['values that JSON leaves out', [(c) => ask(c), (c) => ask(c, undefined, { user: undefined, stop: () => 1 })]],
    [
      'default headers',
      [(c) => ask(c), (c) => ask(c)],
      { defaultHeaders: { 'x-team': 'search', 'user-agent': 'mine' } },
    ],
    ['a default query', [(c) => ask(c), (c) => ask(c)], { defaultQuery: { 'api-version': '1' } }],
    ['other paths', [(c) => ask(c), (c) => c.embeddings.create({ model: 'e', input: 'x' }), (c) => ask(c)]],
    [
      'a clone with other headers',
      [(c) => ask(c), (c) => ask(c.withOptions({ defaultHeaders: { 'x-clone': '1' } })), (c) => ask(c)],
    ],
  ])('look as the SDK makes them: %s', async (_name, steps, given) => {
    const [plain, gateway] = await both(steps, given);
    expect(plain.length).toBeGreaterThan(1);
    expect(gateway).toEqual(plain);
  });

  it('have the key that a function returns each time', async () => {
    let count = 0;
    const [plain, gateway] = await both([(c) => ask(c), (c) => ask(c)], {
      apiKey: async () => `key-${(++count % 2) + 5}`,
    });
    expect(gateway.map(({ headers }) => headers['authorization'])).toEqual(
      plain.map(({ headers }) => headers['authorization']),
    );
    expect(new Set(gateway.map(({ headers }) => headers['authorization'])).size).toBe(2);
  });

  it('have what a subclass puts into them', async () => {
    const { sent, fetch } = recorder();
    let asked = 0;
    class Signing extends GatewayOpenAI {
      protected override defaultQuery() {
        asked++;
        return super.defaultQuery();
      }
    }
    const client = new Signing({ apiKey: 'k', baseURL: 'https://one.example/v1', fetch });
    await ask(client as unknown as OpenAI);
    await ask(client as unknown as OpenAI);
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(sent).toHaveLength(2);
  });

  it('never have a key that was replaced while the request was built', async () => {
    const { sent, fetch } = recorder();
    const client = createGatewayClient({ apiKey: 'key-1', baseURL: 'https://one.example/v1', fetch, env: false });
    const first = ask(client as unknown as OpenAI);
    for (let turn = 0; turn < 12; turn++) await Promise.resolve();
    client.apiKey = 'key-2';
    await first;
    await ask(client as unknown as OpenAI);
    await ask(client as unknown as OpenAI);
    expect(sent.slice(1).map(({ headers }) => headers['authorization'])).toEqual(['Bearer key-2', 'Bearer key-2']);
  });

  it('share no headers with each other', async () => {
    const seen: Headers[] = [];
    const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
      const headers = init?.headers as Headers;
      seen.push(headers);
      headers.set('x-added-by-fetch', String(seen.length));
      return Response.json({ choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] });
    };
    const client = createGatewayClient({ apiKey: 'k', baseURL: 'https://one.example/v1', fetch, env: false });
    for (let call = 0; call < 3; call++) await ask(client as unknown as OpenAI);
    expect(seen.map((headers) => headers.get('x-added-by-fetch'))).toEqual(['1', '2', '3']);
    expect(new Set(seen).size).toBe(3);
  });
});
