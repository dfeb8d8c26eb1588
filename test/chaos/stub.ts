/** The cheapest far end there is: a `fetch` that answers at once or after some virtual time. */
import type { Clock } from 'llm-gateway-client';

const JSON_TYPE = { 'content-type': 'application/json' };
const COMPLETION = JSON.stringify({
  id: 'chatcmpl-stub',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** A good chat completion. */
export function completion(): Response {
  return new Response(COMPLETION, { headers: JSON_TYPE });
}

/** An error in OpenAI's shape. */
export function failing(status: number, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ error: { message: `status ${status}`, type: 'test' } }), {
    status,
    headers: { ...JSON_TYPE, ...headers },
  });
}

/** What `fetch` throws when nobody listens. */
export function refused(): TypeError {
  return new TypeError('fetch failed', {
    cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  });
}

export interface StubRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly init: RequestInit;
}

/** A `fetch` from a function; `latencyMs` of it passes on `clock`, and an abort ends it at once. */
export function stubFetch(
  respond: (request: StubRequest) => Response | Error,
  clock?: Clock,
  latencyMs: () => number = () => 0,
): typeof fetch {
  return async (input, init = {}) => {
    const { signal } = init;
    if (signal?.aborted) throw signal.reason;
    const waitMs = latencyMs();
    if (waitMs > 0 && clock !== undefined) await pass(clock, waitMs, signal);
    const answer = respond({ url: String(input), headers: new Headers(init.headers), init });
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

function pass(clock: Clock, ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clock.clearTimer(timer);
      reject(signal?.reason);
    };
    const timer = clock.setTimer(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** The usual call. */
export const CHAT = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
