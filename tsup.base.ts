import type { Options } from 'tsup';

/**
 * What every package's build shares: ESM and CommonJS, with declarations for both. esbuild writes both forms. It splits
 * ESM only; told to split (`splitting: true`), tsup makes CommonJS of the ESM with a pass of its own, which takes
 * private fields for the exports of the same name.
 */
export const base: Options = {
  format: ['esm', 'cjs'],
  target: 'node20',
  platform: 'node',
  dts: true,
  clean: true,
  shims: true,
  sourcemap: true,
};
