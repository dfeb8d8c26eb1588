import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Files that load the sources anew, replace what the whole process uses, or leave connections to servers they have stopped. */
const ALONE = ['test/cold-start/*.test.ts', 'test/transport/stand-aside*.test.ts', 'test/*/*redis*.test.ts'];

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
          exclude: ALONE,
          // Loading sources, SDK and compiler once for many files takes a third off the processor time of the whole.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
});
