/** The demonstration: three local providers, a client that knows them from environment variables alone, and a bad day for the first one. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { createGatewayClient, OpenAI, StreamInterruptedError } from 'llm-gateway-client';
import { type MockProvider, reply, simulatedProvider, startMockProvider } from 'llm-gateway-client/testing';
import { Journal, showTotals } from './journal.ts';

const CONFIG = fileURLToPath(new URL('./config.json', import.meta.url));

/** What a service would find in its environment. */
function settings(main: MockProvider, backup: MockProvider, last: MockProvider): Record<string, string> {
  return {
    LLM_BASE_URL_1: main.baseURL,
    LLM_API_KEY_1: 'key-of-main',
    LLM_NAME_1: 'main',
    LLM_MAX_CONCURRENCY_1: '3',
    LLM_BASE_URL_2: backup.baseURL,
    LLM_API_KEY_2: 'key-of-backup',
    LLM_NAME_2: 'backup',
    LLM_BASE_URL_3: last.baseURL,
    LLM_API_KEY_3: 'key-of-last',
    LLM_NAME_3: 'last',
    LLM_TIER_3: '3',
    LLM_MODEL_FAST: 'small-model',
    LLM_MODEL_SMART: 'main:large-model,backup:vendor/large-model',
    LLM_DEFAULT_MODEL: 'fast',
    LLM_PROJECT: 'shop',
    LLM_CONFIG: CONFIG,
  };
}

