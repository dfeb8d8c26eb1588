// Portkey's gateway as a process of its own, one hop away on this machine, asked through the official SDK.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import OpenAI from 'openai';

const KEY = 'sk-bench-0123456789';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function createPeer(place, baseURLs) {
  // A hop needs a network.
  if (place.fetch !== undefined) return undefined;
  const port = await freePort();
  const script = createRequire(import.meta.url).resolve('@portkey-ai/gateway/build/start-server.js');
  const child = spawn(process.execPath, [script, '--headless', `--port=${port}`], { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  const targetAt = (url) => ({ provider: 'openai', api_key: KEY, custom_host: url });
  const config = { strategy: { mode: 'fallback' }, targets: baseURLs.map(targetAt) };
  const client = new OpenAI({
    baseURL: `http://127.0.0.1:${port}/v1`,
    apiKey: KEY,
    maxRetries: 0,
    defaultHeaders: { 'x-portkey-config': JSON.stringify(config) },
  });
  const call = (body) => client.chat.completions.create(body('gpt-4o-mini'));
  for (let tries = 0; ; tries++) {
    try {
      await call((model) => ({ model, messages: [{ role: 'user', content: 'hello' }] }));
      break;
    } catch (error) {
      if (tries === 100) throw error;
      await wait(100);
    }
  }
  return {
    name: 'portkey_hop',
    call,
    // Version 1.15.2 answers every stream with status 500 on Node 24: it writes into the headers of a response from `fetch`.
    stream: undefined,
    async close() {
      child.kill();
    },
  };
}
