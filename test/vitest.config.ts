import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Files that load the sources anew, replace or count what the whole process uses, or hold other processes to tight times. Each
 * has a process of its own, and they run when the others have left the machine to them.
 */
const ALONE = [
  'test/cold-start/*.test.ts',
  'test/differential/{real-time,sockets}.test.ts',
  'test/resilience/{figures,process}.test.ts',
  'test/transport/*.test.ts',
  'test/*/*redis*.test.ts',
];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    setupFiles: ['test/tools/clean-environment.ts'],
    // What takes long takes longer beside other work; what hangs is still found.
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Some files mostly wait, for other processes or for timers.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          // Packages of the benches' own folder bring their tests along.
          exclude: [...ALONE, '**/node_modules/**'],
          // Loading sources, SDK and compiler once for many files takes a third off the processor time of the whole.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, sequence: { groupOrder: 1 } } },
    ],
  },
});
