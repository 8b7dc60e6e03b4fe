import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';

// mime is published as ES modules only, which a CommonJS build cannot take a default export from.
const noExternal = ['mime'];

export default defineConfig([
  {
    ...base,
    noExternal,
    format: ['esm'],
    entry: ['src/index.ts', 'src/bin.ts'],
    dts: { entry: 'src/index.ts' },
  },
  { ...base, noExternal, format: ['cjs'], entry: ['src/index.ts'], clean: false },
]);
