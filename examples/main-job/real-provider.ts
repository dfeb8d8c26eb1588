/** Asks the endpoints of the environment: shows the plan, then makes a few small calls. */
import { styleText } from 'node:util';
import { createGatewayClient, gatewayInfo, OpenAI } from 'llm-gateway-client';
import { Journal, showTotals } from './journal.ts';

/** Requests that leave this machine, fallbacks included. */
const MAX_REQUESTS = 5;
const QUESTION = 'Answer in one short sentence: why is the sky blue?';

/** Names that are no chat models, for providers that list everything they have. */
const NOT_FOR_CHAT = /embed|whisper|tts|audio|speech|image|dall-e|moderation|rerank|realtime|transcribe|video/i;

interface PlannedCall {
  readonly model: string;
  readonly stream: boolean;
}

/** @returns the exit code */
export async function askTheRealThing(): Promise<number> {
  let sent = 0;
  const journal = new Journal();
  const client = createGatewayClient({
    // One try per endpoint and half a minute per call: this is a look, not a load.
    maxRetries: 0,
    deadlineMs: 30_000,
    hooks: { ...journal.hooks, onAttemptStarted: () => (sent += 1) },
  });

  const firstListedModel = async () => {
    const { data } = await client.models.list();
    const found = data.find(({ id }) => !NOT_FOR_CHAT.test(id));
    if (found === undefined) throw new OpenAI.OpenAIError('The provider lists no chat model.');
    return found.id;
  };

  const ask = async ({ model, stream }: PlannedCall): Promise<string> => {
    const messages = [{ role: 'user' as const, content: QUESTION }];
    // Near the end of the allowance a call must do with its first endpoint.
    const fallback = sent + client.gateway.explain({ model, stream }).maxAttempts <= MAX_REQUESTS;
    const options = { gateway: { fallback } };
    if (!stream) {
      const answer = await client.chat.completions.create({ model, messages }, options);
      return `"${answer.choices[0]?.message.content ?? ''}"  (request id ${answer._request_id ?? 'not given'})`;
    }
    const chunks = await client.chat.completions.create({ model, messages, stream: true }, options);
    let text = '';
    for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
    return `"${text}"  (first words after ${gatewayInfo(chunks)?.firstEventMs?.toFixed(0) ?? '?'} ms)`;
  };

  try {
    const named = namedModels();
    const [first, ...others] = named.length > 0 ? named : [await firstListedModel()];
    const calls: PlannedCall[] = [
      { model: String(first), stream: false },
      { model: String(first), stream: true },
      ...others.map((model) => ({ model, stream: false })),
    ];

    console.log(styleText('bold', `\nThe plan, ${MAX_REQUESTS} requests in all at most`));
    for (const call of calls) {
      const { targets } = client.gateway.explain(call);
      const names = targets.map(({ endpoint, model }) => `${endpoint}: ${model}`);
      console.log(` ${labelOf(call).padEnd(24)} ${names.join(', else ')}`);
    }

    console.log();
    journal.heads();
    journal.show('list the models');
    let servedCount = 0;
    for (const call of calls) {
      if (sent >= MAX_REQUESTS) break;
      const [served, remark] = await ask(call).then(
        (text) => [1, text] as const,
        (error: unknown) => [0, describe(error)] as const,
      );
      servedCount += served;
      journal.show(labelOf(call), remark);
    }

    console.log();
    showTotals(await client.gateway.usage({ by: ['project'] }));
    return servedCount > 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof OpenAI.OpenAIError)) throw error;
    console.error(`No model is named (LLM_DEFAULT_MODEL does that), and listing the models failed: ${describe(error)}`);
    return 1;
  } finally {
    await client.gateway.close();
  }
}

/** The default model and the aliases of the environment. */
function namedModels(): string[] {
  const aliases = Object.keys(process.env).flatMap((name) => /^LLM_MODEL_(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? []);
  return process.env['LLM_DEFAULT_MODEL'] ? ['default', ...aliases] : aliases;
}

function labelOf({ model, stream }: PlannedCall): string {
  return `${stream ? 'stream from' : 'ask'} ${model}`;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 300) : String(error);
}
