/** Endpoints that are other clients of the SDK, and what does not go through requests at all. */
import { AzureOpenAI, OpenAI as SDK } from 'openai';
import { buildRealtimeURL } from 'openai/realtime/internal-base';
import { describe, expect, test } from 'vitest';
import { createGatewayClient } from '../../src/create-gateway-client.js';
import { type MockTransport, mockTransport, reply } from '../../src/testing.js';
import { MESSAGES, nameOfError } from './behaviour.js';
import { KEY_A, KEY_B } from './clients.js';

const A = 'https://a.test/v1';
const down = () => mockTransport([{ reply: reply.error(401) }]);
const azure = (transport: MockTransport, options: object = {}) =>
  new AzureOpenAI({
    endpoint: 'https://azure.test',
    apiKey: KEY_B,
    apiVersion: '2024-10-21',
    fetch: transport.fetch,
    ...options,
  });
const behind = (first: MockTransport, client: SDK, models: Record<string, string> = {}) =>
  createGatewayClient({
    env: false,
    endpoints: [
      { name: 'first', baseURL: A, apiKey: KEY_A, fetch: first.fetch },
      { name: 'second', client, models },
    ],
  }) as unknown as SDK;

describe('an Azure client as an endpoint (F207)', () => {
  test('gets its own key header, version and path, and no bearer token', async () => {
    const [first, second] = [down(), mockTransport()];
    const completion = await behind(first, azure(second)).chat.completions.create(MESSAGES);
    expect(completion.choices[0]?.message.content).toBe('You said: Hi');
    const [request] = second.requests;
    expect(request?.url).toBe('https://azure.test/openai/deployments/m/chat/completions?api-version=2024-10-21');
    expect(request?.headers['api-key']).toBe(KEY_B);
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(request?.init?.redirect).toBe('manual');
    expect(JSON.stringify(request?.headers)).not.toContain(KEY_A);
  });

  test('puts its own name of the model into the path, encoded', async () => {
    for (const [name, path] of [
      ['my-deployment', 'my-deployment'],
      ['a/b?c#d', 'a%2Fb%3Fc%23d'],
    ] as const) {
      const second = mockTransport();
      await behind(down(), azure(second), { m: name }).chat.completions.create(MESSAGES);
      expect(second.requests[0]?.path).toBe(`/openai/deployments/${path}/chat/completions`);
    }
  });

  test('as the first endpoint is followed by a plain one', async () => {
    const [first, second] = [down(), mockTransport()];
    const client = createGatewayClient({
      env: false,
      endpoints: [
        { name: 'azure', client: azure(first) },
        { name: 'plain', baseURL: A, apiKey: KEY_A, fetch: second.fetch },
      ],
    }) as unknown as SDK;
    await client.chat.completions.create(MESSAGES);
    expect(first.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(second.requests[0]?.url).toBe(`${A}/chat/completions`);
    expect(second.requests[0]?.headers).not.toHaveProperty('api-key');
    expect(second.requests[0]?.headers['authorization']).toBe(`Bearer ${KEY_A}`);
  });

  test('may have a deployment of its own', async () => {
    const second = mockTransport();
    await behind(down(), azure(second, { deployment: 'fixed' })).chat.completions.create(MESSAGES);
    expect(second.requests[0]?.path).toBe('/openai/deployments/fixed/chat/completions');
  });
});

describe('a ready-made client as an endpoint', () => {
  test('keeps its own headers, timeout and fetch', async () => {
    const second = mockTransport();
    const client = new SDK({
      apiKey: KEY_B,
      baseURL: 'https://b.test/v1',
      fetch: second.fetch,
      defaultHeaders: { 'x-own': '1' },
      timeout: 1234,
    });
    await behind(down(), client).chat.completions.create(MESSAGES);
    expect(second.requests[0]).toMatchObject({
      url: 'https://b.test/v1/chat/completions',
      headers: { 'x-own': '1', authorization: `Bearer ${KEY_B}` },
    });
    expect(client.apiKey).toBe(KEY_B);
  });

  test('is asked as often as the gateway says, not as often as it would itself', async () => {
    const [first, second] = [
      mockTransport([{ reply: reply.error(400) }]),
      mockTransport([{ reply: reply.error(503) }]),
    ];
    const client = createGatewayClient({
      env: false,
      maxRetries: 0,
      endpoints: [
        {
          name: 'first',
          client: new SDK({ apiKey: KEY_B, baseURL: 'https://b.test/v1', fetch: second.fetch, maxRetries: 9 }),
        },
        { name: 'second', baseURL: A, apiKey: KEY_A, fetch: first.fetch },
      ],
    }) as unknown as SDK;
    expect(await nameOfError(client.chat.completions.create(MESSAGES))).toBe('BadRequestError');
    expect([second.requests.length, first.requests.length]).toEqual([1, 1]);
  });

  test('may not be a gateway itself', () => {
    const inner = createGatewayClient({ env: false, apiKey: 'k', baseURL: A }) as unknown as SDK;
    expect(() => behind(down(), inner)).toThrow(/gateway/i);
  });
});

describe('what opens sockets of its own (F206)', () => {
  test('goes to the first endpoint with its key', () => {
    const client = createGatewayClient({
      env: false,
      endpoints: [
        { name: 'first', baseURL: A, apiKey: KEY_A },
        { name: 'second', baseURL: 'https://b.test/v1', apiKey: KEY_B },
      ],
    }) as unknown as SDK;
    expect(buildRealtimeURL(client, { model: 'm' }).href).toBe('wss://a.test/v1/realtime?model=m');
    expect(client.apiKey).toBe(KEY_A);
  });
});

describe('other ways of the SDK to prove who one is (F208)', () => {
  test('a workload identity is exchanged for a token and refreshed after a 401', async () => {
    const transport = mockTransport([
      {
        when: { url: 'https://auth.openai.com' },
        reply: reply.json({
          access_token: 'exchanged',
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          token_type: 'Bearer',
          expires_in: 3600,
        }),
      },
      { when: { url: A }, reply: [reply.error(401), reply.chat('ok')] },
    ]);
    const seen = async (client: SDK) => {
      const outcome = await nameOfError(
        client.chat.completions.create(MESSAGES).then((completion) => completion.choices[0]?.message.content),
      );
      return {
        outcome,
        keys: transport.requests.filter(({ url }) => url.startsWith(A)).map(({ headers }) => headers['authorization']),
      };
    };
    const workloadIdentity = {
      identityProviderId: 'idp',
      serviceAccountId: 'sa',
      provider: { tokenType: 'jwt' as const, getToken: async () => 'subject' },
    };
    const options = { workloadIdentity, baseURL: A, fetch: transport.fetch };
    const plain = await seen(new SDK(options));
    transport.reset(
      {
        when: { url: 'https://auth.openai.com' },
        reply: reply.json({
          access_token: 'exchanged',
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          token_type: 'Bearer',
          expires_in: 3600,
        }),
      },
      { when: { url: A }, reply: [reply.error(401), reply.chat('ok')] },
    );
    expect(await seen(createGatewayClient({ env: false, ...options }) as unknown as SDK)).toEqual(plain);
    expect(plain).toEqual({ outcome: 'ok', keys: ['Bearer exchanged', 'Bearer exchanged'] });
  });

  test('an admin key goes with the calls that need it', async () => {
    const transport = mockTransport([{ reply: reply.json({ object: 'list', data: [], has_more: false }) }]);
    for (const client of [
      new SDK({ apiKey: KEY_A, adminAPIKey: 'admin', baseURL: A, fetch: transport.fetch }),
      createGatewayClient({
        env: false,
        apiKey: KEY_A,
        adminAPIKey: 'admin',
        baseURL: A,
        fetch: transport.fetch,
      }) as unknown as SDK,
    ]) {
      await client.admin.organization.projects.list();
    }
    expect(transport.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer admin', 'Bearer admin']);
  });
});
