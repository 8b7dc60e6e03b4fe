import { defineConfig, mergeConfig } from 'vitest/config';
import { base } from '../../vitest.base.js';

// What a test waits for comes in its own time, however busy the machine is.
export default mergeConfig(base, defineConfig({ test: { expect: { poll: { timeout: 30_000 } } } }));
