import { buildAddon, CannotBuild } from './addon/build-addon.js';

try {
  const path = buildAddon();
  process.stderr.write(`curve-native-build: built ${path}\n`);
} catch (error) {
  if (!(error instanceof CannotBuild)) throw error;
  process.stderr.write(`curve-native-build: ${error.message}\n`);
  process.exitCode = 1;
}
