import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Installs the pnpm version that package.json pins into .cache/, where it is not there yet; returns its entry script. */
export function ensurePnpm(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = packageManager.replace(/^pnpm@/, '');
  const prefix = join(root, '.cache', `pnpm-${version}`);
  const entry = join(prefix, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  if (existsSync(entry)) return entry;
  console.log(`Fetching pnpm ${version} into .cache/ …`);
  mkdirSync(prefix, { recursive: true });
  const { status, error } = spawnSync(
    'npm',
    // Its own cache, so that nothing outside of the clone changes.
    [
      'install',
      '--prefix',
      prefix,
      '--cache',
      join(root, '.cache', 'npm'),
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      `pnpm@${version}`,
    ],
    { stdio: 'inherit', cwd: prefix },
  );
  if (error || status !== 0) throw new Error(`npm could not install pnpm ${version}`, { cause: error });
  return entry;
}

/** The environment in which pnpm and what it starts find each other, and leave the user's own folders alone. */
export function environment(root, pnpm) {
  return {
    ...process.env,
    // turbo looks for pnpm on the path.
    PATH: `${join(dirname(pnpm), '..', '..', '.bin')}${delimiter}${process.env.PATH}`,
    npm_config_cache: join(root, '.cache', 'npm'),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  };
}
