import type { Options } from 'tsup';

/** What every package's build shares: ESM and CommonJS, with declarations for both. */
export const base: Options = {
  format: ['esm', 'cjs'],
  target: 'node20',
  platform: 'node',
  dts: true,
  clean: true,
  shims: true,
  splitting: true,
  sourcemap: true,
};
