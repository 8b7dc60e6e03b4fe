import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';

// The program is an ES module only; it and the library share their code.
export default defineConfig([
  { ...base, format: ['esm'], entry: ['src/index.ts', 'src/bin.ts'], dts: { entry: 'src/index.ts' } },
  { ...base, format: ['cjs'], entry: ['src/index.ts'], clean: false },
]);
