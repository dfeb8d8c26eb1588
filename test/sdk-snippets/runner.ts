/**
 * Runs every snippet of a folder against a local provider and prints what came of it as JSON. It is copied, with the
 * snippets, into a project that has `llm-gateway-client` installed, and run there: `node runner.ts <folder>`.
 */
import { readdirSync } from 'node:fs';
import {
  type MockProvider,
  type MockRequest,
  type MockScript,
  reply,
  simulatedProvider,
  startMockProvider,
} from 'llm-gateway-client/testing';

/** What a snippet did. */
export interface SnippetOutcome {
  /** What it gave to `console.log`, a line per call. */
  readonly printed: readonly string[];
  /** The error that ended it, if one did. */
  readonly threw?: string;
  /** What the provider saw, sorted, because some snippets send several requests at once. */
  readonly wire: readonly string[];
}

/** Differ from run to run or belong to the connection. */
const UNSTABLE_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'content-type']);
const LIST = { object: 'list', has_more: false };

const busy = reply.error(
  429,
  { code: 'rate_limit_exceeded', type: 'requests' },
  { headers: { 'retry-after-ms': '1' } },
);
const batch = (status: string) => ({ id: 'batch_1', object: 'batch', status, endpoint: '/v1/chat/completions' });
const job = { id: 'ftjob-1', object: 'fine_tuning.job', model: 'gpt-4o-mini', status: 'queued' };
const store = { id: 'vs_1', object: 'vector_store', name: 'manuals' };

/** What the simulated provider does not offer by itself. */
const script: MockScript = [
  {
    when: { body: (body) => /^fault-\d+$/.test(modelOf(body)) },
    reply: (request) => {
      const status = Number(modelOf(request.body).slice('fault-'.length));
      const fields = {
        message: `Refused with ${status}`,
        type: 'invalid_request_error',
        code: `code_${status}`,
        param: 'model',
      };
      return reply.error(status, fields, { headers: { 'x-request-id': `req_${status}` } });
    },
  },
  { when: { model: 'hang' }, reply: reply.hang() },
  { when: { model: 'busy-once' }, reply: busy, times: 1 },
  { when: { model: 'busy-twice' }, reply: busy, times: 2 },
  { when: { path: /\/batches\/.+\/cancel$/ }, reply: reply.json(batch('cancelling')) },
  { when: { path: '/batches', method: 'GET' }, reply: reply.json({ ...LIST, data: [batch('validating')] }) },
  { when: { path: /\/batches/ }, reply: reply.json(batch('validating')) },
  { when: { path: '/fine_tuning/jobs', method: 'GET' }, reply: reply.json({ ...LIST, data: [job] }) },
  { when: { path: '/fine_tuning/jobs' }, reply: reply.json(job) },
  { when: { path: /\/vector_stores\/.+\/search$/ }, reply: reply.json({ ...LIST, data: [] }) },
  { when: { path: /\/vector_stores\//, method: 'DELETE' }, reply: reply.json({ id: 'vs_1', deleted: true }) },
  { when: { path: '/vector_stores' }, reply: reply.json(store) },
  {
    when: { path: '/echo' },
    reply: ({ method, query, body }) => reply.json({ method, query: query.toString(), body: body ?? null }),
  },
];

function modelOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'model' in body ? String(body.model) : '';
}

async function bodyText({ bytes, headers }: MockRequest): Promise<string> {
  const contentType = headers['content-type'] ?? '';
  if (!contentType.startsWith('multipart/form-data')) return `${contentType} ${new TextDecoder().decode(bytes)}`;
  // The boundary is random.
  const form = await new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': contentType },
  }).formData();
  const parts = [...form].map(async ([name, value]) =>
    typeof value === 'string' ? `${name}=${value}` : `${name}=${value.name} (${value.type}) ${await value.text()}`,
  );
  return `multipart ${(await Promise.all(parts)).join('; ')}`;
}

async function wireOf({ requests, origin }: MockProvider): Promise<string[]> {
  const lines = requests.map(async (request) => {
    const headers = Object.entries(request.headers).filter(([name]) => !UNSTABLE_HEADERS.has(name));
    const shown = headers.toSorted().map(([name, value]) => `${name}: ${value}`);
    return [`${request.method} ${request.url.slice(origin.length)}`, ...shown, await bodyText(request)].join('\n');
  });
  return (await Promise.all(lines)).toSorted();
}

async function runSnippet(file: string): Promise<SnippetOutcome> {
  await using provider = await startMockProvider({ script, otherwise: simulatedProvider() });
  process.env['OPENAI_API_KEY'] = 'My API Key';
  process.env['OPENAI_BASE_URL'] = provider.baseURL;
  const printed: string[] = [];
  console.log = (...values: unknown[]) => {
    printed.push(values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' '));
  };
  try {
    await import(file);
    return { printed, wire: await wireOf(provider) };
  } catch (error) {
    return {
      printed,
      threw: error instanceof Error ? (error.stack ?? error.message) : String(error),
      wire: await wireOf(provider),
    };
  }
}

const folder = new URL(`./${process.argv[2]}/`, import.meta.url);
const outcomes: Record<string, SnippetOutcome> = {};
for (const name of readdirSync(folder).sort()) outcomes[name] = await runSnippet(new URL(name, folder).href);
process.stdout.write(JSON.stringify(outcomes));
