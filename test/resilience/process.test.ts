/** What a process with a gateway in it does: it ends when it should, and not before. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type MockReply, reply, startMockProvider } from '../../src/testing.js';

const SCRIPT = fileURLToPath(new URL('child/play.ts', import.meta.url));
const TIMEOUT_MS = 60_000;
const FLAGS = ['--no-warnings', '--experimental-transform-types', '--expose-gc'];

interface Played {
  readonly code: number | null;
  readonly errors: string;
  /** All facts that were said, later ones over earlier ones. */
  readonly facts: Readonly<Record<string, unknown>>;
}

function play(scene: string, baseURL: string): Promise<Played> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...FLAGS, SCRIPT, scene, baseURL], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = output.split('\n').filter((line) => line !== '');
      resolve({ code, errors, facts: Object.assign({}, ...lines.map((line) => JSON.parse(line) as object)) });
    });
  });
}

async function playAgainst(scene: string, answer: MockReply) {
  await using provider = await startMockProvider({ otherwise: answer });
  const played = await play(scene, provider.baseURL);
  return { ...played, requests: provider.requests, inFlight: provider.inFlight };
}

/** A busy machine may stretch these; a timer or socket that holds the process takes seconds. */
const SOON_MS = 1_000;

it('ends by itself after one call', { timeout: TIMEOUT_MS }, async () => {
  const { code, facts } = await playAgainst('one call', reply.chat('ok'));
  expect(code).toBe(0);
  expect(Number(facts['exitAt']) - Number(facts['servedAt'])).toBeLessThan(SOON_MS);
});

it('ends by itself when nothing was called', { timeout: TIMEOUT_MS }, async () => {
  const { code, facts, requests } = await playAgainst('idle', reply.chat('ok'));
  expect([code, requests.length]).toEqual([0, 0]);
  expect(Number(facts['exitAt']) - Number(facts['madeAt'])).toBeLessThan(SOON_MS);
});

it('stays alive while a call waits for its next attempt', { timeout: TIMEOUT_MS }, async () => {
  let asked = 0;
  const { code, facts } = await playAgainst('backoff', (request) =>
    asked++ === 0 ? reply.error(500, {}, { headers: { connection: 'close' } }) : reply.chat('ok')(request),
  );
  expect([code, facts['served']]).toEqual([0, true]);
});

it('closes when the calls under way have ended, and takes no others', { timeout: TIMEOUT_MS }, async () => {
  const { code, facts } = await playAgainst('close drains', reply.chat('ok', { latencyMs: 200 }));
  expect({ code, late: facts['late'], served: facts['served'] }).toEqual({
    code: 0,
    late: 'shutting_down',
    served: 50,
  });
  expect(facts['closedAfterMs']).toBeLessThan(5_000);
});

it('ends calls that outlast the grace time', { timeout: TIMEOUT_MS }, async () => {
  const { code, facts, inFlight } = await playAgainst('close ends what hangs', reply.hang());
  expect({ code, codes: facts['codes'], inFlight }).toEqual({ code: 0, codes: ['shutting_down'], inFlight: 0 });
});

it('reports a failing call that nobody awaits once, as the SDK does', { timeout: TIMEOUT_MS }, async () => {
  const ours = await playAgainst('unawaited', reply.error(400));
  const plain = await playAgainst('plain unawaited', reply.error(400));
  expect(ours.facts['unhandled']).toBe(1);
  expect(plain.facts['unhandled']).toBe(1);
});

it('rejects nothing behind the back of a caller who handles every promise', { timeout: TIMEOUT_MS }, async () => {
  const { code, facts } = await playAgainst('quiet', reply.error(500, {}, { headers: { 'retry-after-ms': '1' } }));
  expect({ code, rejected: facts['rejected'], unhandled: facts['unhandled'] }).toEqual({ code: 0, rejected: 5 });
});

it('lets go of streams that were dropped unread', { timeout: TIMEOUT_MS }, async () => {
  const answer = reply.chat('one two three', { deliver: { events: 2 }, ending: 'stall' });
  const { code, facts, requests } = await playAgainst('dropped streams', answer);
  expect([code, requests.length]).toEqual([0, 20]);
  // The engine may keep the last one in a register.
  expect(facts['collected']).toBeGreaterThanOrEqual(19);
});

it('keeps nothing of replies that were read', { timeout: TIMEOUT_MS }, async () => {
  const { code, facts } = await playAgainst('read replies', reply.chat('ok'));
  expect(code).toBe(0);
  // The engine may keep the last one in a register.
  expect(facts['collected']).toBeGreaterThanOrEqual(19);
});
