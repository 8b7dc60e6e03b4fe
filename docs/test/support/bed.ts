import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { temporaryFolder } from '@curve-wcs/test-support';
import { startWcsEmulator } from '@curve-wcs/wcs-emulator';
import { onTestFinished } from 'vitest';
import { ROOT } from './documents.js';

/** What the documents take for granted: both services, configured, the commands installed, and an image to upload. */
export interface Bed {
  cwd: string;
  env: Record<string, string>;
}

/** Starts all that for the running test. The folder is both home and current folder. */
export async function startBed(): Promise<Bed> {
  const [wcs, cluster] = await Promise.all([
    startWcsEmulator({ buckets: ['photos', 'backup'], durability: 'fast' }),
    startCurveEmulator({ durability: 'fast' }),
  ]);
  onTestFinished(() => Promise.all([wcs.close(), cluster.close()]).then(() => {}));
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, '.wcscfg'), `${wcs.clientConfig}get_url = ${wcs.url}/-/{bucket}\n`, {
    mode: 0o600,
  });
  writeFileSync(join(cwd, 'client.conf'), cluster.clientConf);
  writeFileSync(join(cwd, 'a.jpg'), new Uint8Array(1e6));
  return {
    cwd,
    env: {
      HOME: cwd,
      XDG_CACHE_HOME: join(cwd, '.cache'),
      XDG_STATE_HOME: join(cwd, '.state'),
      PATH: [installedCommands(cwd), process.env['PATH']].join(delimiter),
      CURVE_CONF: cluster.clientConfPath,
      CURVE_USER: 'alice',
      NODE_V8_COVERAGE: '',
    },
  };
}

/** A folder with the commands of all packages, as an installation makes it. */
function installedCommands(folder: string): string {
  const target = join(folder, '.bin');
  mkdirSync(target);
  for (const name of readdirSync(join(ROOT, 'packages'))) {
    const manifest = readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8');
    const { bin = {} } = JSON.parse(manifest) as { bin?: Record<string, string> };
    for (const [command, file] of Object.entries(bin)) {
      symlinkSync(join(ROOT, 'packages', name, file), join(target, command));
    }
  }
  return target;
}
