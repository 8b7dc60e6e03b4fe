import type { ViteUserConfig } from 'vitest/config';

/** What every package's tests share. `test-results.json` feeds the summary line of `npm test`. */
export const base: ViteUserConfig = {
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results.json' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    // What is waited for happens soon, but not always within a second on a busy machine.
    expect: { poll: { timeout: 30_000 } },
  },
};
