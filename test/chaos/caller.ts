/** One call of the soak, with a judgement on whatever comes of it. */
import { inspect } from 'node:util';
import type OpenAI from 'openai';
import type { Kit } from './kit.ts';
import { promptOf, textFor } from './marker.ts';
import type { Violations } from './violations.ts';

/** In every prompt; must never be seen in an error, an event or a log. */
export const PROMPT_CANARY = 'canary-prompt-7f3a';
export const KEY_CANARY = 'sk-canary-';

export interface CallerParts {
  readonly kit: Kit;
  readonly client: OpenAI;
  readonly random: () => number;
  readonly violations: Violations;
  /** A signal that outlives all calls, as that of a service. */
  readonly lasting: AbortSignal;
  readonly endings: Map<string, number>;
}

/** Makes call `n`; never rejects. */
export async function makeCall(parts: CallerParts, n: number): Promise<void> {
  const { random, lasting, endings } = parts;
  const controller = new AbortController();
  const aborts = random() < 0.08;
  const timer = aborts ? setTimeout(() => controller.abort(), random() * 120) : undefined;
  const signal = aborts ? controller.signal : random() < 0.5 ? lasting : undefined;
  const options = signal === undefined ? {} : { signal };
  const draw = random();
  let ending: string;
  try {
    if (draw < 0.12) ending = await pinned(parts, n, options);
    else if (draw < 0.56) ending = await json(parts, n, options);
    else ending = await stream(parts, n, options);
  } catch (error) {
    ending = judge(parts, error, aborts);
  } finally {
    clearTimeout(timer);
  }
  endings.set(ending, (endings.get(ending) ?? 0) + 1);
}

function body(n: number) {
  return { model: 'm', messages: [{ role: 'user' as const, content: `${PROMPT_CANARY} ${promptOf(n)}` }] };
}

async function json({ client, violations }: CallerParts, n: number, options: object): Promise<string> {
  const reply = await client.chat.completions.create(body(n), options);
  const text = reply?.choices?.[0]?.message.content;
  if (text !== textFor(n)) violations.add('silently wrong value', `call ${n} got ${JSON.stringify(text)}`);
  return 'json served';
}

async function pinned({ client, violations }: CallerParts, n: number, options: object): Promise<string> {
  const file = await client.files.retrieve(`file-${n}`, options);
  if (file?.id !== `file-${n}`) violations.add('silently wrong value', `file ${n} got ${JSON.stringify(file)}`);
  return 'pinned served';
}

async function stream({ kit, client, random, violations }: CallerParts, n: number, options: object): Promise<string> {
  const leavesAfter = random() < 0.1 ? Math.floor(random() * 5) : Number.POSITIVE_INFINITY;
  const isSlow = random() < 0.03;
  const signal = (options as { signal?: AbortSignal }).signal;
  let text = '';
  let count = 0;
  try {
    for await (const chunk of await client.chat.completions.create({ ...body(n), stream: true }, options)) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (count++ >= leavesAfter) break;
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, 30));
    }
  } catch (error) {
    if (!textFor(n).startsWith(text)) violations.add('chunk lost or doubled', `call ${n} got ${text}`);
    if (error instanceof kit.StreamInterruptedError && error.partial.text !== text)
      violations.add('wrong partial text', `call ${n} got ${text}, told ${error.partial.text}`);
    throw error;
  }
  const left = count > leavesAfter || signal?.aborted === true;
  if (left ? !textFor(n).startsWith(text) : text !== textFor(n))
    violations.add('silently wrong value', `stream ${n} got ${text}`);
  return left ? 'stream left early' : 'stream served';
}

/** Only documented classes may reach a caller, and none of them with a secret in it. */
function judge({ kit, violations }: CallerParts, error: unknown, aborts: boolean): string {
  const text = inspect(error, { depth: 8, showHidden: true }) + String((error as Error).stack) + JSON.stringify(error);
  if (text.includes(KEY_CANARY) || text.includes(PROMPT_CANARY)) violations.add('secret in an error', text);
  if (error instanceof kit.APIUserAbortError) {
    if (!aborts) violations.add('abort that nobody asked for', text);
    return 'aborted';
  }
  if (error instanceof kit.StreamInterruptedError) return `StreamInterruptedError ${error.reason}`;
  if (error instanceof kit.APIError || kit.isGatewayError(error)) {
    return (error as Error).constructor.name;
  }
  violations.add('undocumented error', text);
  return 'undocumented error';
}
