import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';

export default defineConfig([
  {
    ...base,
    entry: ['src/index.ts'],
    // The loader finds itself without them, in a bundle too; and with splitting, CommonJS keeps `import.meta`.
    shims: false,
    splitting: false,
    esbuildOptions: options => {
      options.logOverride = { 'empty-import-meta': 'silent' };
    },
  },
  { ...base, format: ['esm'], entry: ['src/build.ts'], dts: false, clean: false },
]);
