import type { ViteUserConfig } from 'vitest/config';

/** What every package's tests share. `test-results.json` feeds the summary line of `npm test`. */
export const base: ViteUserConfig = {
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results.json' },
    // Only what hangs shall fail by them: a busy machine makes threads that wait for each other a hundred times slower.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    passWithNoTests: false,
    // What is waited for happens soon, but not always within a second on a busy machine.
    expect: { poll: { timeout: 30_000 } },
  },
};
