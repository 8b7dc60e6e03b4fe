// The pinned pnpm, for whoever has none: node scripts/pnpm.mjs <arguments of pnpm>
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensurePnpm, environment } from './pinned-pnpm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const pnpm = ensurePnpm(root);
const { status } = spawnSync(process.execPath, [pnpm, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: environment(root, pnpm),
});
process.exitCode = status ?? 1;
