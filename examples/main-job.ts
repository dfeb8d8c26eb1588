/**
 * The whole job in one program: `npm install && npm start`.
 *
 * With nothing set it needs no key and no network: three local providers play the far end, and the first of them fails in many
 * ways. With `LLM_BASE_URL` and `LLM_API_KEY` set it asks that provider instead, after showing its plan, five times at most.
 */
import { ConfigError } from 'llm-gateway-client';
import { demonstrate } from './main-job/demonstration.ts';
import { askTheRealThing } from './main-job/real-provider.ts';

const isReal = ['LLM_BASE_URL', 'LLM_BASE_URL_1'].some((name) => (process.env[name] ?? '').trim() !== '');

try {
  process.exitCode = await (isReal ? askTheRealThing() : demonstrate());
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
