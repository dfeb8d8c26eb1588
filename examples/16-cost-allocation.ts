/** Cost allocation: three services write to one ledger; at the end of the month each gets its share. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGatewayClient } from 'llm-gateway-client';
import { SqliteLedger } from 'llm-gateway-client/sqlite';
import { mockTransport, reply } from 'llm-gateway-client/testing';

// In real life each service is a process of its own that opens the same file (or the same Redis).
const file = process.env['LEDGER_FILE'] ?? join(mkdtempSync(join(tmpdir(), 'ledger-')), 'llm.db');
const { fetch } = mockTransport([], { otherwise: reply.chat({ usage: { inputTokens: 10_000, outputTokens: 1_000 } }) });

function service(project: string) {
  return createGatewayClient({
    endpoints: [{ name: 'relay', baseURL: 'https://relay.example/v1', apiKey: 'test', fetch }],
    tags: { project }, // or the variable LLM_PROJECT
    store: new SqliteLedger({ file }),
    prices: { 'relay:*': { multiplier: 0.55 } }, // this relay takes 55 % of the list price
    budgets: [{ name: 'company', per: 'month', timeZone: 'Asia/Shanghai', limit: { amount: 500, currency: 'USD' } }],
    env: false,
  });
}

const [search, support, reports] = [service('search'), service('support'), service('reports')];
const ask = async (client: typeof search, model: string, feature: string) =>
  client.with({ tags: { feature } }).chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello' }] });
for (let call = 0; call < 3; call += 1) await ask(search, 'gpt-4o-mini', 'suggest');
await ask(support, 'gpt-4o', 'answer');
await ask(support, 'gpt-4o-mini', 'triage');
await ask(reports, 'gpt-4o', 'weekly');
for (const client of [search, support]) await client.gateway.close();

const since = new Date(new Date().setUTCDate(1)).setUTCHours(0, 0, 0, 0);
for (const { group, calls, cost } of await reports.gateway.usage({ by: ['project', 'feature', 'model'], since }))
  console.log(Object.values(group).join(' / ').padEnd(34), `${calls} calls`, cost.join(' + '));
for (const { name, spentNano, limitNano } of await reports.gateway.budgets())
  console.log(`budget ${name}: $${spentNano / 1e9} of $${limitNano / 1e9}`);
await reports.gateway.close();
