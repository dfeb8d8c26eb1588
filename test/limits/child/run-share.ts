import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Task } from './share.ts';

const SCRIPT = fileURLToPath(new URL('share.ts', import.meta.url));

/** One call of a process: when it started and ended, by the machine's clock, and what it weighed. */
export interface SharedCall {
  readonly at: number;
  readonly endedAt: number;
  readonly weight: number;
}

/** What a process has done. */
export interface SharingResult {
  readonly calls: SharedCall[];
  readonly code: number | null;
  /** How often it gave Redis up. */
  readonly lost: number;
}

/** A process that shares limits. */
export interface SharingProcess {
  readonly child: ChildProcess;
  /** Resolves when it has begun to work. */
  readonly ready: Promise<void>;
  /** Resolves with its calls when it has ended, by itself or killed. */
  readonly ended: Promise<SharingResult>;
}

export function runShare(task: Task): SharingProcess {
  const child = spawn(process.execPath, ['--no-warnings', SCRIPT, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let isReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    isReady();
  });
  const ended = new Promise<SharingResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const lines = output.split('\n').slice(1).filter(Boolean);
      const lost = lines.filter((line) => line === 'lost').length;
      const calls = lines.flatMap((line) => {
        if (line === 'lost') return [];
        const [at, endedAt, weight] = line.split(' ').map(Number) as [number, number, number];
        return [{ at, endedAt, weight }];
      });
      resolve({ calls, code, lost });
    });
  });
  return { child, ready, ended };
}

/** The most calls that were in flight at one instant. */
export function mostInFlight(calls: readonly SharedCall[]): number {
  const edges = calls.flatMap(({ at, endedAt }) => [
    { at, change: 1 },
    { at: endedAt, change: -1 },
  ]);
  edges.sort((a, b) => a.at - b.at || a.change - b.change);
  let now = 0;
  let most = 0;
  for (const { change } of edges) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
