// Packs the packages that are published in two forms and installs the tarballs in .cache/packed/project, for the runs of
// their tests against what users get (`CURVE_WCS_BUILD`, tools/test-support/src/packed.ts).
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packed = join(root, '.cache', 'packed');
const project = join(packed, 'project');
const run = (cwd, command, ...args) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const pnpm = (name, ...args) =>
  run(join(root, 'packages', name), process.execPath, join(root, 'scripts', 'pnpm.mjs'), ...args);

rmSync(packed, { recursive: true, force: true });
mkdirSync(project, { recursive: true });
// The binary of the build, and not one of an earlier build that may still lie there.
pnpm('curve-native', 'run', 'prebuild', '--built');
const tarballs = ['etag', 'wcs-sdk', 'curve-native', 'curve-sdk'].map(name => {
  const said = pnpm(name, 'pack', '--pack-destination', packed, '--json');
  return JSON.parse(said.slice(said.indexOf('{'))).filename;
});
writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "version": "1.0.0", "private": true }');
run(
  project,
  'npm',
  'install',
  '--no-audit',
  '--no-fund',
  '--prefer-offline',
  '--loglevel=error',
  ...tarballs,
);
