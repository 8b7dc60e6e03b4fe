import { defineConfig, mergeConfig } from 'vitest/config';
import { base } from '../../vitest.base.js';

export default mergeConfig(
  base,
  // What is waited for happens; how soon is not what is tested.
  defineConfig({ test: { expect: { poll: { timeout: 50_000 } } } }),
);
