import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Place } from './subjects.ts';

/** A provider that runs in another process. */
export interface Provider extends Place {
  stop(): void;
}

/** Starts the provider; primary and fallback are two base URLs at it. */
export async function startProvider(): Promise<Provider> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./provider.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  const origin = `http://127.0.0.1:${printed.toString().trim()}`;
  return { primary: `${origin}/v1`, fallback: `${origin}/two/v1`, stop: () => void child.kill() };
}

/** A base URL on this machine where nobody listens. */
export async function refusedURL(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port.');
  return `http://127.0.0.1:${address.port}/v1`;
}
