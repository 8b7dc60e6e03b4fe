// The pinned pnpm, for whoever has none: node scripts/pnpm.mjs <arguments of pnpm>
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensurePnpm } from './pinned-pnpm.mjs';

const pnpm = ensurePnpm(fileURLToPath(new URL('..', import.meta.url)));
process.exitCode =
  spawnSync(process.execPath, [pnpm, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1;
