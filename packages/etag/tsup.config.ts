import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';

/**
 * Two builds, so that nothing of the Node entry, a shim included, can end up in what browsers load. They run at
 * the same time, so neither may clean dist/; scripts/generate.mjs does, before both.
 */
export default defineConfig([
  { ...base, entry: ['src/index.ts'], clean: false },
  { ...base, entry: ['src/browser.ts'], clean: false, platform: 'browser', target: 'es2022', shims: false },
]);