/** Runs all of it. @returns the exit code */
export async function demonstrate(): Promise<number> {
  const start = (apiKey: string) =>
    startMockProvider({ script: [], otherwise: simulatedProvider({ apiKey, latencyMs: 4, gapMs: 4 }) });
  await using main = await start('key-of-main');
  await using backup = await start('key-of-backup');
  await using last = await start('key-of-last');

  for (const name of Object.keys(process.env)) if (name.startsWith('LLM_')) delete process.env[name];
  const variables = settings(main, backup, last);
  Object.assign(process.env, variables);
  heading('The client is made from these variables and nothing else');
  for (const [name, value] of Object.entries(variables)) {
    console.log(
      ` ${name.padEnd(22)} ${value
        .replace(/127\.0\.0\.1:\d+/, '127.0.0.1:<port>')
        .replace(/^key-.*/, '***')
        .replace(CONFIG, 'examples/main-job/config.json (prices, a budget, a short time out)')}`,
    );
  }

  const { openMs } = (JSON.parse(readFileSync(CONFIG, 'utf8')) as { circuit: { openMs: number } }).circuit;
  const journal = new Journal();
  const client = createGatewayClient({ hooks: journal.hooks });

  heading('The plan of a call, before anything is sent');
  for (const { endpoint, model, why } of client.gateway.explain({ model: 'fast' }).targets) {
    console.log(` ${endpoint.padEnd(7)} ${String(model).padEnd(12)} ${why}`);
  }

  const ask = async (model: string, question: string) => {
    await client.chat.completions.create({ model, messages: [{ role: 'user', content: question }], max_tokens: 50 });
  };
  const stream = async (question: string) => {
    let text = '';
    const chunks = await client.chat.completions.create({
      model: 'fast',
      messages: [{ role: 'user', content: question }],
      max_tokens: 50,
      stream: true,
    });
    for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
    return `the stream said: "${text}"`;
  };
  const scene = async (label: string, run: () => Promise<unknown>) => {
    const remark = await run();
    // A stream settles a moment after its last chunk.
    await pause(1);
    journal.show(label, typeof remark === 'string' ? remark : undefined);
  };

  heading('What happened');
  journal.heads();
  await scene('all is well', () => ask('fast', 'Is the shop open?'));
  await scene('no model named: the default one', () => ask('default', 'Is the shop open?'));
  await scene('a stream', () => stream('Tell me about green tea.'));
  await scene('main answers 500', () => {
    main.add(reply.error(500));
    return ask('fast', 'Where is my parcel?');
  });
  await scene('main sends a web page with status 200', () => {
    main.add(reply.html());
    return ask('fast', 'Where is my parcel?');
  });
  await scene('main sends an error with status 200', () => {
    main.add(reply.error(200, { message: 'upstream failed', code: 'server_error' }));
    return ask('fast', 'Where is my parcel?');
  });
  await scene('main ends a stream before its first word', async () => {
    main.add(reply.chat('never seen', { deliver: { events: 1 } }));
    await stream('Tell me about black tea.');
    return 'the cost includes the most that the failed try may be billed with';
  });
  await scene('main refuses connections', async () => {
    await main.refuse();
    await ask('fast', 'Where is my parcel?');
  });
  await scene('after five in a row main is not even asked', () => ask('fast', 'Where is my parcel?'));
  await scene('its time is over, one call finds it back', async () => {
    await main.listen();
    await pause(openMs * 1.2);
    await ask('fast', 'Where is my parcel?');
  });

  await scene('ten calls at once, and main takes three', async () => {
    await Promise.all(Array.from({ length: 10 }, () => ask('fast', 'Is the shop open?')));
    return `main saw ${main.maxInFlight <= 3 ? 'never more than three' : main.maxInFlight} at once`;
  });
  const support = client.with({ tags: { project: 'support' } });
  await scene('another project, and main lacks its model', async () => {
    main.add(reply.error(404, { message: 'The model `large-model` does not exist', code: 'model_not_found' }));
    await support.chat.completions.create({ model: 'smart', messages: [{ role: 'user', content: 'Summarise this.' }] });
  });
  await scene('a wrong request is sent once', async () => {
    main.add(reply.error(400, { message: 'temperature must be at most 2', param: 'temperature' }));
    return support.chat.completions.create({ model: 'fast', messages: [], temperature: 3 }).then(
      () => 'served after all',
      (error: unknown) => `the caller gets: ${nameOf(error)}`,
    );
  });
  const reports = client.with({ tags: { project: 'reports' } });
  await scene('a report that may cost more than its budget', () =>
    reports.chat.completions
      .create({ model: 'smart', messages: [{ role: 'user', content: 'The whole year, please.' }], max_tokens: 20_000 })
      .then(
        () => 'served after all',
        (error: unknown) => `the caller gets: ${nameOf(error)}, and nothing was sent`,
      ),
  );
  await scene('main no longer accepts the key', () => {
    main.add(reply.error(401, { message: 'Incorrect API key provided.', code: 'invalid_api_key' }));
    return ask('fast', 'Where is my parcel?');
  });
  await scene('backup is overloaded, main still left out', () => {
    backup.add(reply.error(529, { type: 'overloaded_error' }));
    return ask('fast', 'Where is my parcel?');
  });
  await scene('last cuts a stream in mid-sentence', () => {
    last.add(reply.chat('Tea should be stored cool and dry.', { deliver: { events: 6 }, ending: 'cut' }));
    return stream('How do I store tea?').catch((error: unknown) => {
      if (!(error instanceof StreamInterruptedError)) throw error;
      return `the caller gets: ${nameOf(error)}, with what had arrived: "${error.partial.text.trim()}"`;
    });
  });

  heading('Who used what');
  showTotals(await client.gateway.usage({ by: ['project'] }));
  for (const { name, spentNano, limitNano } of await client.gateway.budgets()) {
    console.log(`\n budget ${name}: $${spentNano / 1e9} of $${limitNano / 1e9} spent today`);
  }

  heading('What the providers saw');
  for (const [name, provider] of Object.entries({ main, backup, last })) {
    const keys = new Set(provider.requests.map(({ headers }) => headers['authorization']));
    console.log(
      ` ${name.padEnd(7)} ${String(provider.requests.length).padStart(2)} requests, every one with ${keys.size === 1 ? 'its own key' : `${keys.size} different keys`}`,
    );
  }
  await client.gateway.close();
  console.log();
  return 0;
}

function heading(text: string): void {
  console.log(`\n${styleText(['bold', 'underline'], text)}`);
}

function nameOf(error: unknown): string {
  if (!(error instanceof OpenAI.APIError)) return error instanceof Error ? error.name : String(error);
  return `${error.constructor.name}${error.status === undefined ? '' : ` ${error.status}`}`;
}
