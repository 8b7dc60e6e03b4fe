import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const script = fileURLToPath(new URL('../scripts/unpack-chromium.sh', import.meta.url));
const unpacked = fileURLToPath(new URL('../../../.cache/chromium', import.meta.url));

/** A browser to start, and what its environment needs besides. */
export interface Chromium {
  executablePath: string;
  env: Record<string, string>;
}

/**
 * Finds a Chromium: the one that `CHROMIUM` names, an installed one, or Debian's package unpacked into the clone,
 * which takes no rights and changes nothing outside of it.
 */
export function findChromium(): Chromium {
  const installed = process.env['CHROMIUM'] ?? onPath() ?? elsewhere.find(existsSync);
  if (installed !== undefined) return { executablePath: installed, env: {} };
  const { status } = spawnSync('bash', [script, unpacked], { stdio: 'inherit' });
  if (status !== 0) {
    throw new Error(
      'no Chromium here: install one (on Debian: apt install chromium), or name it in CHROMIUM',
    );
  }
  return {
    executablePath: join(unpacked, 'usr/lib/chromium/chromium'),
    env: { LD_LIBRARY_PATH: libraries(), FONTCONFIG_PATH: join(unpacked, 'etc/fonts') },
  };
}

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap(folder => names.map(name => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function libraries(): string {
  const folders = readFileSync(join(unpacked, 'library-folders'), 'utf8').trim().split('\n');
  return folders.map(folder => join(unpacked, folder)).join(':');
}
