/** What is asked and answered: about 0.5 KB in and out, or a prompt of 32 KB. */

/** A chat body. Made anew for every call, as an application would. */
export interface ChatBody {
  readonly model: string;
  readonly messages: { role: 'system' | 'user'; content: string }[];
}

const WORDS = 'the gateway sends each call to the first target that is well and tells the caller what it said ';

function textOf(length: number): string {
  return WORDS.repeat(Math.ceil(length / WORDS.length)).slice(0, length);
}

const SYSTEM = 'You are a careful assistant who answers in one sentence.';
const SHORT = textOf(370);
const LONG = textOf(32 * 1024);

/** A body of about 0.5 KB. */
export function shortBody(model: string): ChatBody {
  return {
    model,
    messages: [
      { role: 'system', content: SYSTEM },
      { role: 'user', content: SHORT },
    ],
  };
}

/** A body with a prompt of 32 KB. */
export function longBody(model: string): ChatBody {
  return {
    model,
    messages: [
      { role: 'system', content: SYSTEM },
      { role: 'user', content: LONG },
    ],
  };
}

/** The model behind the alias. */
export const MODEL = 'gpt-4o-mini';

/** A completion of about 0.5 KB. */
export const COMPLETION: string = JSON.stringify({
  id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
  object: 'chat.completion',
  created: 1_760_000_000,
  model: `${MODEL}-2024-07-18`,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: textOf(130), refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 92, completion_tokens: 27, total_tokens: 119, prompt_tokens_details: { cached_tokens: 0 } },
});

/** Chunks in a stream: one with the role, 97 with content, one that ends it, one with the usage. */
export const CHUNKS = 100;

/** The events of a stream, ready to be sent; the last one is `[DONE]`. */
export const EVENTS: readonly string[] = [...Array(CHUNKS).keys()].map(chunkAt).concat('data: [DONE]\n\n');

function chunkAt(index: number): string {
  const last = index === CHUNKS - 2;
  const delta = index === 0 ? { role: 'assistant', content: '' } : last ? {} : { content: ` word${index}` };
  const ended = index === CHUNKS - 1;
  const chunk = {
    id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: `${MODEL}-2024-07-18`,
    service_tier: 'default',
    system_fingerprint: 'fp_b376dfbbd5',
    choices: ended ? [] : [{ index: 0, delta, logprobs: null, finish_reason: last ? 'stop' : null }],
    usage: ended ? { prompt_tokens: 92, completion_tokens: 97, total_tokens: 189 } : null,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
