import type { ViteUserConfig } from 'vitest/config';
import { form, packedEntry } from './tools/test-support/src/packed.js';

/**
 * What every package's tests share. `test-results.json` feeds the summary line of `npm test`.
 *
 * With `CURVE_WCS_BUILD=esm` or `cjs` the packages' public faces are those of their packed builds, and only what tests
 * of parts import by itself is taken from the sources (CONTRIBUTING.md).
 */
export const base: ViteUserConfig = {
  plugins: [
    {
      name: 'packed-build',
      enforce: 'pre',
      resolveId: (specifier, importer = '') => packedEntry(specifier, importer),
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', 'json'],
    outputFile: { json: form === undefined ? 'test-results.json' : `test-results.${form}.json` },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    // What is waited for happens soon, but not always within a second on a busy machine.
    expect: { poll: { timeout: 30_000 } },
  },
};
