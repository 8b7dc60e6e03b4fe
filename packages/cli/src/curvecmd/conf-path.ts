import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { configError } from '../cli-error.js';
import type { CurveContext } from './curve-command.js';

const DEFAULT_PATH = '/etc/curve/client.conf';

/** Where the configuration is: `--conf`, else `CURVE_CONF`, else where Curve's packages put it. */
export function confPath({ io, options }: CurveContext): string {
  return resolve(io.cwd, options.text('conf') || io.env['CURVE_CONF'] || DEFAULT_PATH);
}

/** Fails if the configuration cannot be read. */
export async function checkConf(path: string): Promise<void> {
  await access(path, constants.R_OK).catch(error => {
    const missing = error.code === 'ENOENT';
    throw configError(
      missing ? `there is no configuration file ${path}` : `cannot read ${path}: ${error.message}`,
      { hint: 'name a client.conf with --conf FILE or CURVE_CONF', cause: error },
    );
  });
}
