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
  },
};
