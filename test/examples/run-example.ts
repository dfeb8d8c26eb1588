import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** How a program ended. */
export interface ExampleRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `examples/<file>` of a staged package as a user would, with nothing in its environment that could decide the result.
 * It must end by itself: after 30 s it is killed, and its exit code is `null`.
 */
export function runExample(
  root: string,
  file: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<ExampleRun> {
  const { FORCE_COLOR: _, ...environment } = process.env;
  const env = { ...environment, NO_COLOR: '1', ...variables };
  return new Promise((resolve) => {
    const path = join(root, 'examples', file);
    const child = execFile(process.execPath, [path], { env, timeout: 30_000 }, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode, stdout, stderr });
    });
  });
}

/** The same text on every run: durations, at the place where the table of `main-job.ts` has them, become `#`. */
export function withoutDurations(text: string): string {
  const beforeTokensAndCost = / +\d+(?= {2,}(?:\d+ \+ \d+|-) {2,}(?:\$[\d.]+|-|\?)$)/gm;
  return text.replace(beforeTokensAndCost, ' #').replace(/after \d+ ms/g, 'after # ms');
}
