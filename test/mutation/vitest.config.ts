import { defineConfig } from 'vitest/config';

/** The tests that are run again for every mutant. */
export default defineConfig({
  test: {
    include: ['test/domain/{circuit,classify*,cool-down,disposition,error-body,quota,retry-after}.test.ts'],
    isolate: false,
  },
});
