import OpenAI from 'openai';
import OpenAIFloor from 'openai-floor';
import { describe, expect, it } from 'vitest';
import { classifyErrorBody, classifyStatus } from '../../src/domain/classify.js';
import { PROVIDER_ERRORS, type ProviderError } from './provider-errors.js';

const WALL_NOW = 1_700_000_000_000;

/** What a real SDK client makes of a reply. */
async function sdkError(Sdk: typeof OpenAI, reply: ProviderError): Promise<OpenAI.APIError> {
  const body =
    typeof reply.body === 'string' && !reply.who.includes('JSON string') ? reply.body : JSON.stringify(reply.body);
  const client = new Sdk({
    apiKey: 'k',
    maxRetries: 0,
    logLevel: 'off',
    fetch: async () => new Response(body, { status: reply.status, ...(reply.headers && { headers: reply.headers }) }),
  });
  try {
    await client.models.list();
  } catch (error) {
    return error as OpenAI.APIError;
  }
  throw new Error('The client did not throw.');
}

describe.each([
  ['the newest SDK', OpenAI],
  ['the oldest supported SDK', OpenAIFloor as unknown as typeof OpenAI],
])('classifyStatus reads what %s leaves of a provider error', (_name, Sdk) => {
  it.each(PROVIDER_ERRORS)('$status $who', async (reply) => {
    const { status, headers, error, message } = await sdkError(Sdk, reply);
    const named = classifyStatus({
      status: status as number,
      headers: headers as Headers,
      error,
      message,
      wallNow: WALL_NOW,
    });
    expect(named).toMatchObject(reply.is);
    if (reply.is.limit === undefined && reply.is.kind !== 'rate_limited') expect(named.limit).toBeUndefined();
    if (reply.is.permanent === undefined) expect(named.permanent).toBeUndefined();
    if (reply.is.retryAfterMs === undefined) expect(named.retryAfterMs).toBeUndefined();
  });
});
